//! Sixteen threads at once, counted exactly.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;

use dyno::registry::{Handle, Registry, resolve};

use super::{with, within_20_s};

const THREADS: usize = 16;
const ROUNDS: usize = 200;

/// `f` on every thread at once, with its number.
fn on_all<R: Send>(f: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let barrier = Barrier::new(THREADS);
    thread::scope(|threads| {
        let (f, barrier) = (&f, &barrier);
        let all: Vec<_> = (0..THREADS)
            .map(|i| {
                threads.spawn(move || {
                    barrier.wait();
                    f(i)
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().expect("no panic")).collect()
    })
}

#[test]
fn every_swapped_value_comes_back_exactly_once() {
    let (returned, last) = within_20_s(|| {
        let registry = with("n", usize::MAX);
        let handle = registry.handle::<usize>("n");
        let returned = on_all(|i| {
            (0..ROUNDS)
                .map(|round| {
                    let new = Arc::new(i * ROUNDS + round);
                    let old = registry.swap("n", new).expect("not sealed").expect("never empty");
                    assert!(handle.read().is_ok(), "a reader never finds it empty");
                    *old
                })
                .collect::<Vec<_>>()
        });
        (returned, *handle.get().expect("registered"))
    });
    let mut values: Vec<_> = returned.into_iter().flatten().chain([last]).collect();
    values.sort_unstable();
    let all: Vec<_> = (0..THREADS * ROUNDS).chain([usize::MAX]).collect();
    assert_eq!(values, all);
}

#[test]
fn every_thread_registers_and_nothing_is_lost() {
    let registry = Registry::new();
    let shared = registry.clone();
    within_20_s(move || {
        on_all(|i| {
            for round in 0..ROUNDS {
                let value = Arc::new((i, round));
                shared.set(format!("{i}/{round}"), value).expect("not sealed");
            }
        })
    });
    let all = registry.all::<(usize, usize)>().expect("all are values");
    assert_eq!(all.len(), THREADS * ROUNDS);
    assert!(all.iter().all(|(tag, value)| **tag == format!("{}/{}", value.0, value.1)));
    let distinct: BTreeSet<_> = all.iter().map(|(_, value)| **value).collect();
    assert_eq!(distinct.len(), THREADS * ROUNDS);
    // Of each thread's own values, the earlier comes earlier.
    for i in 0..THREADS {
        let rounds = all.iter().filter(|(_, value)| value.0 == i).map(|(_, value)| value.1);
        assert!(rounds.eq(0..ROUNDS));
    }
}

#[test]
fn every_tenant_sees_its_own_and_the_rest_sees_nothing() {
    static HANDLE: Handle<usize> = Handle::new("tenant of a thread");
    let right = within_20_s(|| {
        let parent = Registry::global().child();
        on_all(|i| {
            let tenant = parent.child();
            tenant.set("tenant of a thread", Arc::new(i)).expect("not sealed");
            let mut right = 0;
            for _ in 0..ROUNDS {
                let inside = tenant.scope(|| {
                    (HANDLE.get().ok().as_deref() == Some(&i))
                        && resolve::<usize>("tenant of a thread").is_ok_and(|seen| *seen == i)
                });
                right += usize::from(inside && HANDLE.get().is_err());
            }
            right
        })
    });
    assert_eq!(right, [ROUNDS; THREADS]);
}

#[test]
fn a_seal_comes_between_two_swaps_and_not_within_one() {
    let (done, heard, last, seen) = within_20_s(|| {
        let registry = with("n", (usize::MAX, 0_usize));
        let heard = Arc::new(AtomicUsize::new(0));
        let counted = heard.clone();
        let _listening = registry.listen(move |_| {
            counted.fetch_add(1, SeqCst);
        });
        let done = AtomicUsize::new(0);
        on_all(|i| {
            let mut round = 0_usize;
            while registry.swap("n", Arc::new((i, round))).is_ok() {
                round += 1;
                if done.fetch_add(1, SeqCst) == ROUNDS {
                    registry.seal();
                }
            }
        });
        let last = *registry.get::<(usize, usize)>("n").expect("registered");
        let handle = registry.handle::<(usize, usize)>("n");
        let seen = on_all(|_| *handle.get().expect("registered"));
        (done.into_inner(), heard.load(SeqCst), last, seen)
    });
    assert_eq!(heard, done + 1, "each swap that was done, and the seal, and nothing else");
    assert_eq!(seen, [last; THREADS]);
}
