//! What the tests share.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use dyno::harness::{self, History, Report, Reporting};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// The history of a point that has told something.
pub(crate) fn history(point: &str) -> &'static History {
    harness::of(point).unwrap_or_else(|| panic!("`{point}` has told nothing"))
}

/// The last report of a point.
pub(crate) fn last(point: &str) -> Arc<Report> {
    history(point).last().expect("one is kept")
}

/// What a point has told, as it is displayed.
pub(crate) fn told(point: &str) -> Vec<String> {
    let reports = harness::of(point).map(History::recent).unwrap_or_default();
    reports.iter().map(ToString::to_string).collect()
}

/// Hears what is told of one point.
pub(crate) fn hear(point: &'static str) -> (Reporting, Arc<Mutex<Vec<Report>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let to = heard.clone();
    let reporting = harness::sink(move |report: &Report| {
        if report.point() == point {
            to.lock().expect("nobody panics here").push(report.clone());
        }
    });
    (reporting, heard)
}

/// Drives a future that never waits for anything but itself.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        std::thread::yield_now();
    }
}
