//! Nothing at all, and two readings of a clock.

use std::cell::RefCell;
use std::hint::black_box;
use std::time::Instant;

use super::by_hundreds;
use crate::group::Group;

pub(super) const NOTHING: &str = "floor: a call that does nothing";
pub(super) const CLOCK: &str = "floor: `Instant::now()`, elapsed";

pub(super) fn nothing(group: &mut Group) {
    group.batch(NOTHING, |times| (0..times).for_each(called));
}

#[inline(never)]
fn called(i: u64) {
    black_box(i);
}

pub(super) fn clock(group: &mut Group) {
    thread_local! {
        static OWN: RefCell<Vec<(&'static str, Instant, Instant)>> = const { RefCell::new(Vec::new()) };
    }
    group.batch(CLOCK, |times| {
        for _ in 0..times {
            black_box(Instant::now().elapsed());
        }
    });
    group.batch("by hand: `Instant::now()` twice, in a buffer of the thread's own", |times| {
        by_hundreds(times, |spans| {
            for i in 0..spans {
                let begun = Instant::now();
                black_box(i);
                let ended = Instant::now();
                OWN.with_borrow_mut(|own| own.push(("span", begun, ended)));
            }
            OWN.with_borrow_mut(Vec::clear);
        });
    });
}
