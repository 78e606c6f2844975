//! Bulkhead: a permit that is taken and given back, and none that is left.

mod peers;

use benches::{Bars, Section};

use crate::floors;
use crate::group::Group;
mod guarded;

/// How many places there are.
const PLACES: u32 = 10;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Situation {
    /// There is always a place.
    Free,
    /// There is none, and nobody waits for one.
    Full,
}

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    let about = "A permit of ten is taken, the call is made, and the permit is given back. A tower \
                 service is one for each thread, and they share the permits.";
    let free = Group::of_calls("Bulkhead, a place is free", about);
    measure(section, bars, free, Situation::Free);

    let about = "All ten permits are gone for good, and who does not get one is turned away: tower's \
                 own only waits, so there is its `LoadShed` around it; tower-resilience does it with a \
                 time-out of zero, which takes up to a millisecond, of which here is the CPU time.";
    let full = Group::of_refusals("Bulkhead, full", about);
    measure(section, bars, full, Situation::Full);
}

fn measure(section: &mut Section, bars: &mut Bars, group: Group, situation: Situation) {
    let mut group = group.in_pairs();
    floors::load(&mut group);
    floors::add(&mut group);
    peers::by_hand(&mut group, situation);
    guarded::enter(&mut group, situation);
    peers::enter(&mut group, situation);
    let all = group.run(section);
    guarded::judge(bars, &all, situation);
}
