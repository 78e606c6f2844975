//! One computes, however many ask: panics, deadlines, and values taken away meanwhile.

#![allow(
    clippy::cast_possible_truncation,
    clippy::items_after_statements,
    reason = "small numbers, and what is used once"
)]

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use dyno::cache::Cache;
use dyno::{Deadline, clock};

use crate::support::{Computed, MS, SECOND, TEN, on_threads, shared};

/// A computation on another thread, which ends when it is told to.
struct Other<R> {
    thread: thread::JoinHandle<R>,
    end: mpsc::Sender<()>,
}

impl<R> Other<R> {
    fn ends(self) -> R {
        drop(self.end);
        self.thread.join().expect("it ends")
    }
}

/// Computes `value` there; at work when this returns.
fn other<R: Send + 'static>(
    cache: &Arc<Cache<u64, u32>>,
    compute: impl FnOnce(&Cache<u64, u32>, &dyn Fn()) -> R + Send + 'static,
) -> Other<R> {
    let (begun, is_begun) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let cache = cache.clone();
    let thread = dyno::spawn(move || {
        compute(&cache, &|| {
            begun.send(()).unwrap();
            ended.recv().unwrap_or_default();
        })
    });
    is_begun.recv().expect("it begins");
    Other { thread, end }
}

/// Computes 7 for the key 1 there.
fn computes(cache: &Arc<Cache<u64, u32>>) -> Other<u32> {
    other(cache, |cache, at_work| {
        cache.get_or(&1, || {
            at_work();
            7
        })
    })
}

/// Fails there.
fn fails(cache: &Arc<Cache<u64, u32>>) -> Other<Result<u32, &'static str>> {
    other(cache, |cache, at_work| {
        cache.try_get_or(&1, || {
            at_work();
            Err("down")
        })
    })
}

/// Asks on a thread of its own, which is waiting when this returns.
fn waits<R: Send + 'static>(
    clock: &clock::Frozen,
    f: impl FnOnce() -> R + Send + 'static,
) -> thread::JoinHandle<R> {
    let before = clock.sleepers();
    let there = dyno::spawn(f);
    clock.wait_for_sleepers(before + 1);
    there
}

#[test]
fn who_waits_gets_what_the_other_has_computed() {
    let clock = clock::freeze();
    let cache = shared(TEN);
    let leads = computes(&cache);
    let asks = cache.clone();
    let there = waits(&clock, move || asks.get_or(&1, || unreachable!("one is at it")));
    assert_eq!((leads.ends(), there.join().unwrap()), (7, 7));
    assert_eq!((cache.counts().miss, cache.counts().waited), (1, 1));
    assert_eq!(clock.sleepers(), 0);
}

