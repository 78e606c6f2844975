//! Many threads at one service: every call is counted once, and none is left in flight.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use dyno::balance::Balancer;
use dyno::breaker::Settings;
use dyno::retry::Retry;
use dyno::service::Service;

use super::support::{Answer, Shop, block_on};

const THREADS: u64 = 8;
const CALLS: u64 = 2000;

#[test]
fn every_call_and_every_attempt_is_counted_once() {
    static SERVICE: Service = Service::builder("storm")
        .retry(Retry::new(2))
        .breaker(Settings::new().fail_max(1_000_000))
        .bulkhead(4)
        .metrics()
        .build();
    let (attempts, most) = (AtomicU64::new(0), AtomicU64::new(0));
    let (ok, down, full) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let now = AtomicU64::new(0);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (attempts, most, now) = (&attempts, &most, &now);
            let (ok, down, full) = (&ok, &down, &full);
            scope.spawn(move || {
                for call in 0..CALLS {
                    let fails = (call + thread) % 3 == 0;
                    let step = || {
                        attempts.fetch_add(1, Ordering::Relaxed);
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                        if fails { Err(Shop::Down) } else { Answer::Ok(1) }
                    };
                    let answer = if call % 2 == 0 {
                        SERVICE.call(|_| step())
                    } else {
                        block_on(SERVICE.call_async(async |_| step()))
                    };
                    let counter = match answer {
                        Ok(_) => ok,
                        Err(Shop::Down) => down,
                        Err(_) => full,
                    };
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    assert!(of(&most) <= 4, "{most:?} at a time");
    let seen = SERVICE.snapshot();
    assert_eq!(seen.bulkhead.map(|it| it.in_flight), Some(0));
    let counted = seen.metrics.expect("it counts");
    let total = counted.total;
    assert_eq!(counted.in_flight, 0);
    assert_eq!((total.successes, total.failures), (of(&ok), of(&down)));
    assert_eq!(total.rejected.bulkhead_full, of(&full));
    assert_eq!(of(&ok) + of(&down) + of(&full), THREADS * CALLS);
}

#[test]
fn threads_that_are_balanced_leave_no_target_in_flight() {
    static TARGETS: Balancer =
        Balancer::new("storm-targets", &["http://a:1", "http://b:2", "http://c:3"]);
    static SERVICE: Service = Service::builder("storm-balanced")
        .retry(Retry::new(3))
        .balance(&TARGETS)
        .bulkhead(3)
        .per_target()
        .build();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                for call in 0..CALLS {
                    let fails = (call + thread) % 5 == 0;
                    let step = || if fails { Err(Shop::Down) } else { Answer::Ok(1) };
                    let _answer = if call % 2 == 0 {
                        SERVICE.call(|_| step())
                    } else {
                        block_on(SERVICE.call_async(async |_| step()))
                    };
                }
            });
        }
    });
    let seen = SERVICE.snapshot();
    assert!(seen.targets.iter().all(|it| it.bulkhead.is_some_and(|it| it.in_flight == 0)));
    let balancer = seen.balancer.expect("it has one");
    assert!(balancer.targets.iter().all(|it| it.in_flight == 0 && it.picks > 0));
}
