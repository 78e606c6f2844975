//! Closed: calls that succeed, and failures that do not open it.

use benches::Section;
use dyno::breaker::{Breaker, State};

use crate::bars::Judge;
use crate::call::{Came, Telling, call};
use crate::floors::{self, NOW};
use crate::group::{CALL_TELLING, Group, Traffic, Whose, in_async};
use crate::guarded;
use crate::peers::{self, Situation};

pub(crate) const DEFAULT: &str = "dyno: `#[breaker(DB)]`";
const OWN: &str = "dyno: `#[breaker(fail_max = 3)]`";
const NAMED: &str = "dyno: `#[breaker(\"orders\")]`";
const BY_CALL: &str = "dyno: `DB.call`";
const TELLING: &str = "dyno: `#[breaker(DB)]`, error keeps the fault";
const FAILING: &str = "dyno: failures in a row";
pub(crate) const CALLS: &str = "dyno: rate of 100";
pub(crate) const TIME: &str = "dyno: rate of 10 s";
const SLOW: &str = "dyno: slow calls in 100";

pub(crate) fn run(section: &mut Section, judge: &mut Judge) {
    let all = counted().run(section);
    judge.about("closed, a success");
    for name in [DEFAULT, OWN, NAMED, BY_CALL, &in_async(DEFAULT)] {
        judge.over(&all, name, 2.0);
    }
    judge.two(&all, DEFAULT);
    judge.two(&all, &in_async(DEFAULT));
    judge.ahead(&all, &[DEFAULT, OWN, NAMED, BY_CALL]);
    judge.ahead(&all, &[&in_async(DEFAULT), &in_async(BY_CALL)]);

    let all = failing().run(section);
    judge.about("closed, a failure");
    judge.failures(&all, &[FAILING]);

    let all = rated().run(section);
    judge.about("closed, rates, a success");
    judge.rates(&all);
    let all = rated_mixed().run(section);
    judge.about("closed, rates, one failure in 100");
    judge.rates(&all);
    let all = rated_failing().run(section);
    judge.about("closed, rates, nine failures in ten");
    judge.failures(&all, &[CALLS, TIME]);

    let all = slow().run(section);
    judge.about("closed, slow calls, a success");
    for name in [SLOW, &in_async(SLOW)] {
        judge.over(&all, name, 45.0);
        judge.over_in(&all, name, 2.6, NOW);
        judge.two(&all, name);
        judge.ahead(&all, &[name]);
    }
}

/// A rule that counts failures in a row, and all goes well.
pub(crate) fn counted() -> Group {
    let about = "A call that succeeds; what would open the breaker is a number of failures, in a row where it \
                 can tell: dyno's default and a `fail_max` of 3.";
    let mut group = Group::new("Closed, a success", about, Traffic::GOOD, Came::Success);
    floors::calls(&mut group);
    let dyno = Whose::Dyno;
    group.call(dyno, DEFAULT, guarded::default);
    group.call(dyno, OWN, guarded::own);
    group.call(dyno, NAMED, guarded::named);
    group.call(dyno, BY_CALL, guarded::by_call);
    group.call_async(dyno, DEFAULT, guarded::default_async);
    group.call_async(dyno, BY_CALL, guarded::by_call_async);
    group.call(Whose::Floor, CALL_TELLING, call::<Telling>);
    group.call(dyno, TELLING, guarded::telling);
    closed(&mut group, &guarded::DB);
    peers::enter(&mut group, Situation::Counted);
    group
}

/// A rule that counts failures in a row, and nothing goes well.
fn failing() -> Group {
    let about = "Every call fails, and what the rule asks for is never reached.";
    let mut group = Group::new("Closed, a failure", about, Traffic::BAD, Came::Failure);
    floors::calls(&mut group);
    floors::add(&mut group);
    group.call(Whose::Dyno, FAILING, guarded::failing);
    group.call_async(Whose::Dyno, FAILING, guarded::failing_async);
    closed(&mut group, &guarded::FAILING);
    peers::enter(&mut group, Situation::Counted);
    group
}

/// Rules about the rate, and all goes well.
pub(crate) fn rated() -> Group {
    let about = "A call that succeeds; half of the last 100 calls, or of those of the last 10 s, would \
                 have to fail to open dyno's.";
    let title = "Closed, a success, rules about the rate";
    let mut group = Group::new(title, about, Traffic::GOOD, Came::Success);
    floors_of_rates(&mut group);
    group.call(Whose::Dyno, CALLS, guarded::calls);
    group.call(Whose::Dyno, TIME, guarded::time);
    group.call_async(Whose::Dyno, CALLS, guarded::calls_async);
    group.call_async(Whose::Dyno, TIME, guarded::time_async);
    closed(&mut group, &guarded::CALLS);
    closed(&mut group, &guarded::TIME);
    peers::enter(&mut group, Situation::Rated);
    group
}

/// Rules about the rate, and a call fails now and then.
fn rated_mixed() -> Group {
    let about = "Of each 100 calls, also by either of two threads, the first fails and 99 succeed: the \
                 mean of all.";
    let title = "Closed, one failure in 100, rules about the rate";
    let mut group = Group::new(title, about, Traffic::ONE_BAD_IN_100, Came::Success);
    floors_of_rates(&mut group);
    group.call(Whose::Dyno, CALLS, guarded::calls_mixed);
    group.call(Whose::Dyno, TIME, guarded::time_mixed);
    group.call_async(Whose::Dyno, CALLS, guarded::calls_mixed_async);
    group.call_async(Whose::Dyno, TIME, guarded::time_mixed_async);
    closed(&mut group, &guarded::CALLS_MIXED);
    closed(&mut group, &guarded::TIME_MIXED);
    peers::enter(&mut group, Situation::Rated);
    group
}

/// Rules about the rate, and hardly a call goes well.
fn rated_failing() -> Group {
    let about = "Of each ten calls, also by either of two threads, the first succeeds and nine fail; only \
                 100% would open any: the mean of all.";
    let title = "Closed, nine failures in ten, rules about the rate";
    let mut group = Group::new(title, about, Traffic::ONE_GOOD_IN_10, Came::Success);
    floors_of_rates(&mut group);
    group.call(Whose::Dyno, CALLS, guarded::calls_failing);
    group.call(Whose::Dyno, TIME, guarded::time_failing);
    group.call_async(Whose::Dyno, CALLS, guarded::calls_failing_async);
    group.call_async(Whose::Dyno, TIME, guarded::time_failing_async);
    closed(&mut group, &guarded::CALLS_FAILING);
    closed(&mut group, &guarded::TIME_FAILING);
    peers::enter(&mut group, Situation::Rated);
    group
}

/// A rule about slow calls, and none is.
fn slow() -> Group {
    let about = "A call that succeeds at once; one that takes more than 2 s is slow.";
    let title = "Closed, a success, a rule about slow calls";
    let mut group = Group::new(title, about, Traffic::GOOD, Came::Success);
    floors::calls(&mut group);
    floors::clocks(&mut group);
    group.call(Whose::Dyno, SLOW, guarded::slow);
    group.call_async(Whose::Dyno, SLOW, guarded::slow_async);
    closed(&mut group, &guarded::SLOW_CALLS);
    peers::enter(&mut group, Situation::Slow);
    group
}

fn floors_of_rates(group: &mut Group) {
    floors::calls(group);
    floors::add(group);
    floors::clocks(group);
}

fn closed(group: &mut Group, breaker: &'static Breaker) {
    group.lasting(breaker.name(), || breaker.state() == State::Closed);
}
