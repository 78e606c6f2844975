//! Many threads: exact counts once they have come to rest.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use dyno::balance::{Balancer, Policy, Tried};
use dyno::breaker::Settings;
use dyno::point::{self, Event};

use super::support::{A, B, C, D, in_flight, pick, picks};

const THREADS: u64 = 8;
const EACH: u64 = 4000;

#[test]
fn every_call_is_counted_at_its_target() {
    for policy in Policy::ALL {
        let balancer = Balancer::new("counted", &[A, B, C, D]).policy(policy);
        let failed = AtomicU64::new(0);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (balancer, failed) = (&balancer, &failed);
                scope.spawn(move || {
                    for call in 0..EACH {
                        let pick = pick(balancer);
                        match (call + thread) % 5 {
                            0 => pick.ignored(),
                            1 => drop(pick),
                            2 if call % 3 == 0 => {
                                failed.fetch_add(1, Ordering::Relaxed);
                                pick.failure();
                            }
                            _ => pick.success(),
                        }
                    }
                });
            }
        });
        assert_eq!(picks(&balancer).iter().sum::<u64>(), THREADS * EACH, "{policy}");
        let failures: u64 = balancer.snapshot().targets.iter().map(|one| one.failures).sum();
        assert_eq!((failures, in_flight(&balancer)), (failed.into_inner(), 0), "{policy}");
    }
}

#[test]
fn turns_are_even_among_threads() {
    let balancer = Balancer::new("even", &[A, B, C, D]).policy(Policy::RoundRobin);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..EACH).for_each(|_| pick(&balancer).success()));
        }
    });
    let picks = picks(&balancer);
    let (least, most) = (picks.iter().min(), picks.iter().max());
    let apart = most.zip(least).map(|(most, least)| most - least).expect("there are some");
    // A thread that is stopped between looking and taking its turn is one turn late.
    assert!(apart <= 2 * THREADS, "{picks:?}");
}

#[test]
fn leaving_and_returning_is_told_by_turns() {
    static OUTS: AtomicU64 = AtomicU64::new(0);
    static BACKS: AtomicU64 = AtomicU64::new(0);
    let _observing = point::observe(|point: &str, event: &Event<'_>| {
        if point == "flaps" {
            match event {
                Event::Ejected { .. } => drop(OUTS.fetch_add(1, Ordering::Relaxed)),
                Event::Returned { .. } => drop(BACKS.fetch_add(1, Ordering::Relaxed)),
                _ => {}
            }
        }
    });
    let settings = Settings::new().fail_max(1);
    let balancer = Balancer::new("flaps", &[A, B]).breaker(settings);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let balancer = &balancer;
            scope.spawn(move || {
                for call in 0..EACH / 8 {
                    if let Ok(pick) = balancer.pick(&Tried::new()) {
                        if (call + thread) % 7 == 0 { pick.failure() } else { pick.success() }
                    }
                    if call % 5 == 0 {
                        balancer.members().iter().for_each(|one| one.breaker().reset());
                    }
                }
            });
        }
    });
    balancer.members().iter().for_each(|one| one.breaker().reset());
    // Keys come to both, whatever one of them has cost.
    for key in 0..100 {
        balancer.pick_for(&key, &Tried::new()).expect("a target").success();
    }
    assert_eq!(in_flight(&balancer), 0);
    let out = u64::try_from(balancer.snapshot().out).expect("a few");
    let (outs, backs) = (OUTS.load(Ordering::Relaxed), BACKS.load(Ordering::Relaxed));
    assert!(outs > 0);
    assert_eq!((outs, out), (backs + out, 0));
}
