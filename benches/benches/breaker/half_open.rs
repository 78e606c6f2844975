//! Half-open: calls that are turned away for a trial that is under way, and trials.

use std::cell::Cell;
use std::mem;

use benches::Section;
use dyno::breaker::State;

use crate::bars::Judge;
use crate::call::Came;
use crate::floors::{self, COARSE};
use crate::group::{Group, Traffic, Whose, in_async};
use crate::guarded::{self, TRIALS};
use crate::peers::{self, Situation};

const BUSY: &str = "dyno";
const TRIAL: &str = "dyno: half-open anew after 1000";

pub(crate) fn run(section: &mut Section, judge: &mut Judge) {
    let all = busy().run(section);
    judge.about("half-open, a rejection");
    for name in [BUSY, &in_async(BUSY)] {
        judge.whole(&all, name, 6.0);
        judge.whole_in(&all, name, 1.6, COARSE);
        judge.ahead(&all, &[name]);
    }
    let all = trials().run(section);
    judge.about("half-open, a successful trial");
    for name in [TRIAL, &in_async(TRIAL)] {
        judge.ahead(&all, &[name]);
    }
}

fn busy() -> Group {
    let about = "A call that is turned away, for the only trial that may be under way is. The others' \
                 sync calls are left out where a trial would hold the lock.";
    let title = "Half-open, the trial taken";
    let mut group = Group::new(title, about, Traffic::GOOD, Came::Refusal);
    floors::calls(&mut group);
    floors::clocks(&mut group);
    guarded::BUSY.half_open();
    mem::forget(guarded::BUSY.acquire());
    group.call(Whose::Dyno, BUSY, guarded::busy);
    group.call_async(Whose::Dyno, BUSY, guarded::busy_async);
    group.lasting("dyno", || guarded::BUSY.state() == State::HalfOpen);
    peers::enter(&mut group, Situation::Busy);
    group
}

fn trials() -> Group {
    let about = "Trials that succeed, one after the other, up to 64 at a time and never enough of \
                 them to close it. dyno's takes 4000 at most, so it is made half-open anew after 1000, \
                 which is counted by the contender itself.";
    let title = "Half-open, a trial that succeeds";
    let mut group = Group::new(title, about, Traffic::GOOD, Came::Success);
    floors::calls(&mut group);
    floors::add(&mut group);
    group.call(Whose::Dyno, TRIAL, |x| {
        anew();
        guarded::trial(x)
    });
    group.call_async(Whose::Dyno, TRIAL, |x| {
        anew();
        guarded::trial_async(x)
    });
    group.lasting("dyno", || guarded::TRYING.state() == State::HalfOpen);
    peers::enter(&mut group, Situation::Trials);
    group
}

/// Makes it half-open anew before so many trials have succeeded that it closes.
#[inline]
fn anew() {
    thread_local! {
        static LEFT: Cell<u32> = const { Cell::new(0) };
    }
    let left = LEFT.get();
    if left == 0 {
        guarded::TRYING.half_open();
        LEFT.set(TRIALS / 4 - 1);
    } else {
        LEFT.set(left - 1);
    }
}
