//! Calls that say nothing of their target, and calls that panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dyno::Verdict;
use dyno::balance::{Balancer, Pick};
use dyno::breaker::{Report, Settings, TripError};
use dyno::clock::freeze;

use super::support::{A, B, C, MS, SEC, in_flight, pick, seen};

fn one(settings: Settings) -> Balancer {
    Balancer::new("neutral", &[A]).breaker(settings)
}

#[test]
fn what_is_dropped_or_ignored_counts_nowhere() {
    let _frozen = freeze();
    let balancer = one(Settings::new().fail_max(1));
    for end in [drop as fn(Pick), Pick::ignored] {
        let pick = pick(&balancer);
        assert_eq!(in_flight(&balancer), 1);
        end(pick);
        let seen = seen(&balancer, A);
        assert_eq!((seen.in_flight, seen.failures, seen.latency), (0, 0, None));
        assert_eq!((seen.state, seen.failing.to_bits()), ("closed", 0));
    }
    assert_eq!(seen(&balancer, A).picks, 2);
}

#[test]
fn who_never_answers_is_not_the_cheapest() {
    let frozen = freeze();
    fastrand::seed(7);
    let balancer = Balancer::new("hole", &[A, B, C]);
    let mut lost = 0;
    for _ in 0..1000 {
        let pick = pick(&balancer);
        if pick.target().url() == B {
            // The caller has waited long enough.
            frozen.advance(SEC);
            drop(pick);
            lost += 1;
        } else {
            frozen.advance(10 * MS);
            pick.success();
        }
    }
    assert!(lost < 10, "{lost} of 1000 waited in vain");
    assert_eq!((seen(&balancer, B).state, seen(&balancer, B).failures), ("closed", 0));
    // What is given up sooner than an answer would be there says nothing.
    let before = seen(&balancer, A).latency;
    while pick(&balancer).target().url() != A {}
    assert_eq!(seen(&balancer, A).latency, before);
}

#[test]
fn a_cancelled_trial_gives_its_place_back() {
    let frozen = freeze();
    let balancer = one(Settings::new().fail_max(1).reset_timeout(SEC));
    pick(&balancer).failure();
    frozen.advance(SEC);
    drop(pick(&balancer));
    assert!(seen(&balancer, A).out);
    pick(&balancer).success();
    assert!(!seen(&balancer, A).out);
}

#[test]
fn a_panic_is_a_failure_and_passes() {
    let _frozen = freeze();
    let balancer = one(Settings::new().fail_max(1));
    let calling = AssertUnwindSafe(|| {
        let _pick = pick(&balancer);
        panic!("out of cheese");
    });
    let panic = catch_unwind(calling).expect_err("it goes on");
    assert_eq!(panic.downcast_ref(), Some(&"out of cheese"));
    let seen = seen(&balancer, A);
    assert_eq!((seen.in_flight, seen.failures, seen.state, seen.out), (0, 1, "open", true));
}

#[test]
fn a_pick_in_the_middle_of_a_panic_is_none() {
    struct Cleans<'a>(&'a Balancer);
    impl Drop for Cleans<'_> {
        fn drop(&mut self) {
            drop(pick(self.0));
        }
    }
    let _frozen = freeze();
    let balancer = one(Settings::new().fail_max(1));
    let calling = AssertUnwindSafe(|| {
        let _cleans = Cleans(&balancer);
        panic!("elsewhere");
    });
    assert!(catch_unwind(calling).is_err());
    let seen = seen(&balancer, A);
    assert_eq!((seen.in_flight, seen.failures, seen.state), (0, 0, "closed"));
}

#[test]
fn who_opens_it_may_be_told_so() {
    let _frozen = freeze();
    let settings = Settings::new().fail_max(2).trip_error(TripError::Rejected);
    let balancer = one(settings);
    let fails = || {
        let report = Report::new(&|f| f.write_str("no route to host"));
        pick(&balancer).settle(Verdict::Failure, &report)
    };
    assert_eq!(fails(), None);
    let instead = fails().expect("it has opened");
    assert_eq!(
        instead.to_string(),
        "neutral/10.0.0.1:80: the breaker is open, try again in 60.0s (last error: no route to host)"
    );
}
