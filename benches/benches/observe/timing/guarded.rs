//! dyno's ways.

use std::hint::black_box;

use benches::Bars;
use dyno::timing;
use dyno::timing::Recording;

use super::{by_hundreds, floors};
use crate::group::{Group, Results};

const SPAN: &str = "dyno: `timing::span`";
const ATTRIBUTE: &str = "dyno: `#[timing]`";
const TREE: &str = "dyno: `timing::span`, and its place in the tree";
const MARK: &str = "dyno: `timing::mark`";

#[inline(never)]
fn spanned(i: u64) {
    let _span = timing::span("span");
    black_box(i);
}

#[timing]
#[inline(never)]
fn timed(i: u64) {
    black_box(i);
}

#[inline(never)]
fn marked(i: u64) {
    timing::mark("mark");
    black_box(i);
}

pub(super) fn off(group: &mut Group) {
    group.batch(SPAN, |times| (0..times).for_each(spanned));
    group.batch(ATTRIBUTE, |times| (0..times).for_each(timed));
    group.batch(MARK, |times| (0..times).for_each(marked));
}

pub(super) fn on(group: &mut Group) {
    group.batch(SPAN, |times| recorded(times, spanned));
    group.batch(ATTRIBUTE, |times| recorded(times, timed));
    group.batch(MARK, |times| recorded(times, marked));
    group.batch(TREE, |times| {
        by_hundreds(times, |spans| {
            black_box(timing::record("root", || (0..spans).for_each(spanned)));
        });
    });
}

/// Nobody asks for the tree, as nobody looks at what the peers have taken down.
fn recorded(times: u64, span: impl Fn(u64)) {
    by_hundreds(times, |spans| {
        let _recording = Recording::new("root").start();
        (0..spans).for_each(&span);
    });
}

pub(super) fn judge_off(bars: &mut Bars, all: &Results) {
    for name in [SPAN, ATTRIBUTE, MARK] {
        let over = all.over(name, floors::NOTHING);
        bars.at_most(&format!("{name}, off, over a call"), 0.5, over, "ns");
    }
}

pub(super) fn judge_on(bars: &mut Bars, all: &Results) {
    for name in [SPAN, ATTRIBUTE] {
        bars.at_most(&format!("{name}, on"), 60.0, all.median(name), "ns");
        let reads = all.ratio(name, floors::CLOCK);
        bars.at_most(&format!("{name}, on, against the clock read twice"), 1.7, reads, "x");
    }
}
