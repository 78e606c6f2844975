//! Every interleaving of the state machine, by the model checker loom:
//! `RUSTFLAGS="--cfg loom" cargo test -p dyno --lib --no-default-features --features breaker model`

use std::cell::Cell;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread;

use super::State;
use super::core::{Core, Rules, Transition};
use super::word::Ticks;
use crate::clock::Instant;

type Model = Core<AtomicU64>;

fn at(millis: u64) -> Ticks {
    Ticks::at(Instant::from_nanos(millis * 1_000_000))
}

fn rules(fail_max: u32, success_threshold: u32) -> Rules {
    Rules { fail_max, success_threshold, reset: at(10) }
}

fn fresh() -> Arc<Model> {
    Arc::new(Core::new(AtomicU64::new(0), AtomicU64::new(0)))
}

/// Open since `millis`.
fn open(millis: u64) -> Arc<Model> {
    let core = fresh();
    assert!(core.force(State::Open, at(millis)).is_some());
    core
}

fn pass(core: &Model) -> u64 {
    core.pass().expect("closed")
}

fn spawn<R: 'static>(
    core: &Arc<Model>,
    f: impl FnOnce(&Model) -> R + 'static,
) -> thread::JoinHandle<R> {
    let core = core.clone();
    thread::spawn(move || f(&core))
}

#[test]
fn model_failures_are_counted_exactly_and_trip_once() {
    loom::model(|| {
        let core = fresh();
        let fail = |core: &Model| core.failure(pass(core), rules(3, 1), || at(0));
        assert_eq!(fail(&core), None);
        let permit = pass(&core);
        let late = spawn(&core, move |core| core.failure(permit, rules(3, 1), || at(0)));
        let here = core.failure(permit, rules(3, 1), || at(0));
        let there = late.join().expect("joins");
        let trips = usize::from(here.is_some()) + usize::from(there.is_some());
        assert_eq!(trips, 1, "one of the two tells of the trip");
        let view = core.view();
        assert_eq!((view.state, view.count, view.generation), (State::Open, 3, 1));
    });
}

#[test]
fn model_a_success_between_failures_is_not_lost() {
    loom::model(|| {
        let core = fresh();
        let permit = pass(&core);
        assert_eq!(core.failure(permit, rules(2, 1), || at(0)), None);
        let other = spawn(&core, move |core| core.success(permit, rules(2, 1), || at(0)));
        let tripped = core.failure(permit, rules(2, 1), || at(0)).is_some();
        assert_eq!(other.join().expect("joins"), None);
        let view = core.view();
        // Success first: one failure since. Failure first: open, and the success is late.
        let expected = if tripped { (State::Open, 2) } else { (State::Closed, 1) };
        assert_eq!((view.state, view.count), expected);
    });
}

#[test]
fn model_one_trial_at_a_time() {
    loom::model(|| {
        let core = open(0);
        let other = spawn(&core, |core| core.admit(rules(1, 1), || at(10)));
        let here = core.admit(rules(1, 1), || at(10));
        let there = other.join().expect("joins");
        let admitted = [here, there].into_iter().flatten().collect::<Vec<_>>();
        assert_eq!(admitted.len(), 1);
        let opened = Transition { from: State::Open, to: State::HalfOpen };
        assert_eq!(admitted[0].1, Some(opened), "and it tells of the transition");
        let refused = here.err().or(there.err()).expect("one is refused");
        assert!(refused.busy && refused.passed == Ticks::NONE);
    });
}

#[test]
fn model_one_trial_at_a_time_also_between_successes() {
    loom::model(|| {
        let core = fresh();
        core.force(State::HalfOpen, at(0));
        // One clock for both, which goes on whenever it is looked at.
        let clock = Arc::new(AtomicU64::new(45));
        let (ours, theirs) = (clock.clone(), clock);
        let looked = Cell::new(0);
        let look = || {
            looked.set(ours.fetch_add(1, Ordering::AcqRel));
            at(looked.get())
        };
        let other = spawn(&core, move |core| {
            core.admit(rules(1, 2), || at(theirs.fetch_add(1, Ordering::AcqRel)))
        });
        let here = core.admit(rules(1, 2), look);
        let there = other.join().expect("joins");
        assert!(here.is_ok() != there.is_ok(), "{here:?} {there:?}");
        if here.is_ok() {
            let end = looked.get() + 9;
            assert!(core.admit(rules(1, 2), || at(end)).is_err(), "the trial has its whole time");
        }
        assert!(core.admit(rules(1, 2), || at(60)).is_ok());
    });
}

