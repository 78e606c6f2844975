//! Retry, where the first attempt succeeds.

mod guarded;
mod peers;

use benches::{Bars, Section};

use crate::floors;
use crate::group::Group;
mod budgeted;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Situation {
    /// By itself.
    Plain,
    /// All calls together may be made again only so often.
    Budgeted,
}

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    let about = "Three attempts at most, and the first succeeds.";
    let mut group = Group::of_calls("Retry", about);
    group.call("by hand: a loop", peers::by_hand);
    guarded::enter(&mut group, Situation::Plain);
    peers::enter(&mut group, Situation::Plain);
    let all = group.run(section);
    guarded::judge(bars, &all, Situation::Plain);

    let about =
        "The same, and a call in five may be made again: what the first attempt adds to it.";
    let mut group = Group::of_calls("Retry with a budget", about).in_pairs();
    floors::add(&mut group);
    floors::clocks(&mut group);
    budgeted::enter(&mut group, Situation::Budgeted);
    peers::enter(&mut group, Situation::Budgeted);
    let all = group.run(section);
    budgeted::judge(bars, &all, Situation::Budgeted);
}
