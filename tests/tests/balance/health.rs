//! Targets that are out: passed over, tried, called all the same, and back by and by.

use std::collections::VecDeque;
use std::time::Duration;

use dyno::balance::{Balancer, Policy, Tried};
use dyno::breaker::{Report, Settings, State};
use dyno::clock::freeze;
use dyno::{Fault, Reason, Verdict};

use super::support::{A, B, C, D, MS, SEC, ask, fail, order, pick, picks, seen};

const QUICK: Settings = Settings::new().fail_max(2).reset_timeout(SEC);

fn in_turn(targets: &'static [&'static str]) -> Balancer {
    Balancer::new("health", targets)
        .policy(Policy::RoundRobin)
        .breaker(QUICK)
        .slow_start(Duration::ZERO)
}

#[test]
fn da_17_one_that_is_out_leaves_the_others_alone() {
    let frozen = freeze();
    for policy in Policy::ALL {
        let balancer = in_turn(&[A, B]).policy(policy);
        let mut failed = 0;
        while seen(&balancer, A).state == "closed" {
            let pick = pick(&balancer);
            if pick.target().url() == A {
                pick.failure();
                failed += 1;
            } else {
                pick.success();
            }
            // What is known of a failure fades.
            frozen.advance(SEC);
        }
        assert_eq!(failed, 2, "{policy}");
        fail(&balancer, A);
        let before = picks(&balancer);
        for _ in 0..20 {
            assert_eq!(ask(&balancer), B, "{policy}");
        }
        assert_eq!(picks(&balancer), [before[0], before[1] + 20], "{policy}");
        assert_eq!((seen(&balancer, B).state, seen(&balancer, B).failures), ("closed", 0));
    }
}

#[test]
fn one_trial_at_a_time_finds_out_whether_it_is_back() {
    let frozen = freeze();
    for policy in Policy::ALL {
        let balancer = in_turn(&[A, B, C]).policy(policy);
        fail(&balancer, A);
        ask(&balancer);
        frozen.advance(999 * MS);
        for _ in 0..20 {
            assert_ne!(ask(&balancer), A, "{policy}: too soon");
        }
        frozen.advance(MS);
        let mut held = Vec::new();
        for _ in 0..50 {
            held.push(pick(&balancer));
        }
        let (trials, others): (Vec<_>, Vec<_>) =
            held.into_iter().partition(|pick| pick.target().url() == A);
        assert_eq!(trials.len(), 1, "{policy}");
        others.into_iter().for_each(dyno::balance::Pick::success);
        assert!(seen(&balancer, A).out);
        trials.into_iter().for_each(dyno::balance::Pick::success);
        assert!(!seen(&balancer, A).out, "{policy}: a good trial brings it back");
        let back = (0..200).filter(|_| ask(&balancer) == A).count();
        assert!(back > 30, "{policy}: {back} of 200");
    }
}

#[test]
fn a_trial_is_not_put_off_because_the_target_was_dear() {
    let frozen = freeze();
    for policy in [Policy::P2c, Policy::LeastInFlight] {
        let balancer = in_turn(&[A, B]).policy(policy);
        // Slow, and three calls hang there.
        let mut held = Vec::new();
        for _ in 0..3 {
            let tried = Tried::new();
            let both = [(); 2].map(|()| balancer.pick(&tried).expect("a target"));
            held.extend(both.into_iter().filter(|pick| pick.target().url() == A));
        }
        frozen.advance(SEC);
        held.pop().expect("three").success();
        fail(&balancer, A);
        frozen.advance(SEC);
        assert_eq!(ask(&balancer), A, "{policy}");
    }
}

#[test]
fn a_bad_trial_keeps_it_out() {
    let frozen = freeze();
    let balancer = in_turn(&[A, B]);
    fail(&balancer, A);
    assert_eq!(order(&balancer, 3), "BBB");
    frozen.advance(SEC);
    let trial = pick(&balancer);
    assert_eq!(trial.target().url(), A);
    trial.failure();
    assert_eq!(order(&balancer, 3), "BBB");
    assert_eq!(seen(&balancer, A).state, "open");
}