#[test]
fn model_never_half_open_early() {
    loom::model(|| {
        // It was open once before, long ago: that moment must not be taken for the new one.
        let core = open(0);
        core.force(State::Closed, at(1));
        let permit = pass(&core);
        let other = spawn(&core, move |core| core.failure(permit, rules(1, 1), || at(1000)));
        let here = core.admit(rules(1, 1), || at(1000));
        assert!(other.join().expect("joins").is_some());
        match here {
            Ok((stamp, transition)) => assert_eq!((stamp, transition), (permit, None)),
            Err(refused) => assert_eq!((refused.busy, refused.passed), (false, Ticks::NONE)),
        }
        assert!(core.admit(rules(1, 1), || at(1009)).is_err());
        assert!(core.admit(rules(1, 1), || at(1010)).is_ok(), "and never wedged");
    });
}

#[test]
fn model_a_late_result_decides_nothing() {
    loom::model(|| {
        let core = fresh();
        let permit = pass(&core);
        core.force(State::Open, at(0));
        let (trial, _) = core.admit(rules(1, 1), || at(10)).expect("a trial");
        let other = spawn(&core, move |core| core.failure(permit, rules(1, 1), || at(10)));
        let closed = core.success(trial, rules(1, 1), || at(10));
        assert_eq!(other.join().expect("joins"), None);
        assert!(closed.is_some());
        let view = core.view();
        assert_eq!((view.state, view.count), (State::Closed, 0));
    });
}

#[test]
fn model_a_dropped_trial_makes_room() {
    loom::model(|| {
        let core = open(0);
        let (trial, _) = core.admit(rules(1, 1), || at(10)).expect("a trial");
        let other = spawn(&core, move |core| core.ignored(trial));
        let here = core.admit(rules(1, 1), || at(10));
        other.join().expect("joins");
        if let Ok((next, _)) = here {
            assert!(core.admit(rules(1, 1), || at(10)).is_err());
            core.ignored(next);
        }
        assert!(core.admit(rules(1, 1), || at(10)).is_ok());
    });
}

#[test]
fn model_a_lost_trial_is_replaced_by_one() {
    loom::model(|| {
        let core = open(0);
        core.admit(rules(1, 1), || at(10)).expect("a trial that is lost");
        let other = spawn(&core, |core| core.admit(rules(1, 1), || at(20)));
        let here = core.admit(rules(1, 1), || at(20));
        let there = other.join().expect("joins");
        assert!(here.is_ok() != there.is_ok(), "{here:?} {there:?}");
    });
}

#[test]
fn model_a_replaced_trial_decides_nothing() {
    loom::model(|| {
        let core = open(0);
        let (late, _) = core.admit(rules(1, 1), || at(10)).expect("a trial that overruns");
        let other = spawn(&core, move |core| core.ignored(late));
        let here = core.admit(rules(1, 1), || at(20));
        other.join().expect("joins");
        let (young, transition) = here.expect("its time was up, or it had made room");
        assert_ne!(young, late);
        assert_eq!(transition, None);
        assert!(core.admit(rules(1, 1), || at(29)).is_err(), "the young one keeps others out");
        assert_eq!(core.failure(late, rules(1, 1), || at(29)), None);
        assert_eq!(core.success(late, rules(1, 1), || at(29)), None);
        assert!(core.view().busy);
        assert!(core.success(young, rules(1, 1), || at(29)).is_some());
    });
}

#[test]
fn model_a_trial_that_made_room_is_not_replaced_by_two() {
    loom::model(|| {
        let core = open(0);
        let (late, _) = core.admit(rules(1, 1), || at(10)).expect("a trial that overruns");
        let other = spawn(&core, |core| core.admit(rules(1, 1), || at(20)));
        core.ignored(late);
        let here = core.admit(rules(1, 1), || at(20));
        let there = other.join().expect("joins");
        assert!(here.is_ok() != there.is_ok(), "{here:?} {there:?}");
    });
}

#[test]
fn model_two_hands_at_once_leave_a_moment_that_fits() {
    loom::model(|| {
        let core = fresh();
        let other = spawn(&core, |core| core.force(State::Open, at(5)));
        core.force(State::Closed, at(5));
        other.join().expect("joins");
        match core.view().state {
            State::Open => {
                assert!(core.admit(rules(1, 1), || at(14)).is_err());
                assert!(core.admit(rules(1, 1), || at(15)).is_ok());
            }
            state => assert_eq!(state, State::Closed),
        }
    });
}
