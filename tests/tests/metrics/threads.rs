//! Many threads: nothing is lost, whether they have lanes of their own or not.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use dyno::{Reason, Verdict};

use crate::support::{alone, metrics};

/// Every thread counts so often.
const EACH: u64 = 10_000;

fn counts_exactly(threads: u64) {
    let (metrics, gate) = (metrics("exact"), Barrier::new(usize::try_from(threads).expect("few")));
    thread::scope(|scope| {
        for thread in 0..threads {
            let (metrics, gate) = (&metrics, &gate);
            let _ = scope.spawn(move || {
                // All are there at once, so that no lane is free again for the next one.
                let first = metrics.start();
                gate.wait();
                for number in 0..EACH {
                    match number % 5 {
                        0 => metrics.start().success(),
                        1 => metrics.start().failure(),
                        2 => metrics.start().ignore(),
                        3 => metrics.reject(Some(Reason::Shed)),
                        _ => metrics.record(Verdict::Success, Duration::from_nanos(thread)),
                    }
                }
                gate.wait();
                first.success();
            });
        }
        // Reading stops nobody, and sees no more than there is.
        for _ in 0..20 {
            let seen = metrics.snapshot();
            assert!(seen.total.calls() <= threads * (EACH + 1));
            assert!(seen.in_flight <= 2 * threads, "{}", seen.in_flight);
            assert!(seen.latency.count() <= seen.latency_total.count());
        }
    });
    let seen = metrics.snapshot();
    let fifth = threads * EACH / 5;
    assert_eq!(seen.total.successes, 2 * fifth + threads);
    assert_eq!((seen.total.failures, seen.total.ignored), (fifth, fifth));
    assert_eq!((seen.total.rejected.shed, seen.total.cancelled), (fifth, 0));
    assert_eq!(seen.latency_total.count(), 3 * fifth + threads);
    assert_eq!(
        (seen.in_flight, seen.in_flight_max >= threads),
        (0, true),
        "{}",
        seen.in_flight_max
    );
}

#[test]
fn totals_are_exact_for_8_threads() {
    counts_exactly(8);
}

#[test]
fn totals_are_exact_for_more_threads_than_lanes() {
    // At most 128 threads have a lane of their own.
    counts_exactly(160);
}

#[test]
fn totals_are_exact_for_threads_that_come_and_go() {
    let metrics = metrics("passing");
    for _ in 0..50 {
        thread::scope(|scope| {
            for _ in 0..8 {
                let _ = scope.spawn(|| (0..100).for_each(|_| metrics.start().success()));
            }
        });
    }
    let seen = metrics.snapshot();
    assert_eq!(
        (seen.total.successes, seen.latency_total.count(), seen.in_flight),
        (40_000, 40_000, 0)
    );
}

#[test]
fn the_last_of_many_threads_that_begin_sees_all() {
    for _ in 0..20 {
        let (metrics, gate) = (metrics("most"), Barrier::new(8));
        thread::scope(|scope| {
            for _ in 0..8 {
                let _ = scope.spawn(|| {
                    let _ = gate.wait();
                    let call = metrics.start();
                    let _ = gate.wait();
                    call.success();
                });
            }
        });
        assert_eq!(metrics.snapshot().in_flight_max, 8);
    }
}

#[test]
fn calls_that_end_on_another_thread_are_in_flight_no_longer() {
    let metrics = metrics("moved");
    let calls: Vec<_> = (0..100).map(|_| metrics.start()).collect();
    assert_eq!(metrics.snapshot().in_flight, 100);
    thread::scope(|scope| {
        let _ = scope.spawn(|| calls.into_iter().for_each(dyno::metrics::Call::success));
    });
    let seen = metrics.snapshot();
    assert_eq!((seen.in_flight, seen.in_flight_max, seen.total.successes), (0, 100, 100));
    // A thread on which more has ended than begun is no surprise.
    metrics.start().success();
    assert_eq!(metrics.snapshot().in_flight, 0);
}

#[test]
fn readers_and_writers_of_all_points_do_not_wait_for_one_another() {
    let _alone = alone();
    let metrics = [metrics("reading"), metrics("reading"), metrics("reading")];
    thread::scope(|scope| {
        for metrics in &metrics {
            let _ = scope.spawn(|| (0..EACH).for_each(|_| metrics.start().success()));
        }
        for _ in 0..2 {
            let _ = scope.spawn(|| (0..3).for_each(|_| drop(dyno::metrics::all())));
        }
    });
    assert!(metrics.iter().all(|metrics| metrics.snapshot().total.successes == EACH));
}
