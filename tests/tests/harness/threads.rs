//! Exact counts, however many threads fail at once.

use std::panic::{catch_unwind, resume_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use dyno::clock;
use dyno::harness::{self, Report};

use super::support::history;

const THREADS: u64 = 8;
const CALLS: u64 = 2000;

#[dyno::harness(name = "threads.failing", keep = 5)]
fn failing(kind: u64) -> Result<u64, dyno::Fault> {
    match kind % 4 {
        0 => Ok(1),
        1 => Err(dyno::Fault::rejected("db", dyno::Reason::Shed, None)),
        2 => Err(dyno::Fault::timed_out("db", std::time::Duration::from_secs(1))),
        // Without the noise of a hook.
        _ => resume_unwind(Box::new("quiet")),
    }
}

fn at_once(call: impl Fn(u64) + Sync) {
    let barrier = Barrier::new(usize::try_from(THREADS).unwrap_or(1));
    let scope = dyno::Scope::current();
    thread::scope(|threads| {
        for thread in 0..THREADS {
            let (call, barrier, scope) = (&call, &barrier, scope.clone());
            let _ = threads.spawn(move || {
                scope.run(|| {
                    barrier.wait();
                    (0..CALLS).for_each(|n| call(thread * CALLS + n));
                });
            });
        }
    });
}

#[test]
fn every_failure_is_counted_once() {
    let heard = std::sync::Arc::new(AtomicU64::new(0));
    let to = heard.clone();
    let _reporting = harness::sink(move |report: &Report| {
        to.fetch_add(u64::from(report.point() == "threads.failing"), Ordering::Relaxed);
    });
    at_once(|n| drop(catch_unwind(|| failing(n))));
    let counts = history("threads.failing").counts();
    let quarter = THREADS * CALLS / 4;
    assert_eq!((counts.rejected, counts.timed_out, counts.panicked), (quarter, quarter, quarter));
    assert_eq!((heard.load(Ordering::Relaxed), counts.total()), (3 * quarter, 3 * quarter));
    assert_eq!(history("threads.failing").recent().len(), 5);
}

#[dyno::harness(name = "threads.limited", at_most = 7/1s)]
fn limited() -> Option<()> {
    None
}

#[test]
fn what_is_left_out_is_told_once() {
    let frozen = clock::freeze();
    let told = std::sync::Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    let to = told.clone();
    let _reporting = harness::sink(move |report: &Report| {
        if report.point() == "threads.limited" {
            to[0].fetch_add(1, Ordering::Relaxed);
            to[1].fetch_add(report.left_out(), Ordering::Relaxed);
        }
    });
    at_once(|n| {
        if n % 500 == 0 {
            clock::sleep(std::time::Duration::from_secs(1));
        }
        assert_eq!(limited(), None);
    });
    frozen.advance(std::time::Duration::from_secs(1));
    assert_eq!(limited(), None);
    let [told, left_out] = [&told[0], &told[1]].map(|count| count.load(Ordering::Relaxed));
    let counts = history("threads.limited").counts();
    assert_eq!(counts.failed, THREADS * CALLS + 1);
    assert_eq!((told, left_out), (counts.failed - counts.left_out, counts.left_out));
}
