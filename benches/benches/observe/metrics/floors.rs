//! What counting and timing need at least.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

use crate::group::Group;

pub(super) const COARSE: &str = "floor: a coarse clock";
pub(super) const SHARED: &str = "floor: `fetch_add` on a shared word";
pub(super) const CLOCK: &str = "floor: `Instant::now()`, elapsed";

pub(super) fn counts(group: &mut Group) {
    static WORD: AtomicU64 = AtomicU64::new(0);
    thread_local! {
        static OWN: Cell<u64> = const { Cell::new(0) };
    }
    group.call(SHARED, (), (), |()| {
        black_box(WORD.fetch_add(1, Ordering::Relaxed));
    });
    group.call("floor: a word of the thread's own", (), (), |()| OWN.set(OWN.get() + 1));
}

/// What tells the window that a call falls in.
pub(super) fn coarse(group: &mut Group) {
    group.call(COARSE, (), (), |()| {
        black_box(clock_gettime(ClockId::MonotonicCoarse));
    });
}

pub(super) fn clock(group: &mut Group) {
    group.call(CLOCK, (), (), |()| {
        black_box(Instant::now().elapsed());
    });
}
