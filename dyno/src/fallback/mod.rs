//! What stands in when a function fails or is not run.
//!
//! `#[fallback(EXPR)]`, or `fallback = EXPR` in another attribute, gives the caller a value of the
//! function's own return type in place of a failure. A closure receives the error; any other
//! expression is the value itself, evaluated only when it is needed. When dyno had refused the call
//! and the error type has `From<Fault>`, the closure receives the fault in that type, else the
//! [`Fault`] itself.
//!
//! A fallback that fails gives its own error, and keeps the primary one as the
//! [source](std::error::Error::source) where the error type has room for [`Failed`].
//!
//! A caller cannot tell an answer that stood in from another one: [`count`] and [`counts`] say how
//! many there were, and observers hear of each as [`Event::Fallback`].
//!
//! ```
//! use dyno::fallback;
//!
//! fn cached(sku: &str) -> Result<u32, String> {
//!     sku.parse().map_err(|_| format!("{sku} is not cached"))
//! }
//! #[fallback(|_| cached(sku), name = "price")]
//! fn price(sku: &str) -> Result<u32, String> {
//!     Err("no answer".into())
//! }
//!
//! assert_eq!(price("995"), Ok(995));
//! assert_eq!(fallback::count("price").stood_in, 1);
//! ```

mod both;
mod count;
mod ends;
mod failed;
mod lift;

#[doc(hidden)]
pub use both::{Both, BothInto, BothKeep};
#[cfg(feature = "service")]
pub(crate) use count::point_named;
pub use count::{Count, count, counts};
#[doc(hidden)]
pub use ends::{Ends, EndsFailing, EndsPlain};
pub use failed::Failed;
#[doc(hidden)]
pub use lift::{Lift, LiftInto, LiftKeep};

use crate::fault::Fault;
use crate::outcome::Outcome;
use crate::point::{self, Event, Point};

/// Counts that a fallback is to stand in, and tells the observers.
#[doc(hidden)]
#[cold]
pub fn fell_back(point: &'static Point, refused: bool) {
    count::of(point).stood_in(refused);
    tell(point, &Event::Fallback { refused });
}

/// Counts that it failed as well, and tells the observers.
#[doc(hidden)]
#[cold]
pub fn fallback_failed(point: &'static Point) {
    count::of(point).failed();
    tell(point, &Event::FallbackFailed);
}

/// The outcome of a call that went well, else why something is to stand in: the error of the call,
/// or the refusal.
///
/// # Errors
/// It did not go well.
#[doc(hidden)]
#[inline]
pub fn why<R: Outcome>(end: Result<R, Fault>) -> Result<R, Result<R::Failure, Fault>> {
    match end {
        Ok(out) => out.split().map_err(Ok),
        Err(fault) => Err(Err(fault)),
    }
}

/// What stood in, told of when it has failed as well.
#[doc(hidden)]
#[cold]
pub fn stood_in<R: Outcome>(point: &'static Point, out: R) -> R {
    if out.failure().is_some() {
        fallback_failed(point);
    }
    out
}

fn tell(point: &'static Point, event: &Event<'_>) {
    if point::observed() {
        point::emit(point.name(), event);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use crate::__private::{fallback_failed, fell_back};
    use crate::fallback::{Count, count};
    use crate::point::{Event, Point, observe};

    #[test]
    fn observers_hear_of_a_fallback_and_it_is_counted_without_them() {
        static POINT: Point = Point::new(Some("fallback::heard"), || "");
        let (told, heard) = mpsc::channel();
        let watching = observe(move |point: &str, event: &Event<'_>| {
            if point == "fallback::heard" {
                // Counted before it is told.
                let _ = told.send((event.to_string(), count(point)));
            }
        });
        fell_back(&POINT, true);
        fell_back(&POINT, false);
        fallback_failed(&POINT);
        drop(watching);
        fell_back(&POINT, false);
        let count_of = |stood_in, failed| Count { stood_in, refused: 1, failed };
        assert_eq!(
            heard.iter().collect::<Vec<_>>(),
            [
                ("refused, a fallback stands in".to_owned(), count_of(1, 0)),
                ("failed, a fallback stands in".to_owned(), count_of(2, 0)),
                ("the fallback failed, too".to_owned(), count_of(2, 1)),
            ]
        );
        assert_eq!(count("fallback::heard"), count_of(3, 1));
    }
}
