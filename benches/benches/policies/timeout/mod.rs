//! Time-outs, around futures that are in time.

// dyno's rows are not there yet: without this line `guarded.rs` takes part.
#[path = "../pending.rs"]
mod guarded;
mod peers;

use std::time::Duration;

use benches::{Bars, Section};

use crate::call::call_later;
use crate::floors;
use crate::group::Group;

const LIMIT: Duration = Duration::from_millis(250);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Situation {
    /// When it is first polled.
    Ready,
    /// When it is polled once more.
    Later,
}

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    let about = "250 ms around a call that is ready when it is first polled.";
    let mut group = Group::of_calls("Timeout, ready at once", about);
    floors::clocks(&mut group);
    measure(section, bars, group, Situation::Ready);

    let about = "The same around one that is ready when it is polled again, for which it asks at once: \
                 now the timer is wanted. The floor of these is the last of the floors.";
    let mut group = Group::of_calls("Timeout, ready when polled again", about);
    floors::clocks(&mut group);
    group.call_async("floor: the call, polled twice", call_later);
    measure(section, bars, group, Situation::Later);
}

fn measure(section: &mut Section, bars: &mut Bars, mut group: Group, situation: Situation) {
    guarded::enter(&mut group, situation);
    peers::enter(&mut group, situation);
    let all = group.run(section);
    guarded::judge(bars, &all, situation);
}
