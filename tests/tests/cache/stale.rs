//! Stampedes: who computes, who waits, and who gets what has expired.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use dyno::cache::Cache;
use dyno::clock;

use crate::support::{Computed, MS, SECOND, TEN, on_threads, shared};

#[test]
fn of_a_thousand_threads_that_meet_an_expired_value_one_computes_and_nobody_waits() {
    let clock = clock::freeze();
    let (cache, computed) = (shared::<u64, usize>(TEN), Computed::default());
    assert_eq!(cache.get_or(&1, || computed.next()), 1);
    clock.advance(10 * SECOND);
    let (begun, is_begun) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let there = {
        let (cache, computed) = (cache.clone(), computed.clone());
        dyno::spawn(move || {
            cache.get_or(&1, || {
                begun.send(()).unwrap();
                ended.recv().unwrap_or_default();
                computed.next()
            })
        })
    };
    is_begun.recv().unwrap();
    // It does not end before all of them have been served: whoever waited would hang.
    let served = on_threads(1000, |_| cache.get_or(&1, || unreachable!("somebody is at it")));
    assert_eq!(served, [1; 1000]);
    drop(end);
    assert_eq!((there.join().unwrap(), computed.times()), (2, 2));
    let counts = cache.counts();
    assert_eq!((counts.stale, counts.miss, counts.waited), (1000, 2, 0));
    assert_eq!(cache.get_or(&1, || unreachable!()), 2);
}

#[test]
fn a_thousand_threads_at_a_time_compute_an_expired_value_once() {
    let clock = clock::freeze();
    let (cache, computed) = (shared::<u64, usize>(TEN), Computed::default());
    assert_eq!(cache.get_or(&1, || computed.next()), 1);
    for round in 2..5 {
        clock.advance(10 * SECOND);
        let got = on_threads(1000, |_| cache.get_or(&1, || computed.next()));
        assert_eq!(computed.times(), round);
        assert!(got.iter().all(|value| [round - 1, round].contains(value)));
    }
}

#[test]
fn dy_31_of_50_threads_that_find_no_value_one_computes_and_all_get_it() {
    for grace in [true, false] {
        let clock = clock::freeze();
        let settings = if grace { TEN } else { TEN.grace(Duration::ZERO) };
        let (cache, computed) = (shared::<u64, usize>(settings), Computed::default());
        let all = |expected| {
            let (end, ended) = mpsc::channel::<()>();
            let ended = Arc::new(Mutex::new(ended));
            let ask = |_| {
                let (cache, computed, ended) = (cache.clone(), computed.clone(), ended.clone());
                dyno::spawn(move || {
                    cache.get_or(&1, || {
                        ended.lock().unwrap().recv().unwrap_or_default();
                        computed.next()
                    })
                })
            };
            let all: Vec<_> = (0..50).map(ask).collect();
            clock.wait_for_sleepers(49);
            drop(end);
            let got: Vec<_> = all.into_iter().map(|one| one.join().unwrap()).collect();
            assert_eq!(got, [expected; 50]);
            assert_eq!(computed.times(), expected);
        };
        all(1);
        // Past its grace there is none either.
        clock.advance(if grace { 20 } else { 10 } * SECOND);
        all(2);
        let counts = cache.counts();
        assert_eq!((counts.miss, counts.waited, counts.calls()), (2, 98, 100));
    }
}

#[test]
fn past_its_grace_a_value_is_none() {
    let clock = clock::freeze();
    for (grace, stays) in [(None, 10_000), (Some(3), 3), (Some(0), 0)] {
        let settings = grace.map_or(TEN, |ms| TEN.grace(ms * MS));
        let cache = shared::<u64, usize>(settings);
        cache.get_or(&1, || 1);
        clock.advance(10 * SECOND);
        // While somebody else computes.
        let other = |served: bool| {
            let (begun, is_begun) = mpsc::channel();
            let (end, ended) = mpsc::channel::<()>();
            let leads = cache.clone();
            let there = dyno::spawn(move || {
                leads.try_get_or(&1, || {
                    begun.send(()).unwrap();
                    ended.recv().unwrap_or_default();
                    Err("down")
                })
            });
            is_begun.recv().unwrap();
            let asks = cache.clone();
            let asked = dyno::spawn(move || asks.try_get_or(&1, || Ok::<_, &str>(2)));
            if served {
                assert_eq!(asked.join().unwrap(), Ok(1));
                drop(end);
                assert_eq!(there.join().unwrap(), Err("down"));
            } else {
                drop(end);
                assert_eq!(there.join().unwrap(), Err("down"));
                assert_eq!(asked.join().unwrap(), Ok(2), "in turn, or because none is at it");
            }
        };
        if stays > 0 {
            other(true);
            clock.advance((stays * 1000 - 1) * MS / 1000);
            other(true);
            clock.advance(MS / 1000);
        }
        other(false);
    }
}

#[test]
fn what_is_let_expire_is_handed_out_while_one_computes() {
    let cache = shared::<u64, usize>(TEN);
    cache.get_or(&1, || 1);
    assert!(cache.expire(&1));
    let inner = cache.get_or(&1, || {
        let others = on_threads(8, |_| cache.get_or(&1, || unreachable!("one is at it")));
        assert_eq!(others, [1; 8]);
        2
    });
    assert_eq!((inner, cache.get(&1)), (2, Some(2)));
}

#[test]
fn a_failure_lets_the_next_one_try_and_the_old_value_stays() {
    let clock = clock::freeze();
    let cache = Cache::<u64, usize>::new("f", TEN);
    cache.get_or(&1, || 1);
    clock.advance(11 * SECOND);
    for _ in 0..3 {
        assert_eq!(cache.try_get_or(&1, || Err("down")), Err("down"));
    }
    let panics = std::panic::AssertUnwindSafe(|| cache.get_or(&1, || panic!("part of the test")));
    assert!(std::panic::catch_unwind(panics).is_err());
    assert_eq!(cache.get_or(&1, || 2), 2);
}
