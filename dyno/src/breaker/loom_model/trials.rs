//! Who may try while it is half-open.

use super::*;
use crate::fault::Reason;

fn two() -> Settings {
    settings(1, 4).trials(2)
}

#[test]
fn model_one_trial_at_a_time() {
    loom::model(|| {
        let core = open(0);
        let other = spawn(&core, |core| core.admit(&settings(1, 1), &At(10)));
        let here = core.admit(&settings(1, 1), &At(10));
        let there = other.join().expect("joins");
        let refused = here.err().or(there.err()).expect("one is refused");
        let admitted = here.ok().or(there.ok()).expect("and one is not");
        assert!(here.is_ok() != there.is_ok());
        assert!(admitted.change.is_some(), "and it tells of the transition");
        assert_eq!(refused.reason, Reason::HalfOpenBusy);
    });
}

#[test]
fn model_as_many_trials_as_there_are_permits() {
    loom::model(|| {
        let core = open(0);
        let first = core.admit(&two(), &At(10)).expect("the first");
        let other = spawn(&core, |core| core.admit(&two(), &At(10)));
        let here = core.admit(&two(), &At(10));
        let there = other.join().expect("joins");
        assert!(here.is_ok() != there.is_ok(), "{here:?} {there:?}");
        assert_eq!(core.view().tally().busy, 2);
        assert!(end(&core, first, Some(true), &two(), 10).is_some());
        assert!(core.admit(&two(), &At(10)).is_ok(), "it has made room");
    });
}

#[test]
fn model_one_trial_at_a_time_also_between_successes() {
    loom::model(|| {
        let core = fresh();
        force(&core, Phase::HalfOpen, 0);
        // One clock for both, which goes on whenever it is looked at.
        let clock = Arc::new(AtomicU64::new(45));
        let theirs = clock.clone();
        let looked = Going(&clock, Cell::new(0));
        let other =
            spawn(&core, move |core| core.admit(&settings(1, 2), &Going(&theirs, Cell::new(0))));
        let here = core.admit(&settings(1, 2), &looked);
        let there = other.join().expect("joins");
        assert!(here.is_ok() != there.is_ok(), "{here:?} {there:?}");
        if here.is_ok() {
            let last = here.map_or(0, |leave| leave.since / 1_000_000) + 9;
            assert!(core.admit(&settings(1, 2), &At(last)).is_err(), "it has its whole time");
        }
        assert!(core.admit(&settings(1, 2), &At(60)).is_ok());
    });
}

#[test]
fn model_a_dropped_trial_makes_room() {
    loom::model(|| {
        let core = open(0);
        let trial = core.admit(&settings(1, 1), &At(10)).expect("a trial");
        let other = spawn(&core, move |core| end(core, trial, None, &settings(1, 1), 10));
        let here = core.admit(&settings(1, 1), &At(10));
        assert_eq!(other.join().expect("joins"), Some(None));
        if let Ok(next) = here {
            assert!(core.admit(&settings(1, 1), &At(10)).is_err());
            end(&core, next, None, &settings(1, 1), 10);
        }
        assert!(core.admit(&settings(1, 1), &At(10)).is_ok());
    });
}

#[test]
fn model_a_lost_trial_is_replaced_by_one() {
    loom::model(|| {
        let core = open(0);
        core.admit(&settings(1, 1), &At(10)).expect("a trial that is lost");
        let other = spawn(&core, |core| core.admit(&settings(1, 1), &At(20)));
        let here = core.admit(&settings(1, 1), &At(20));
        let there = other.join().expect("joins");
        assert!(here.is_ok() != there.is_ok(), "{here:?} {there:?}");
    });
}

#[test]
fn model_a_replaced_trial_decides_nothing() {
    loom::model(|| {
        let core = open(0);
        let late = core.admit(&settings(1, 1), &At(10)).expect("a trial that overruns");
        let other = spawn(&core, move |core| end(core, late, None, &settings(1, 1), 20));
        let here = core.admit(&settings(1, 1), &At(20));
        other.join().expect("joins");
        let young = here.or_else(|_| core.admit(&settings(1, 1), &At(20)));
        let young = young.expect("its time was up, or it had made room");
        assert!(core.admit(&settings(1, 1), &At(29)).is_err(), "the young one keeps others out");
        assert_eq!(end(&core, late, Some(false), &settings(1, 1), 29), None);
        assert_eq!(end(&core, late, Some(true), &settings(1, 1), 29), None);
        assert_eq!(core.view().tally().busy, 1);
        assert!(end(&core, young, Some(true), &settings(1, 1), 29).is_some());
        assert_eq!(core.view().phase, Phase::Closed);
    });
}

#[test]
fn model_results_of_trials_are_added_up() {
    loom::model(|| {
        let three = || settings(1, 3).trials(2);
        let core = open(0);
        let first = core.admit(&three(), &At(10)).expect("the first");
        let second = core.admit(&three(), &At(10)).expect("the second");
        let other = spawn(&core, move |core| end(core, first, Some(true), &three(), 10));
        assert_eq!(end(&core, second, Some(true), &three(), 10), Some(None));
        assert_eq!(other.join().expect("joins"), Some(None));
        let tally = core.view().tally();
        assert_eq!((tally.busy, tally.good, tally.bad), (0, 2, 0));
    });
}

#[test]
fn model_a_failed_trial_and_a_good_one_decide_once() {
    loom::model(|| {
        let one = || settings(1, 1).trials(2);
        let core = open(0);
        let first = core.admit(&one(), &At(10)).expect("the first");
        let second = core.admit(&one(), &At(10)).expect("the second");
        let other = spawn(&core, move |core| end(core, first, Some(true), &one(), 10));
        let here = end(&core, second, Some(false), &one(), 10);
        let there = other.join().expect("joins");
        assert!(here.is_some() != there.is_some(), "the second comes too late");
        let expected = if here.is_some() { Phase::Open } else { Phase::Closed };
        assert_eq!(core.view().phase, expected);
    });
}
