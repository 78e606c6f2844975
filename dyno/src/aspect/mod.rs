//! Advice: code that runs before, after or around a function, written once.
//!
//! There are three kinds, which [`#[aspect]`](macro@crate::aspect) puts on a function:
//!
//! - static advice, `#[aspect(before = f, after = g, around = h)]`, known to the compiler: `f(&JoinPoint)`,
//!   `g(&JoinPoint, &Ret)`, `h(&JoinPoint, body)`;
//! - a join point, `#[aspect("shop::price")]`, whose filters of arguments and of the result are set
//!   while the program runs: see [`join`] and [`joins`];
//! - pointcuts, which [`bind`] [`Advice`] to every function with an `#[aspect]` whose name matches.
//!
//! What nobody has set or bound costs a function one relaxed load, each.
//!
//! ```
//! use dyno::aspect;
//! use dyno::aspect::{Advice, Call, End};
//!
//! #[aspect("shop::price")]
//! fn price(sku: &str, quantity: u32) -> Result<u32, dyno::Fault> {
//!     Ok(quantity * if sku == "anvil" { 99 } else { 5 })
//! }
//!
//! struct Log;
//! impl Advice for Log {
//!     fn after(&self, at: &Call<'_>, end: &End<'_>) {
//!         println!("{} {} after {:?}", at.name(), end.how(), end.took());
//!     }
//! }
//!
//! let log = aspect::bind("shop::*", Log);
//! aspect::join("shop::price").arguments(|(sku, quantity): &mut (String, u32)| {
//!     *quantity = (*quantity).min(10);
//!     if sku.is_empty() { Err("which one?") } else { Ok(()) }
//! })?;
//! assert_eq!(price("anvil", 20)?, 990);
//! assert_eq!(price("", 1).unwrap_err().to_string(), "shop::price: argument filter 1 failed: which one?");
//! drop(log);
//! # Ok::<(), dyno::Fault>(())
//! ```

mod advice;
mod bind;
mod join;
mod joined;
mod listed;
mod offer;
mod pattern;
mod pipeline;
mod site;

use std::fmt;
use std::panic::Location;

pub use advice::{Advice, Call, End, How, Proceed};
pub use bind::{Binding, Pointcut, bind};
pub use join::{Filter, Join, join};
#[doc(hidden)]
pub use joined::{Filters, JoinSite, Refusing};
pub use listed::{Joined, joins};
#[doc(hidden)]
pub use offer::{ByValue, Lent, Offer, Own};
pub use pipeline::{Filtered, Pipeline};
#[cfg(feature = "warm-up")]
#[doc(hidden)]
pub use site::KnownSite;
#[doc(hidden)]
pub use site::{AdviceSite, Advised, advise, advise_async};

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
