//! Advice: code that runs before, after or around a function, written once.
//!
//! `#[aspect(before = f, after = g, around = h)]` calls functions of yours at the annotated
//! function, the join point. It is static: what is left out costs nothing, and what is given is
//! called as any other function is.
//!
//! - `before` is called as `f(&JoinPoint)`, before the body;
//! - `after` as `g(&JoinPoint, &Ret)`, with what the body returned, failure or not;
//! - `around` as `h(&JoinPoint, body)`, where `body` is the rest of the function: an
//!   `impl FnOnce() -> Ret` in a function, an `impl Future<Output = Ret>` in an async one. It
//!   returns what the function is to return, and need not run the body at all.
//!
//! ```
//! use dyno::aspect::JoinPoint;
//!
//! fn enter(at: &JoinPoint<'_>) {
//!     println!("{} ({}:{})", at.name(), at.location().file(), at.location().line());
//! }
//!
//! fn when_awake(at: &JoinPoint<'_>, body: impl FnOnce() -> Option<u32>) -> Option<u32> {
//!     let night = at.name().ends_with("night");
//!     if night { None } else { body() }
//! }
//!
//! async fn timed<R>(at: &JoinPoint<'_>, body: impl Future<Output = R>) -> R {
//!     let start = dyno::clock::now();
//!     let value = body.await;
//!     println!("{at} took {:?}", start.elapsed());
//!     value
//! }
//! ```

use std::fmt;
use std::panic::Location;

use crate::point::Point;

/// Where advice is given: one annotated function.
// Not `Copy`: clippy would have every advice take it by value.
#[derive(Clone)]
pub struct JoinPoint<'a> {
    point: &'a Point,
}

impl<'a> JoinPoint<'a> {
    /// The join point of the function whose point this is.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub const fn new(point: &'a Point) -> Self {
        Self { point }
    }

    /// The function's name: the `name = "…"` of its attribute, else its path.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.point.name()
    }

    /// Where the attribute stands.
    #[must_use]
    pub const fn location(&self) -> &'static Location<'static> {
        self.point.location()
    }
}

impl fmt::Debug for JoinPoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinPoint({} at {})", self.name(), self.location())
    }
}

impl fmt::Display for JoinPoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::JoinPoint;
    use crate::point::Point;

    #[test]
    fn it_tells_where() {
        static POINT: Point = Point::new(Some("shop::price"), || "");
        let at = JoinPoint::new(&POINT);
        assert_eq!(at.name(), "shop::price");
        assert!(at.location().file().ends_with("aspect/mod.rs"));
        assert_eq!(format!("{at:>12}"), " shop::price");
    }
}
