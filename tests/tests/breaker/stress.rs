//! Many threads: exact totals once they have come to rest.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dyno::breaker::{Breaker, Counting, Happened, State};
use dyno::{Verdict, clock};

use super::support::{err, failures, hear_changes, ok, on_all, seen};

const THREADS: usize = 12;
const EACH: usize = 4_000;
const ALL: u64 = (THREADS * EACH) as u64;

/// The how many-th call of which thread: a third fails, a fifth is slow.
fn outcome(index: usize, call: usize) -> (Verdict, bool) {
    let number = index * EACH + call;
    let verdict = if number % 3 == 0 { Verdict::Failure } else { Verdict::Success };
    (verdict, number % 5 == 0)
}

/// Runs them all, and compares what the breaker has seen with what was done.
fn run(breaker: &'static Breaker, slow: Duration) {
    let _frozen = clock::freeze();
    let done = on_all(THREADS, move |index| {
        let (mut failed, mut was_slow) = (0, 0);
        for call in 0..EACH {
            let (verdict, is_slow) = outcome(index, call);
            // Those who sleep move the clock of all; so a quick one may be slow as well, if it is
            // under way meanwhile. It is none: it begins and ends at once.
            if is_slow {
                let permit = breaker.acquire().expect("closed");
                clock::sleep(slow * 2);
                permit.record(verdict);
            } else {
                breaker.acquire().expect("closed").record(verdict);
            }
            failed += u64::from(verdict == Verdict::Failure);
            was_slow += u64::from(is_slow);
        }
        (failed, was_slow)
    });
    let failed: u64 = done.iter().map(|(failed, _)| failed).sum();
    let least_slow: u64 = done.iter().map(|(_, slow)| slow).sum();
    let (calls, failures, slow) = seen(breaker);
    assert_eq!((calls, failures), (ALL, failed));
    assert!((least_slow..=calls).contains(&slow), "{slow} slow, of which {least_slow} slept");
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_count_window_misses_no_call() {
    static BREAKER: Breaker = Breaker::new("stress-count")
        .window_calls(100_000)
        .failure_rate(1.0)
        .slow(Duration::from_micros(1));
    run(&BREAKER, Duration::from_micros(1));
}

#[test]
fn a_time_window_misses_no_call() {
    static BREAKER: Breaker = Breaker::new("stress-time")
        .window_time(Duration::from_secs(36_000))
        .failure_rate(1.0)
        .slow(Duration::from_micros(1));
    run(&BREAKER, Duration::from_micros(1));
}

#[test]
fn slow_calls_are_counted_exactly_where_nobody_moves_the_clock_meanwhile() {
    static BREAKER: Breaker = Breaker::new("stress-slow")
        .window_calls(100_000)
        .failure_rate(1.0)
        .slow(Duration::from_secs(1));
    let frozen = clock::freeze();
    let permits: Vec<_> = (0..THREADS * 1000).map(|_| BREAKER.acquire().expect("closed")).collect();
    frozen.advance(Duration::from_secs(2));
    // The slow ones end beside as many quick ones.
    let slow = std::sync::Mutex::new(permits);
    let slow: &'static std::sync::Mutex<Vec<_>> = Box::leak(Box::new(slow));
    on_all(THREADS, move |_| {
        for _ in 0..1000 {
            let permit = slow.lock().expect("held briefly").pop().expect("enough");
            permit.success();
            assert_eq!(ok(&BREAKER), Ok(true));
        }
    });
    let each = (THREADS * 1000) as u64;
    assert_eq!(seen(&BREAKER), (2 * each, 0, each));
}

#[test]
fn a_full_window_stays_full() {
    static BREAKER: Breaker = Breaker::new("stress-full").window_calls(1000).failure_rate(1.0);
    on_all(THREADS, |index| {
        for call in 0..EACH {
            let (verdict, _) = outcome(index, call);
            BREAKER.acquire().expect("closed").record(verdict);
        }
    });
    let (calls, failures, _) = seen(&BREAKER);
    assert_eq!(calls, 1000);
    // Which calls are the last is not known, but a third of all fail.
    assert!((200..=500).contains(&failures), "{failures} of 1000");
    // At rest it slides call by call again.
    (0..1000).for_each(|_| drop(ok(&BREAKER)));
    assert_eq!(seen(&BREAKER), (1000, 0, 0));
}

#[test]
fn listeners_agree_with_the_window() {
    static BREAKER: Breaker = Breaker::new("stress-heard").window_calls(100_000).failure_rate(1.0);
    let counting = Counting::new();
    let listening = BREAKER.listen(counting.clone());
    let ignored: usize = on_all(THREADS, |index| {
        let mut ignored = 0;
        for call in 0..EACH {
            let permit = BREAKER.acquire().expect("closed");
            if call % 7 == 0 {
                drop(permit);
                ignored += 1;
            } else {
                permit.record(outcome(index, call).0);
            }
        }
        ignored
    })
    .into_iter()
    .sum();
    drop(listening);
    let (calls, failures, _) = seen(&BREAKER);
    assert_eq!(calls, ALL - ignored as u64);
    let heard = counting.counts();
    let told = heard.calls + heard.successes + heard.failures + heard.ignored;
    assert_eq!(told + heard.lost, 2 * ALL, "{heard:?}");
    assert_eq!(heard.state_changes, 0);
    if heard.lost == 0 {
        assert_eq!((heard.successes + heard.failures, heard.failures), (calls, failures));
    }
    assert!(heard.failures <= failures && heard.ignored <= ignored as u64);
}

#[test]
fn a_rate_trips_once_however_many_see_it() {
    static BREAKER: Breaker = Breaker::new("stress-trip").failure_rate(0.5).min_calls(100);
    static RAN: AtomicU64 = AtomicU64::new(0);
    for _ in 0..50 {
        let (listening, heard) = hear_changes(&BREAKER);
        on_all(THREADS, |_| {
            for _ in 0..50 {
                let _: Option<()> = BREAKER.call(|| {
                    RAN.fetch_add(1, Ordering::Relaxed);
                    None
                });
            }
        });
        drop(listening);
        assert_eq!(BREAKER.state(), State::Open);
        assert_eq!(heard.take(), ["closed -> open"]);
        let ran = RAN.swap(0, Ordering::Relaxed);
        // Those that were inside already may still have run.
        assert!((100..100 + THREADS as u64).contains(&ran), "{ran}");
        BREAKER.reset();
    }
}

#[test]
fn failures_in_a_row_are_exact_to_the_last() {
    static BREAKER: Breaker = Breaker::new("stress-row").fail_max(u32::MAX >> 2);
    on_all(THREADS, |_| (0..EACH).for_each(|_| drop(err(&BREAKER))));
    assert_eq!(u64::from(failures(&BREAKER)), ALL);
}

#[test]
fn trials_of_many_threads_close_it_after_exactly_as_many_as_it_takes() {
    static BREAKER: Breaker =
        Breaker::new("stress-trials").trials(4).success_threshold(1000).starts(State::HalfOpen);
    static CLOSED_AT: AtomicU64 = AtomicU64::new(0);
    let _frozen = clock::freeze();
    let counting = Counting::new();
    let listening = BREAKER.listen(counting.clone());
    let telling = BREAKER.listen({
        let counting = counting.clone();
        move |_: &Breaker, happened: &Happened| {
            if let Happened::StateChange { .. } = happened {
                CLOSED_AT.store(counting.counts().successes, Ordering::Relaxed);
            }
        }
    });
    on_all(8, |_| {
        while BREAKER.state() == State::HalfOpen {
            if let Ok(permit) = BREAKER.acquire() {
                permit.success();
            }
            std::thread::yield_now();
        }
    });
    drop((listening, telling));
    assert_eq!(BREAKER.state(), State::Closed);
    let counts = counting.counts();
    assert_eq!((counts.state_changes, counts.lost), (1, 0));
    // The one that closes it is told of its success after the change.
    assert!(CLOSED_AT.load(Ordering::Relaxed) >= 990, "{CLOSED_AT:?}");
    assert_eq!(counts.calls, counts.successes);
}

#[test]
fn settings_that_change_all_the_time_lose_no_call() {
    static BREAKER: Breaker = Breaker::new("stress-change").window_calls(100_000).failure_rate(1.0);
    on_all(THREADS, |index| {
        for call in 0..EACH {
            if index == 0 {
                let max = u32::try_from(1_000_000 + call).expect("it fits");
                BREAKER.change(|settings| settings.fail_max(max));
            }
            BREAKER.acquire().expect("closed").record(outcome(index, call).0);
        }
    });
    let failed = (0..ALL).filter(|number| number % 3 == 0).count() as u64;
    assert_eq!(seen(&BREAKER), (ALL, failed, 0));
}