#[test]
fn no_more_than_the_share_is_passed_over() {
    let frozen = freeze();
    let balancer = in_turn(&[A, B, C, D]);
    let snapshot = balancer.snapshot();
    assert_eq!((snapshot.max_out, snapshot.out), (2, 0));
    for url in [B, D] {
        fail(&balancer, url);
        frozen.advance(MS);
    }
    assert_eq!(order(&balancer, 4).replace('C', ""), "AA", "two are out");
    fail(&balancer, A);
    let four = order(&balancer, 4);
    assert_eq!(
        four.matches('A').count(),
        2,
        "A was the last to go, and is called all the same: {four}"
    );
    assert_eq!(four.matches('C').count(), 2);
    let snapshot = balancer.snapshot();
    assert_eq!((snapshot.max_out, snapshot.out), (2, 3));
    // What comes of such calls counts nowhere in its breaker, nor does it keep it open for longer.
    assert_eq!(seen(&balancer, A).state, "open");
}

#[test]
fn the_share_of_a_few_is_one_at_least() {
    for (targets, share, most) in [
        (&[A][..], 0.5, 1),
        (&[A, B], 0.0, 1),
        (&[A, B], 0.5, 1),
        (&[A, B, C], 0.5, 1),
        (&[A, B, C, D], 0.5, 2),
        (&[A, B, C, D], 0.75, 3),
        (&[A, B, C, D], 1.0, 4),
        (&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"], 0.3, 3),
    ] {
        let balancer = Balancer::new("few", targets).max_ejected(share);
        assert_eq!(balancer.snapshot().max_out, most, "{share} of {}", targets.len());
    }
}

#[test]
fn when_all_are_out_the_call_is_turned_away_until_the_first_may_be_tried() {
    let frozen = freeze();
    for policy in Policy::ALL {
        let balancer = in_turn(&[A, B, C]).policy(policy).max_ejected(0.3);
        for url in [B, A, C] {
            fail(&balancer, url);
            frozen.advance(100 * MS);
        }
        let fault = balancer.pick(&Tried::new()).expect_err("all are out");
        assert_eq!(fault.reason(), Some(Reason::BreakerOpen), "{policy}");
        assert_eq!(fault.retry_after(), Some(700 * MS), "{policy}");
        assert_eq!(fault.to_string(), "health: the breaker is open, try again in 700.0ms");
        assert!(balancer.pick_for("key", &Tried::new()).is_err());
        frozen.advance(700 * MS);
        assert_eq!(ask(&balancer), B, "{policy}");
    }
}

#[test]
fn why_all_are_out_is_said() {
    let _frozen = freeze();
    let balancer = in_turn(&[A]);
    for _ in 0..2 {
        pick(&balancer)
            .settle(Verdict::Failure, &Report::new(&|f| f.write_str("no route to host")));
    }
    let fault = balancer.pick(&Tried::new()).expect_err("it is out");
    assert_eq!(fault.last_error().as_deref(), Some("no route to host"));
    balancer.members()[0].breaker().force_open();
    let fault = balancer.pick(&Tried::new()).expect_err("it is out");
    assert_eq!((fault.reason(), fault.retry_after()), (Some(Reason::ForcedOpen), None));
}

#[test]
fn nobody_to_call_is_said() {
    let balancer = Balancer::new("nobody", &[]);
    for policy in Policy::ALL {
        let balancer = Balancer::new("nobody", &[]).policy(policy);
        let fault = balancer.pick(&Tried::new()).expect_err("nobody");
        assert!(matches!(fault, Fault::NoTarget { .. }), "{fault}");
    }
    let fault = balancer.pick_for(&7, &Tried::new()).expect_err("nobody");
    assert_eq!(fault.to_string(), "nobody: no target to call: it has no targets");
}

#[test]
fn by_hand_it_goes_and_comes() {
    let _frozen = freeze();
    let balancer = in_turn(&[A, B]);
    let member = balancer.members().remove(0);
    assert_eq!(member.breaker().name(), "health/10.0.0.1:80");
    member.breaker().force_open();
    assert_eq!(order(&balancer, 3), "BBB");
    member.breaker().reset();
    assert_eq!(order(&balancer, 3), "ABA", "and its turn is long due");
    assert!(!seen(&balancer, A).out);
}

#[test]
fn one_that_is_back_gets_its_share_by_and_by() {
    let frozen = freeze();
    let balancer = in_turn(&[A, B]).slow_start(10 * SEC);
    assert!((seen(&balancer, A).warmth - 1.0).abs() < 1e-9, "at first they are all alike");
    fail(&balancer, A);
    ask(&balancer);
    frozen.advance(SEC);
    assert_eq!(ask(&balancer), A, "a trial");
    for (passed, warmth) in
        [(0, 0.1), (500, 0.1), (1000, 0.15), (3500, 0.5), (4900, 0.99), (100, 1.0)]
    {
        frozen.advance(passed * MS);
        let seen = seen(&balancer, A).warmth;
        assert!((seen - warmth).abs() < 1e-6, "{seen} for {warmth}");
    }
}

#[test]
fn the_share_of_one_that_warms_up_is_what_it_says() {
    let frozen = freeze();
    fastrand::seed(7);
    for (policy, halves) in [
        (Policy::RoundRobin, 0.5 / 1.5),
        (Policy::Random, 0.5 / 1.5),
        (Policy::Weighted, 0.5 / 1.5),
        (Policy::LeastInFlight, 0.5 / 1.5),
        // Of the two draws one is as likely to fall on either; half of the time it is put back.
        (Policy::P2c, 0.25),
    ] {
        let balancer = in_turn(&[A, B]).policy(policy).slow_start(10 * SEC);
        fail(&balancer, A);
        ask(&balancer);
        frozen.advance(SEC);
        while seen(&balancer, A).out {
            ask(&balancer);
        }
        frozen.advance(5 * SEC);
        let at_a = (0..2000).filter(|_| ask(&balancer) == A).count();
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let share = at_a as f64 / 2000.0;
        assert!((share - halves).abs() < 0.05, "{policy}: {share} for {halves}");
    }
}

#[test]
fn that_share_is_the_same_however_many_calls_are_in_flight() {
    let frozen = freeze();
    fastrand::seed(7);
    let heavy = &[A, B, C, "http://10.0.0.4:80 weight=3"];
    for (targets, parts, in_flight) in [
        (&[A, B, C, D], 3.5, 1),
        (&[A, B, C, D], 3.5, 4),
        (&[A, B, C, D], 3.5, 40),
        (heavy, 5.5, 40),
    ] {
        let balancer = in_turn(targets).policy(Policy::LeastInFlight).slow_start(10 * SEC);
        fail(&balancer, A);
        frozen.advance(SEC);
        assert_eq!(ask(&balancer), A, "a trial");
        frozen.advance(5 * SEC);
        let (before, mut held) = (picks(&balancer)[0], VecDeque::new());
        for _ in 0..5000 {
            held.push_back(pick(&balancer));
            if held.len() > in_flight {
                held.pop_front().expect("a call").success();
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let share = (picks(&balancer)[0] - before) as f64 / 5000.0;
        let half = 0.5 / parts;
        assert!((share - half).abs() < 0.15 * half, "{share} for {half}, {in_flight} in flight");
    }
}

#[test]
fn a_retry_goes_to_another_target() {
    let _frozen = freeze();
    for policy in Policy::ALL {
        let balancer = in_turn(&[A, B, C]).policy(policy);
        let tried = Tried::new();
        let mut first: Vec<String> = Vec::new();
        for _ in 0..3 {
            let pick = balancer.pick(&tried).expect("a target");
            first.push(pick.target().url().to_owned());
            pick.ignored();
        }
        first.sort();
        assert_eq!(first, [A, B, C], "{policy}");
        // All have been tried: any but the one just now.
        for _ in 0..20 {
            let before = balancer.pick(&tried).expect("a target");
            let next = balancer.pick(&tried).expect("a target");
            assert_ne!(before.target(), next.target(), "{policy}");
        }
        assert_eq!(tried.count(), 43);
    }
}

#[test]
fn where_only_one_is_left_it_is_tried_again() {
    let _frozen = freeze();
    let balancer = in_turn(&[A, B]);
    fail(&balancer, A);
    let tried = Tried::new();
    for _ in 0..3 {
        assert_eq!(balancer.pick(&tried).expect("a target").target().url(), B);
    }
}

#[test]
fn metrics_only_and_disabled_are_in() {
    let _frozen = freeze();
    let balancer = in_turn(&[A, B]);
    balancer.members()[0].breaker().disable();
    balancer.members()[1].breaker().metrics_only();
    assert_eq!(order(&balancer, 4), "ABAB");
    assert_eq!(balancer.members()[0].breaker().state(), State::Disabled);
}
