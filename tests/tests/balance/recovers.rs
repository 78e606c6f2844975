//! Targets whose breakers let traffic back by stages.

use std::time::Duration;

use dyno::balance::{Balancer, Pick, Policy, Tried};
use dyno::breaker::Settings;
use dyno::clock::{Frozen, freeze};
use dyno::{Reason, metrics};

use super::support::{A, B, SEC, ask, fail, picks, seen, until};

const TEN: &[&str] = &[A, B, "c", "d", "e", "f", "g", "h", "i", "j"];
/// Two stages of five seconds.
const STAGED: Settings =
    Settings::new().fail_max(2).reset_timeout(Duration::from_secs(10)).recover(&[0.1, 0.5]);

/// A good trial has begun its recovery.
fn recovers(balancer: &Balancer, url: &str) -> bool {
    let all = balancer.members();
    let member = all.iter().find(|member| member.target().url() == url).expect("a target");
    member.breaker().snapshot().recovering.is_some()
}

/// Of ten targets, all of which have been called, the first one recovers.
fn first_of_ten(policy: Policy, frozen: &Frozen) -> Balancer {
    let balancer = Balancer::new("staged", TEN).policy(policy).breaker(STAGED);
    until(|| {
        ask(&balancer);
        !picks(&balancer).contains(&0)
    });
    fail(&balancer, A);
    frozen.advance(10 * SEC);
    until(|| {
        ask(&balancer);
        recovers(&balancer, A)
    });
    balancer
}

fn rejected() -> u64 {
    metrics::of("staged/10.0.0.1:80").map_or(0, |seen| seen.total.policies.rejected.total())
}

#[test]
fn one_that_recovers_gets_the_share_of_its_stage_of_its_own() {
    let frozen = freeze();
    metrics::enable();
    fastrand::seed(7);
    for policy in Policy::ALL {
        let balancer = first_of_ten(policy, &frozen);
        let turned_away = rejected();
        // The last: through with it, it is warm.
        for (stage, passed) in [(0.1, 0), (0.5, 5), (1.0, 5)] {
            frozen.advance(passed * SEC);
            let warmth = seen(&balancer, A).warmth;
            assert!((warmth - stage).abs() < 1e-9, "{policy}: {warmth} for {stage}");
            let before = picks(&balancer)[0];
            for _ in 0..10_000 {
                ask(&balancer);
            }
            #[expect(clippy::cast_precision_loss, reason = "a share")]
            let share = (picks(&balancer)[0] - before) as f64 / 10_000.0;
            let fair = stage / (9.0 + stage);
            assert!((share - fair).abs() < 0.4 * fair, "{policy}: {share} for {fair}");
        }
        assert_eq!((seen(&balancer, A).state, seen(&balancer, A).out), ("closed", false));
        assert_eq!(rejected(), turned_away, "{policy}: who goes elsewhere is not turned away");
    }
}

#[test]
fn keys_come_back_by_stages_and_stay() {
    let frozen = freeze();
    let balancer = first_of_ten(Policy::P2c, &frozen);
    let at_a = || -> Vec<u32> {
        let is_there = |key: &u32| {
            let pick = balancer.pick_for(key, &Tried::new()).expect("a target");
            let is_there = pick.target().url() == A;
            pick.success();
            is_there
        };
        (0..10_000).filter(is_there).collect()
    };
    let few = at_a();
    assert_eq!(few, at_a());
    frozen.advance(5 * SEC);
    let half = at_a();
    frozen.advance(5 * SEC);
    let all = at_a();
    assert!(few.iter().all(|key| half.contains(key)) && half.iter().all(|key| all.contains(key)));
    let fair = |part: usize| all.len().abs_diff(part) < all.len() * 2 / 5;
    assert!(fair(few.len() * 10) && fair(half.len() * 2), "{} {}", few.len(), half.len());
}

#[test]
fn where_all_recover_the_rest_is_turned_away() {
    let frozen = freeze();
    fastrand::seed(7);
    for policy in Policy::ALL {
        for targets in [&[A][..], &[A, B]] {
            let balancer = Balancer::new("alone", targets).policy(policy).breaker(STAGED);
            for url in targets {
                fail(&balancer, url);
            }
            frozen.advance(10 * SEC);
            until(|| {
                drop(balancer.pick(&Tried::new()).map(Pick::success));
                targets.iter().all(|url| recovers(&balancer, url))
            });
            let mut passed = 0_u64;
            for _ in 0..2000 {
                match balancer.pick(&Tried::new()) {
                    Ok(pick) => {
                        passed += 1;
                        pick.success();
                    }
                    Err(fault) => assert_eq!(fault.reason(), Some(Reason::Recovering)),
                }
            }
            assert!(passed.abs_diff(200) < 60, "{policy}: {passed} of 2000 for a tenth");
        }
    }
}
