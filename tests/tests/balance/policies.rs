//! Which targets are picked, exactly: the clock stands still, and chance is seeded.

use std::collections::BTreeMap;

use dyno::balance::{Balancer, Policy, Tried};
use dyno::clock::{self, freeze};

use super::support::{A, B, C, D, MS, SEC, ask, fail, letter, order, pick, picks};

#[test]
fn round_robin_takes_each_in_its_turn() {
    let _frozen = freeze();
    let balancer = Balancer::new("turns", &[A, B, C]).policy(Policy::RoundRobin);
    assert_eq!(order(&balancer, 7), "ABCABCA");
    fail(&balancer, B);
    assert_eq!(order(&balancer, 4), "CACA", "those that are left take turns as evenly");
}

#[test]
fn da_23_a_balancer_that_alternates_gives_each_of_two_its_half() {
    let _frozen = freeze();
    let balancer = Balancer::new("alternating", &[A, B]).policy(Policy::RoundRobin);
    assert_eq!(order(&balancer, 4), "ABAB");
    assert_eq!(picks(&balancer), [2, 2]);
}

#[test]
fn weighted_turns_are_spread_out() {
    let _frozen = freeze();
    let targets: &[_] = &["http://10.0.0.1:80 weight=5", B, C];
    let balancer = Balancer::new("weighted", targets).policy(Policy::Weighted);
    assert_eq!(order(&balancer, 14), "AABACAAAABACAA");
    fail(&balancer, A);
    assert_eq!(order(&balancer, 4), "BCBC");
}

#[test]
fn the_least_in_flight_is_picked_and_weights_count() {
    let _frozen = freeze();
    let targets: &[_] = &["http://10.0.0.1:80 weight=2", B, C];
    let balancer = Balancer::new("least", targets).policy(Policy::LeastInFlight);
    let held: Vec<_> = (0..8).map(|_| pick(&balancer)).collect();
    let order: String = held.iter().map(|pick| letter(pick.target().url())).collect();
    assert_eq!(order, "ABCAABCA", "two at A for one at each other");
    assert_eq!(picks(&balancer), [4, 2, 2]);
    let (at_b, _others): (Vec<_>, Vec<_>) =
        held.into_iter().partition(|pick| pick.target().url() == B);
    at_b.into_iter().for_each(dyno::balance::Pick::success);
    assert_eq!(pick(&balancer).target().url(), B);
}

#[test]
fn random_goes_by_weights() {
    let _frozen = freeze();
    fastrand::seed(7);
    let plain = Balancer::new("plain", &[A, B, C, D]).policy(Policy::Random);
    for _ in 0..4000 {
        ask(&plain);
    }
    for picked in picks(&plain) {
        assert!((900..1100).contains(&picked), "{picked} of 4000 for a quarter");
    }
    let targets: &[_] = &["http://10.0.0.1:80 weight=5", "http://10.0.0.2:80 weight=3", C, D];
    let weighted = Balancer::new("by-weight", targets).policy(Policy::Random);
    for _ in 0..4000 {
        ask(&weighted);
    }
    for (picked, weight) in picks(&weighted).into_iter().zip([5, 3, 1, 1]) {
        let expected = 400 * weight;
        assert!(picked.abs_diff(expected) < 100, "{picked} of 4000 for a weight of {weight}");
    }
}

/// The draws of `P2c` once more, and the costs in whole milliseconds.
fn modelled(costs: [u64; 4], calls: usize) -> BTreeMap<char, u64> {
    let mut picked = BTreeMap::new();
    for _ in 0..calls {
        let drawn = fastrand::u64(..);
        let one = usize::try_from(((drawn >> 32) * 4) >> 32).expect("small");
        let other = usize::try_from(((drawn & 0xffff_ffff) * 3) >> 32).expect("small");
        let other = if other >= one { other + 1 } else { other };
        let cheaper = if costs[other] < costs[one] { other } else { one };
        *picked.entry(['A', 'B', 'C', 'D'][cheaper]).or_default() += 1;
    }
    picked
}

#[test]
fn p2c_picks_the_cheaper_of_two_that_are_drawn() {
    let frozen = freeze();
    let balancer = Balancer::new("two", &[A, B, C, D]);
    let costs = [10, 20, 30, 30];
    // Each has a history: no call takes any time from here on, so that the costs stay in their order.
    let tried = Tried::new();
    let mut known: Vec<_> = (0..4).map(|_| balancer.pick(&tried).expect("a target")).collect();
    known.sort_by_key(|pick| pick.target().url().to_owned());
    for (pick, cost) in known.into_iter().zip([10, 10, 10, 0]) {
        frozen.advance(cost * MS);
        pick.success();
    }
    fastrand::seed(7);
    let mut picked = BTreeMap::new();
    for _ in 0..6000 {
        let pick = pick(&balancer);
        *picked.entry(letter(pick.target().url())).or_default() += 1;
        pick.ignored();
    }
    fastrand::seed(7);
    assert_eq!(picked, modelled(costs, 6000));
    // Half, a third, and the rest to the two that are equal.
    let shares: Vec<u64> = picked.into_values().collect();
    assert!(shares[0].abs_diff(3000) < 150 && shares[1].abs_diff(2000) < 150, "{shares:?}");
}

#[test]
fn p2c_sends_less_to_who_has_more_in_flight() {
    let _frozen = freeze();
    let balancer = Balancer::new("busy", &[A, B]);
    let mut held = Vec::new();
    for calls in 1..=10 {
        held.push(pick(&balancer));
        let ends = picks(&balancer);
        assert!(ends[0].abs_diff(ends[1]) <= 1, "{ends:?} after {calls}");
    }
}

#[test]
fn a_slow_call_counts_at_once_and_fades() {
    let frozen = freeze();
    let balancer = Balancer::new("peak", &[A]).decay(10 * SEC);
    let latency = || {
        let latency = balancer.snapshot().targets[0].latency.expect("known");
        u64::try_from(latency.as_millis()).expect("short")
    };
    let call = |time| {
        let pick = pick(&balancer);
        clock::sleep(time);
        pick.success();
    };
    assert_eq!(balancer.snapshot().targets[0].latency, None);
    call(100 * MS);
    assert_eq!(latency(), 100);
    call(900 * MS);
    assert_eq!(latency(), 900, "a peak is followed at once");
    frozen.advance(10 * SEC);
    assert_eq!(latency(), 331, "1/e of it is left after the time of decay");
    call(100 * MS);
    // What was left of 900 has the weight 1/e, less by the call's own time.
    let left = 900.0 * (-1.01_f64).exp();
    let expected = left + (100.0 - left) * (1.0 - (-1.01_f64).exp());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds")]
    let expected = expected as u64;
    assert!(latency().abs_diff(expected) <= 1, "{} for {expected}", latency());
}

#[test]
fn a_failure_is_no_fast_answer() {
    let _frozen = freeze();
    fastrand::seed(7);
    // One that fails at once, and never so often that its breaker opens.
    let settings = dyno::breaker::Settings::new().fail_max(u32::MAX >> 12);
    for had_answered in [false, true] {
        let balancer = Balancer::new("fails-fast", &[A, B, C]).breaker(settings);
        let mut failed = 0;
        for call in 0..1000 {
            let pick = pick(&balancer);
            let well = had_answered && call < 10;
            if pick.target().url() == A && !well {
                failed += 1;
                pick.failure();
            } else {
                clock::sleep(10 * MS);
                pick.success();
            }
        }
        assert!(failed < 30, "{failed} of 1000 at the one that fails");
    }
}
