//! What a policy may want of the machine: a word that threads share, a clock.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

use crate::group::Group;

pub(crate) const COARSE: &str = "floor: a coarse clock";

static WORD: AtomicU64 = AtomicU64::new(0);

/// A word that is read.
pub(crate) fn load(group: &mut Group) {
    group.call("floor: a relaxed load", |_| {
        black_box(WORD.load(Ordering::Relaxed));
    });
}

/// A word that is added to, and taken from again.
pub(crate) fn add(group: &mut Group) {
    group.call("floor: `fetch_add` on a shared word", |_| {
        black_box(WORD.fetch_add(1, Ordering::Relaxed));
    });
}

/// The clocks.
pub(crate) fn clocks(group: &mut Group) {
    group.call("floor: `Instant::now()`", |_| {
        black_box(Instant::now());
    });
    group.call(COARSE, |_| {
        // Only what it takes to read it is asked for.
        let _ = black_box(clock_gettime(ClockId::MonotonicCoarse));
    });
}
