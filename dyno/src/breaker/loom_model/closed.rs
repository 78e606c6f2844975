//! Failures in a row.

use super::*;

#[test]
fn model_failures_are_counted_exactly_and_trip_once() {
    loom::model(|| {
        let core = fresh();
        let three = settings(3, 1);
        assert!(!fail(&core, pass(&core), &three, 0));
        let permit = pass(&core);
        let late = spawn(&core, move |core| fail(core, permit, &settings(3, 1), 0));
        let here = fail(&core, permit, &three, 0);
        let there = late.join().expect("joins");
        assert!(here != there, "one of the two tells of the trip");
        let view = core.view();
        assert_eq!((view.phase, view.count, view.generation), (Phase::Open, 3, 1));
    });
}

#[test]
fn model_a_success_between_failures_is_not_lost() {
    loom::model(|| {
        let core = fresh();
        let permit = pass(&core);
        assert!(!fail(&core, permit, &settings(2, 1), 0));
        let other = spawn(&core, move |core| core.success(permit));
        let tripped = fail(&core, permit, &settings(2, 1), 0);
        other.join().expect("joins");
        let view = core.view();
        // Success first: one failure since. Failure first: open, and the success is late.
        let expected = if tripped { (Phase::Open, 2) } else { (Phase::Closed, 1) };
        assert_eq!((view.phase, view.count), expected);
    });
}

#[test]
fn model_excess_is_told_once_where_it_only_measures() {
    loom::model(|| {
        let core = fresh();
        force(&core, Phase::MetricsOnly, 0);
        let told = |core: &Model| {
            let leave = core.admit(&settings(1, 1), &At(0)).expect("all pass");
            let why =
                |in_a_row| judge(&settings(1, 1), Seen::default, in_a_row, &Panicked::default());
            let failed = core.failure(leave.stamp, true, &settings(1, 1), why, || None, &At(0));
            matches!(failed, Verdict::Exceeded(_))
        };
        let other = spawn(&core, told);
        let here = told(&core);
        assert!(here != other.join().expect("joins"));
        assert_eq!(core.view().failures(), 2);
    });
}

#[test]
fn model_the_long_way_is_taken_whatever_else_changes() {
    loom::model(|| {
        let core = fresh();
        let permit = pass(&core);
        let other = spawn(&core, |core| core.go_long(true));
        let tripped = fail(&core, permit, &settings(1, 1), 0);
        other.join().expect("joins");
        let view = core.view();
        assert!(tripped && view.long && view.phase == Phase::Open);
        force(&core, Phase::Closed, 0);
        assert!(core.pass().is_none() && core.pass_long().is_some());
    });
}
