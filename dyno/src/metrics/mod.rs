//! How many calls, how they ended, and how long they took.
//!
//! [`#[metrics]`](macro@crate::metrics) counts the calls of a function, [`Metrics`] those of any code; what policies tell
//! is counted under their names from the first use on. Counting waits for nobody: every thread has
//! counters of its own, and reading adds them up.
//!
//! ```
//! use dyno::metrics::{self, Metrics};
//!
//! static SEARCH: Metrics = Metrics::new("shop.search");
//! let found: Option<u32> = SEARCH.call(|| Some(3));
//!
//! let seen = metrics::of("shop.search").expect("it was called");
//! assert_eq!(seen.total.successes, 1);
//! println!("{}", metrics::all()); // a table: one row a point
//! ```

mod cells;
mod counts;
mod flight;
mod hear;
mod histogram;
#[cfg(all(test, loom))]
mod loom_model;
mod meter;
mod policies;
mod record;
mod rings;
mod show;
mod snapshot;
mod spans;
mod table;

pub use self::counts::{Counts, Rejections};
pub use self::histogram::Histogram;
pub use self::policies::{CacheCounts, Policies};
pub use self::record::{Call, Metrics};
pub use self::show::Snapshots;
pub use self::snapshot::{Snapshot, Step};
pub use self::spans::Spans;

/// The metrics of the point of this name, as they are now; `None` where nothing was counted yet.
#[must_use]
pub fn of(name: &str) -> Option<Snapshot> {
    hear::enable();
    table::find(name).map(meter::Meter::snapshot)
}

/// The metrics of all points, by name.
#[must_use]
pub fn all() -> Snapshots {
    hear::enable();
    Snapshots(table::all().into_iter().map(meter::Meter::snapshot).collect())
}

/// Counts from now on what policies tell, which else begins with the first use of metrics: for good.
pub fn enable() {
    hear::enable();
}

/// Has every point count from nothing on, but for the calls in flight.
pub fn reset() {
    table::all().into_iter().for_each(meter::Meter::reset);
}

/// Over how long the windows of points go that are not used yet and have no
/// [spans](Metrics::spans) of their own.
pub fn set_spans(spans: Spans) {
    table::set_spans(spans);
}
