//! Timing: a span where nobody records, and one that goes into a recording.

mod floors;
mod guarded;
mod peers;

use benches::{Bars, Section};

use crate::group::Group;

/// So many spans are in one recording, or under one root.
const SPANS: u64 = 100;

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    let about = "A span that is entered and left, and nobody records it.";
    let mut group = Group::new("Timing, off", about, floors::NOTHING).in_pairs();
    floors::nothing(&mut group);
    guarded::off(&mut group);
    peers::off(&mut group);
    let all = group.run(section);
    guarded::judge_off(bars, &all);

    let about = "A hundred spans within a recording or under a root, which is begun, ended and dropped: \
                 what each comes to, with its share of that.";
    let mut group = Group::new("Timing, on", about, floors::CLOCK).in_pairs();
    floors::clock(&mut group);
    guarded::on(&mut group);
    peers::on(&mut group);
    let all = group.run(section);
    guarded::judge_on(bars, &all);
}

/// So many times, a hundred at once: `record` is handed each hundred.
fn by_hundreds(times: u64, record: impl Fn(u64)) {
    for begun in (0..times).step_by(100) {
        record(SPANS.min(times - begun));
    }
}
