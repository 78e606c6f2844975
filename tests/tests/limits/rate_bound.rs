//! In any window no more than the burst and what the rate lets in meanwhile, whoever comes when.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use dyno::clock;
use dyno::limit::Rate;
use proptest::prelude::*;
use proptest::test_runner::Config;

const SECOND: Duration = Duration::from_secs(1);
const NANOS: u64 = 1_000_000_000;

/// Whether one more at `now` keeps to the bound in every window, by the sum itself.
fn conforms(passed: &[u64], now: u64, calls: u32, burst: u32) -> bool {
    let windows = passed.iter().rev().zip(2_u64..);
    windows.into_iter().all(|(since, count)| {
        let over = u128::from(count.saturating_sub(u64::from(burst)));
        over * u128::from(NANOS) <= u128::from(now - since) * u128::from(calls)
    })
}

proptest! {
    #![proptest_config(Config { cases: 256, failure_persistence: None, ..Config::default() })]

    /// Each call passes if the bound allows it, and else does not: no limiter lets in more.
    #[test]
    fn a_call_passes_exactly_if_every_window_allows_it(
        calls in prop_oneof![Just(1_u32), Just(3), Just(7), Just(97), Just(100), Just(1000)],
        burst in prop_oneof![Just(1_u32), Just(2), Just(5), Just(0)],
        arrivals in prop::collection::vec((0_u64..6, 0_u64..1_000_000_000, 1_usize..12), 1..60),
    ) {
        let frozen = clock::freeze();
        let burst = if burst == 0 { calls } else { burst };
        let rate = Rate::new("bound", calls, SECOND).burst(burst);
        let mut passed = Vec::new();
        for (scale, gap, tries) in arrivals {
            // Bursts, gaps of an interval, of a period, and whatever lies between.
            let gap = match scale {
                0 => 0,
                1 => NANOS / u64::from(calls),
                2 => gap / u64::from(calls),
                3 => NANOS / u64::from(calls) * u64::from(burst),
                _ => gap,
            };
            frozen.advance(Duration::from_nanos(gap));
            for _ in 0..tries {
                let now = clock::now().as_nanos();
                let may = conforms(&passed, now, calls, burst);
                prop_assert_eq!(rate.try_acquire().is_ok(), may, "{} after {:?}", now, passed);
                if may {
                    passed.push(now);
                }
            }
        }
    }

    /// Where the interval is rounded it is rounded up: the bound holds all the same.
    #[test]
    fn no_rate_lets_in_more(
        calls in 1_u32..100_000,
        burst in 1_u32..50,
        arrivals in prop::collection::vec((0_u64..3_000_000, 1_usize..60), 1..40),
    ) {
        let frozen = clock::freeze();
        let rate = Rate::new("bound", calls, SECOND).burst(burst);
        let mut passed = Vec::new();
        for (gap, tries) in arrivals {
            frozen.advance(Duration::from_nanos(gap));
            for _ in 0..tries {
                let now = clock::now().as_nanos();
                if rate.try_acquire().is_ok() {
                    prop_assert!(conforms(&passed, now, calls, burst));
                    passed.push(now);
                }
            }
        }
    }
}

#[test]
fn threads_get_exactly_what_there_is() {
    const THREADS: usize = 4;
    for burst in [1_u32, 50] {
        let frozen = clock::freeze();
        let rate = Arc::new(Rate::new("threads", 100, SECOND).burst(burst));
        let barrier = Arc::new(Barrier::new(THREADS + 1));
        let passed = Arc::new(AtomicU64::new(0));
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                let (rate, barrier, passed) = (rate.clone(), barrier.clone(), passed.clone());
                dyno::spawn(move || {
                    for _ in 0..50 {
                        barrier.wait();
                        let here = (0..100).filter(|_| rate.try_acquire().is_ok()).count();
                        passed.fetch_add(here as u64, Ordering::Relaxed);
                        barrier.wait();
                    }
                })
            })
            .collect();
        for expected in u64::from(burst)..u64::from(burst) + 50 {
            barrier.wait();
            barrier.wait();
            assert_eq!(passed.load(Ordering::Relaxed), expected);
            frozen.advance(Duration::from_millis(10));
        }
        for thread in threads {
            thread.join().expect("it ends");
        }
    }
}

#[test]
fn by_the_real_clock_the_bound_holds_among_threads() {
    let rate = Arc::new(Rate::new("real", 1_000_000, SECOND).burst(10));
    let start = clock::now();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let rate = rate.clone();
            std::thread::spawn(move || (0..20_000).filter(|_| rate.try_acquire().is_ok()).count())
        })
        .collect();
    let passed: usize = threads.into_iter().map(|thread| thread.join().expect("it ends")).sum();
    let most = 10 + (clock::now() - start).as_micros() + 1;
    assert!(passed as u128 <= most, "{passed} of {most}");
}

/// What passes while the rate changes passes by one of the two, and in all no more than by the larger.
#[test]
fn a_rate_may_change_while_it_is_used() {
    let _frozen = clock::freeze();
    let rate = Arc::new(Rate::new("changing", 100, SECOND));
    let stop = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let (rate, stop) = (rate.clone(), stop.clone());
            dyno::spawn(move || {
                let mut passed = 0;
                while !stop.load(Ordering::Relaxed) {
                    passed += usize::from(rate.try_acquire().is_ok());
                }
                passed
            })
        })
        .collect();
    for at in 0..2000 {
        rate.change([100, 7, 90][at % 3], SECOND);
    }
    stop.store(true, Ordering::Relaxed);
    let passed: usize = threads.into_iter().map(|thread| thread.join().expect("it ends")).sum();
    let rest = (0..200).filter(|_| rate.try_acquire().is_ok()).count();
    // A call at the rate of 7 uses as much as fourteen at the rate of 100.
    assert!(passed + rest <= 100 && passed + rest >= 7, "{passed} and {rest}");
}
