//! The deadline that is in force, which every policy that waits asks for.

use std::hint::black_box;

use benches::Section;
use dyno::Deadline;

use crate::HOUR;
use crate::call::{call, call_async};
use crate::floors;
use crate::group::Group;

const CURRENT: &str = "dyno: `Deadline::current`";
const CHECK: &str = "dyno: `Deadline::check`";

pub(crate) fn run(section: &mut Section) {
    let about = "No deadline is in force.";
    let mut group = Group::of_things("Deadline, none", about);
    asked(&mut group);
    group.run(section);

    let about = "One is, an hour away: the clock is read only to tell whether it has passed.";
    let mut group = Group::of_things("Deadline, in force", about);
    floors::clocks(&mut group);
    asked(&mut group);
    Deadline::within(HOUR, || group.run(section));

    let about = "A call with a deadline of its own, where none is in force.";
    let mut group = Group::of_calls("Deadline, set", about);
    floors::clocks(&mut group);
    group.call("dyno: `Deadline::within`", |x| Deadline::within(HOUR, || call(x)));
    group.call_async("dyno: `Deadline::within_async`", async |x| {
        Deadline::within_async(HOUR, call_async(x)).await
    });
    group.run(section);
}

fn asked(group: &mut Group) {
    group.call(CURRENT, |_| {
        black_box(Deadline::current());
    });
    group.call(CHECK, |_| {
        // Its outcome is the same each time.
        let _ = black_box(Deadline::check("bench"));
    });
}
