//! Changes of state, and when they were.

use super::*;

#[test]
fn model_never_half_open_early() {
    loom::model(|| {
        // It was open once before, long ago: that moment must not be taken for the new one.
        let core = open(0);
        force(&core, Phase::Closed, 1);
        let permit = pass(&core);
        let one = settings(1, 1);
        let other = spawn(&core, move |core| fail(core, permit, &settings(1, 1), 1000));
        let here = core.admit(&one, &At(1000));
        assert!(other.join().expect("joins"));
        match here {
            Ok(leave) => assert_eq!((leave.stamp, leave.change), (permit, None)),
            Err(refused) => {
                assert_eq!(refused.retry_after(), Some(Duration::from_millis(10)));
            }
        }
        assert!(core.admit(&one, &At(1009)).is_err());
        assert!(core.admit(&one, &At(1010)).is_ok(), "and never wedged");
    });
}

#[test]
fn model_a_late_result_decides_nothing() {
    loom::model(|| {
        let core = fresh();
        let permit = pass(&core);
        force(&core, Phase::Open, 0);
        let trial = core.admit(&settings(1, 1), &At(10)).expect("a trial");
        let other = spawn(&core, move |core| fail(core, permit, &settings(1, 1), 10));
        let closed = end(&core, trial, Some(true), &settings(1, 1), 10).expect("it counts");
        assert!(!other.join().expect("joins"));
        assert!(closed.is_some());
        let view = core.view();
        assert_eq!((view.phase, view.count), (Phase::Closed, 0));
    });
}

#[test]
fn model_two_hands_at_once_leave_a_moment_that_fits() {
    loom::model(|| {
        let core = fresh();
        let other = spawn(&core, |core| force(core, Phase::Open, 5));
        force(&core, Phase::Closed, 5);
        other.join().expect("joins");
        match core.view().phase {
            Phase::Open => {
                assert!(core.admit(&settings(1, 1), &At(14)).is_err());
                assert!(core.admit(&settings(1, 1), &At(15)).is_ok());
            }
            phase => assert_eq!(phase, Phase::Closed),
        }
    });
}

#[test]
fn model_the_last_stage_ends_once() {
    loom::model(|| {
        let staged = || settings(1, 1).recover(&[0.1]);
        let core = open(0);
        let trial = core.admit(&staged(), &At(10)).expect("a trial");
        end(&core, trial, Some(true), &staged(), 10).expect("it counts");
        assert_eq!(core.view().phase, Phase::Recovering);
        let other = spawn(&core, move |core| core.admit(&staged(), &At(20)));
        let here = core.admit(&staged(), &At(20)).expect("it is over");
        let there = other.join().expect("joins").expect("for both");
        assert!(here.change.is_some() != there.change.is_some(), "one of them tells");
        assert_eq!(here.stamp, there.stamp, "what is under way goes on to count");
        assert_eq!(core.view().phase, Phase::Closed);
    });
}
