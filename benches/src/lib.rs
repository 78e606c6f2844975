//! dyno beside its peers: a small measuring core of our own rather than criterion, because the
//! contenders' batches must take turns within one run for their ratios to hold on a busy machine.
//!
//! A bench makes a [`Race`], reads the [`Laps`] and writes a [`Section`] of `RESULTS.md`:
//!
//! ```
//! use benches::{Race, calls};
//! use std::hint::black_box;
//! let mut race = Race::brief();
//! race.enter("add", calls!(black_box(1) + 1));
//! race.enter("multiply", calls!(black_box(1) * 2));
//! let laps = race.run();
//! assert!(laps[0].min() <= laps[0].median());
//! ```

mod facts;
mod laps;
mod meter;
mod race;
mod section;
mod table;

pub use laps::Laps;
pub use meter::{block_on, children_cpu, poll_once, thread_cpu};
pub use race::Race;
pub use section::{Section, quick};
pub use table::{Bars, Table, ns};

/// A contender for a [`Race`]: the call given, as often as it is asked for. What it returns is
/// looked at where it is: to move it costs more than many a call.
#[macro_export]
macro_rules! calls {
    ($call:expr) => {
        |times: u64| {
            for _ in 0..times {
                ::std::hint::black_box(&$call);
            }
        }
    };
}

/// A contender for a [`Race`]: the future given, awaited as often as it is asked for. It must be
/// ready at once: what is measured is the call, not a runtime.
#[macro_export]
macro_rules! awaits {
    ($future:expr) => {
        |times: u64| {
            $crate::poll_once(async {
                for _ in 0..times {
                    ::std::hint::black_box(&$future.await);
                }
            })
        }
    };
}
