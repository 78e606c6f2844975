//! What a breaker cannot do without: the call, a word that is read or added to, a clock.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

use crate::call::{Came, Fail, Telling, call, call_async};
use crate::group::{CALL, CALL_ASYNC, CALL_TELLING, Group, Traffic, Whose};

const ADD: &str = "floor: `fetch_add` on a shared word";
pub(crate) const NOW: &str = "floor: `Instant::now()`";
pub(crate) const COARSE: &str = "floor: a coarse clock";

static WORD: AtomicU64 = AtomicU64::new(0);

/// The floors by themselves.
pub(crate) fn group() -> Group {
    let mut group = Group::new(
        "Floors",
        "What a guarded call cannot do without, or what a breaker may want of the machine. The call \
         is never inlined, and neither is the function that makes it, here and wherever it is \
         guarded. A coarse clock is `CLOCK_MONOTONIC_COARSE`. On two threads, here and below: wall \
         time per call of either, and how many times as much both do together as one alone; `-` \
         where the threads put each other to sleep.",
        Traffic::GOOD,
        Came::Success,
    );
    calls(&mut group);
    group.call(Whose::Floor, CALL_TELLING, call::<Telling>);
    group.call(Whose::Floor, "floor: a relaxed load", |_| WORD.load(Ordering::Relaxed));
    add(&mut group);
    clocks(&mut group);
    group
}

/// The call alone, sync and async.
pub(crate) fn calls(group: &mut Group) {
    group.call(Whose::Floor, CALL, call::<Fail>);
    group.call_async(Whose::Floor, CALL_ASYNC.trim_end_matches(", async"), call_async);
}

/// A counter that all threads share.
pub(crate) fn add(group: &mut Group) {
    group.call(Whose::Floor, ADD, |_| WORD.fetch_add(1, Ordering::Relaxed));
}

/// The clocks.
pub(crate) fn clocks(group: &mut Group) {
    group.call(Whose::Floor, NOW, |_| {
        black_box(Instant::now());
        0
    });
    group.call(Whose::Floor, COARSE, |_| {
        black_box(clock_gettime(ClockId::MonotonicCoarse));
        0
    });
}
