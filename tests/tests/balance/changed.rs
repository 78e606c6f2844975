//! Targets that are changed while calls go on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use dyno::balance::{Balancer, Policy};
use dyno::clock::freeze;

use super::support::{A, B, C, D, SEC, ask, fail, order, pick, picks, seen, until};

fn urls(balancer: &Balancer) -> Vec<String> {
    balancer.targets().iter().map(|target| target.url().to_owned()).collect()
}

#[test]
fn what_stays_keeps_what_is_known_of_it() {
    let frozen = freeze();
    let balancer = Balancer::new("changed", &[A, B]).policy(Policy::RoundRobin);
    let held = pick(&balancer);
    frozen.advance(SEC);
    ask(&balancer);
    fail(&balancer, B);
    let before = (seen(&balancer, A), balancer.members().remove(0));
    balancer.set([C, "http://10.0.0.1:80 weight=3", C]).expect("targets");
    assert_eq!(urls(&balancer), [C, A]);
    let after = seen(&balancer, A);
    assert_eq!((after.picks, after.in_flight, after.weight), (before.0.picks, 1, 3));
    assert!(after.picks > 0);
    assert!(std::sync::Arc::ptr_eq(&before.1, &balancer.members()[1]), "the same breaker");
    assert_eq!(held.target().weight(), 3);
    held.success();
    assert_eq!((seen(&balancer, A).in_flight, seen(&balancer, A).latency), (0, Some(SEC)));
    // One that goes and comes begins anew.
    balancer.set([A, B]).expect("targets");
    assert_eq!((seen(&balancer, B).state, seen(&balancer, B).picks), ("closed", 0));
}

#[test]
fn one_more_and_one_less() {
    let balancer = Balancer::new("added", &[A]);
    assert_eq!((balancer.add(B), balancer.add(B)), (Ok(true), Ok(false)));
    assert_eq!((balancer.remove(A), balancer.remove(A)), (Ok(true), Ok(false)));
    assert_eq!(urls(&balancer), [B]);
    assert!(balancer.add("http://").is_err() && balancer.remove("").is_err());
    assert!(balancer.set([A, "nonsense://"]).is_err());
    assert_eq!(urls(&balancer), [B], "nothing is changed by what is no target");
    balancer.set::<&str>([]).expect("none is allowed");
    assert_eq!(urls(&balancer), [""; 0]);
}

#[test]
fn one_that_comes_to_others_warms_up() {
    let frozen = freeze();
    let balancer = Balancer::new("warms", &[]);
    balancer.set([A, B]).expect("targets");
    assert!(seen(&balancer, A).warmth > 0.99, "the first are all alike");
    balancer.add(C).expect("a target");
    frozen.advance(5 * SEC);
    assert!((seen(&balancer, C).warmth - 0.5).abs() < 1e-6);
    assert!(seen(&balancer, A).warmth > 0.99);
}

#[test]
fn calls_at_one_that_goes_end_there() {
    let balancer = Balancer::new("goes", &[A, B]).policy(Policy::RoundRobin);
    let held = pick(&balancer);
    balancer.remove(A).expect("a target");
    let member = held.member().clone();
    assert_eq!((member.in_flight(), order(&balancer, 3).as_str()), (1, "BBB"));
    held.failure();
    assert_eq!(member.in_flight(), 0);
}

#[test]
fn changes_under_load_lose_no_call() {
    static LOADED: Balancer = Balancer::new("loaded", &[A, B]);
    static DONE: AtomicBool = AtomicBool::new(false);
    static CALLS: AtomicU64 = AtomicU64::new(0);
    static AT_A: AtomicU64 = AtomicU64::new(0);
    let callers: Vec<_> = (0..4)
        .map(|_| {
            thread::spawn(|| {
                while !DONE.load(Ordering::Relaxed) {
                    let pick = pick(&LOADED);
                    let at_a = u64::from(pick.target().url() == A);
                    pick.success();
                    AT_A.fetch_add(at_a, Ordering::Relaxed);
                    CALLS.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    // A is always there, so its count is that of all its calls; the others come and go.
    let mut held = LOADED.members();
    for round in 0..300 {
        let some: &[&str] = [&[A, B][..], &[A, C, D], &[A], &[D, B, A]][round % 4];
        let before = CALLS.load(Ordering::Relaxed);
        LOADED.set(some.iter()).expect("targets");
        if round % 3 == 0 {
            LOADED.add(C).expect("a target");
        }
        held.extend(LOADED.members());
        until(|| CALLS.load(Ordering::Relaxed) > before);
    }
    DONE.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.join().expect("it ends");
    }
    assert_eq!(held.iter().map(|member| member.in_flight()).sum::<u64>(), 0);
    let at_a = AT_A.load(Ordering::Relaxed);
    // Every fourth round all calls go there.
    assert_eq!((seen(&LOADED, A).picks, at_a > 0), (at_a, true));
    LOADED.set([A]).expect("targets");
    let (before, calls) = (picks(&LOADED)[0], 50);
    order(&LOADED, calls);
    assert_eq!(picks(&LOADED)[0] - before, 50);
}
