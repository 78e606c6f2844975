//! Metrics: a call that is counted and its latency, with the clock and without.

mod floors;
mod guarded;
mod peers;

use std::time::Duration;

use benches::{Bars, Section};

use crate::group::Group;

/// What every call took, where nobody reads a clock.
const TOOK: Duration = Duration::from_micros(150);
/// More than there are cores.
const CROWD: u32 = 8;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Situation {
    /// How long the call took is known.
    Known,
    /// It is measured.
    Timed,
}

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    peers::install();
    let about = "A success is counted, and that it took 150 µs, in a counter and a histogram or what \
                 does for both. The handles are held, unless one is looked up by name.";
    let mut group = Group::new("Metrics, a call", about, floors::SHARED).in_pairs().in_crowd(CROWD);
    floors::counts(&mut group);
    floors::coarse(&mut group);
    guarded::enter(&mut group, Situation::Known);
    peers::enter(&mut group, Situation::Known);
    let all = group.run(section);
    guarded::judge(bars, &all, Situation::Known);
    peers::drain();

    let about = "The same around a call that is timed; it does nothing.";
    let mut group = Group::new("Metrics, a timed call", about, floors::CLOCK).in_pairs();
    floors::clock(&mut group);
    guarded::enter(&mut group, Situation::Timed);
    peers::enter(&mut group, Situation::Timed);
    let all = group.run(section);
    guarded::judge(bars, &all, Situation::Timed);
    peers::drain();
}
