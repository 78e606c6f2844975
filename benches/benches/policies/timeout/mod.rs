//! Time-outs, around futures that are in time.

mod peers;

use std::time::Duration;

use benches::{Bars, Section};

use crate::call::{call_async, call_later};
use crate::floors;
use crate::group::Group;
mod guarded;

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
    let group = Group::of_calls_to("Timeout, ready at once", about, call_async);
    measure(section, bars, group, Situation::Ready);

    let about = "The same around one that is ready when it is polled again, for which it asks at once: \
                 now a timer is wanted.";
    let group = Group::of_calls_to("Timeout, ready when polled again", about, call_later);
    measure(section, bars, group, Situation::Later);
}

fn measure(section: &mut Section, bars: &mut Bars, mut group: Group, situation: Situation) {
    floors::clocks(&mut group);
    guarded::enter(&mut group, situation);
    peers::enter(&mut group, situation);
    let all = group.run(section);
    guarded::judge(bars, &all, situation);
}