#[test]
fn other_keys_do_not_wait() {
    let cache = shared(TEN);
    let leads = computes(&cache);
    let others = on_threads(8, |n| cache.get_or(&(n as u64 + 2), || n as u32));
    assert_eq!(others, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(leads.ends(), 7);
}

#[test]
fn when_the_one_that_computes_panics_one_that_waits_does() {
    let clock = clock::freeze();
    let (cache, computed) = (shared(TEN), Computed::default());
    let leads = other(&cache, |cache, at_work| {
        let panics = || {
            cache.get_or(&1, || {
                at_work();
                panic!("part of the test")
            })
        };
        catch_unwind(AssertUnwindSafe(panics)).is_err()
    });
    let asks = |_| {
        let (asks, computed) = (cache.clone(), computed.clone());
        waits(&clock, move || asks.get_or(&1, || computed.next() as u32))
    };
    let waiting: Vec<_> = (0..8).map(asks).collect();
    assert!(leads.ends());
    let got: Vec<_> = waiting.into_iter().map(|one| one.join().unwrap()).collect();
    assert_eq!((got, computed.times()), (vec![1; 8], 1));
}

#[test]
fn an_error_goes_to_nobody_else_and_those_who_wait_try_in_turn() {
    let clock = clock::freeze();
    let (cache, computed) = (shared(TEN), Computed::default());
    let leads = fails(&cache);
    let asks = |_| {
        let (asks, computed) = (cache.clone(), computed.clone());
        let call = move || match computed.next() {
            n @ 1..=3 => Err(n),
            n => Ok(n as u32),
        };
        waits(&clock, move || asks.try_get_or(&1, call))
    };
    let waiting: Vec<_> = (0..8).map(asks).collect();
    assert_eq!(leads.ends(), Err("down"));
    let mut got: Vec<_> = waiting.into_iter().map(|one| one.join().unwrap()).collect();
    got.sort_unstable();
    let good = [Ok(4); 5];
    assert_eq!((&got[..5], &got[5..]), (&good[..], &[Err(1), Err(2), Err(3)][..]));
    assert_eq!((computed.times(), cache.counts().waited), (4, 4));
}

#[test]
fn a_computation_that_asks_for_its_own_key_computes_alone() {
    let cache = shared::<u64, u32>(TEN);
    let value = cache.get_or(&1, || cache.get_or(&1, || 1) + 1);
    assert_eq!((value, cache.get(&1)), (2, Some(2)), "the outer one is kept");
    fn fibonacci(cache: &Cache<u64, u32>, n: u64) -> u32 {
        let compute = || fibonacci(cache, n - 1) + fibonacci(cache, n - 2);
        cache.get_or(&(n + 100), || if n < 2 { n as u32 } else { compute() })
    }
    assert_eq!(fibonacci(&cache, 40), 102_334_155);
}

#[test]
fn who_would_wait_beyond_the_deadline_computes_alone() {
    let clock = clock::freeze();
    let cache = shared(TEN);
    let leads = computes(&cache);
    let asks = cache.clone();
    let there = waits(&clock, move || Deadline::within(50 * MS, || asks.get_or(&1, || 8)));
    clock.advance(49 * MS);
    assert!(!there.is_finished());
    clock.advance(MS);
    assert_eq!(there.join().unwrap(), 8);
    // One that is spent already waits for nothing.
    assert_eq!(Deadline::within(Duration::ZERO, || cache.get_or(&1, || 9)), 9);
    assert_eq!(cache.get(&1), None, "what is computed alone is not kept");
    assert_eq!((leads.ends(), cache.get(&1)), (7, Some(7)));
    assert_eq!(clock.sleepers(), 0);
}

#[test]
fn one_that_gives_up_at_its_deadline_leaves_the_others_waiting() {
    let clock = clock::freeze();
    let cache = shared(TEN);
    let leads = fails(&cache);
    let (asks, late) = (cache.clone(), cache.clone());
    let late = waits(&clock, move || Deadline::within(50 * MS, || late.get_or(&1, || 8)));
    let there = waits(&clock, move || asks.get_or(&1, || 9));
    clock.advance(50 * MS);
    assert_eq!(late.join().unwrap(), 8);
    assert!(!there.is_finished());
    assert_eq!(leads.ends(), Err("down"));
    assert_eq!((there.join().unwrap(), cache.get(&1)), (9, Some(9)));
}

#[test]
fn who_takes_over_after_something_was_taken_away_brings_a_value_that_is_kept() {
    let clock = clock::freeze();
    let cache = shared(TEN);
    let leads = fails(&cache);
    let asks = cache.clone();
    let there = waits(&clock, move || asks.get_or(&1, || 9));
    assert!(!cache.remove(&1));
    assert_eq!(leads.ends(), Err("down"));
    assert_eq!((there.join().unwrap(), cache.get(&1)), (9, Some(9)));
}

#[test]
fn who_would_take_over_gets_what_was_put_meanwhile() {
    let clock = clock::freeze();
    let cache = shared(TEN);
    let leads = fails(&cache);
    let (one, two) = (cache.clone(), cache.clone());
    let one = waits(&clock, move || one.get_or(&1, || unreachable!("there is one")));
    let two = waits(&clock, move || two.get_or(&1, || unreachable!("there is one")));
    cache.insert(1, 9);
    assert_eq!(leads.ends(), Err("down"));
    assert_eq!((one.join().unwrap(), two.join().unwrap()), (9, 9));
    assert_eq!((cache.counts().miss, cache.counts().waited), (1, 2));
    assert_eq!(clock.sleepers(), 0);
}

/// Runs something when it is compared for the last of so many times.
#[derive(Clone, Debug)]
struct Compared(u64);

thread_local! {
    static AT: Cell<u32> = const { Cell::new(0) };
}

static KEPT: Cache<Compared, u32> = Cache::new("compared", TEN.grace(Duration::ZERO));

impl PartialEq for Compared {
    fn eq(&self, other: &Self) -> bool {
        let left = AT.replace(AT.get().saturating_sub(1));
        if left == 1 {
            assert_eq!(KEPT.get_or(self, || 2), 2);
        }
        self.0 == other.0
    }
}

impl Eq for Compared {}

impl std::hash::Hash for Compared {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[test]
fn who_sees_no_value_and_then_leads_looks_again() {
    let clock = clock::freeze();
    let key = Compared(1);
    assert_eq!(KEPT.get_or(&key, || 1), 1);
    clock.advance(11 * SECOND);
    // At the look that precedes the flight somebody else begins one, and lands.
    AT.set(2);
    assert_eq!(KEPT.get_or(&key, || 3), 2);
    assert_eq!(AT.get(), 0);
    let counts = KEPT.counts();
    assert_eq!((counts.miss, counts.hit, counts.calls()), (2, 1, 3));
}

#[test]
fn what_was_taken_away_or_put_meanwhile_is_not_overwritten() {
    let settings = TEN.grace(60 * SECOND);
    type Act = fn(&Cache<u64, u32>) -> Option<u32>;
    let acts: [Act; 4] = [
        |cache| {
            cache.remove(&1);
            None
        },
        |cache| {
            cache.clear();
            None
        },
        |cache| {
            cache.insert(1, 9);
            Some(9)
        },
        |cache| {
            cache.expire(&1);
            None
        },
    ];
    for (act, before) in acts.into_iter().flat_map(|act| [(act, false), (act, true)]) {
        let cache = shared(settings);
        if before {
            cache.insert(1, 1);
            cache.expire(&1);
        }
        let leads = computes(&cache);
        let expected = act(&cache);
        assert_eq!(leads.ends(), 7, "who asked gets it all the same");
        assert_eq!(cache.get(&1), expected);
        assert_eq!(cache.get_or(&1, || 10), expected.unwrap_or(10), "and the next one computes");
        assert_eq!(cache.total_weight(), 1);
    }
}

#[test]
fn threads_that_come_and_go_compute_once_a_round() {
    let (cache, computed) = (shared::<u64, usize>(TEN), Computed::default());
    for round in 1..200 {
        let got = on_threads(4, |_| cache.get_or(&7, || computed.next()));
        assert_eq!(got, [round; 4]);
        assert!(cache.remove(&7));
    }
}
