//! Who is told.

use std::cell::Cell;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::report::Report;
use crate::point::harmless;

/// Hears every report; a closure `|report: &Report| …` is one.
pub trait Sink: Send + Sync {
    /// Called after the fact, outside of every lock, on the thread where it happened.
    ///
    /// A panic of it is told of on standard error and harms nobody. What fails while it runs, on its
    /// own thread, is kept and counted and not handed to any sink.
    fn report(&self, report: &Report);
}

impl<F: Fn(&Report) + Send + Sync> Sink for F {
    fn report(&self, report: &Report) {
        self(report);
    }
}

static SINKS: RwLock<Vec<Arc<dyn Sink>>> = RwLock::new(Vec::new());

/// Hands every report of the program to `sink`, until the returned guard is dropped.
///
/// Without any, reports are kept in the ring of their point and nothing is printed.
///
/// ```
/// use dyno::harness::{self, Report};
/// harness::sink(|report: &Report| eprintln!("{report}")).keep();
/// ```
pub fn sink(sink: impl Sink + 'static) -> Reporting {
    let sink: Arc<dyn Sink> = Arc::new(sink);
    SINKS.write().unwrap_or_else(PoisonError::into_inner).push(sink.clone());
    Reporting(Some(sink))
}

/// A sink that is in use; it hears no more when this is dropped.
#[must_use = "the sink is removed when the guard is dropped; `keep` leaves it for good"]
pub struct Reporting(Option<Arc<dyn Sink>>);

impl Reporting {
    /// Leaves it for the life of the program.
    pub fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Reporting {
    fn drop(&mut self) {
        let Some(sink) = self.0.take() else { return };
        let mut sinks = SINKS.write().unwrap_or_else(PoisonError::into_inner);
        let at = sinks.iter().position(|other| Arc::ptr_eq(other, &sink));
        let removed = at.map(|at| sinks.remove(at));
        drop(sinks);
        // Somebody else's destructor, outside of the lock.
        drop(removed);
    }
}

impl fmt::Debug for Reporting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reporting")
    }
}

/// A closure that hears of one function: its parameter takes its type from here.
pub fn heard<F: Fn(&Report) + Send + Sync>(sink: F) -> F {
    sink
}

thread_local! {
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

/// Tells `own`, or everybody where there is none.
pub(super) fn tell(own: Option<&dyn Sink>, report: &Report) {
    // A sink that fails itself would be told of that for ever.
    let Ok(false) = TELLING.try_with(|telling| telling.replace(true)) else { return };
    match own {
        Some(sink) => harmless("a sink of", report.point, || sink.report(report)),
        None => {
            let sinks = SINKS.read().unwrap_or_else(PoisonError::into_inner).clone();
            for sink in sinks {
                harmless("a sink of", report.point, move || sink.report(report));
            }
        }
    }
    let _ = TELLING.try_with(|telling| telling.set(false));
}
