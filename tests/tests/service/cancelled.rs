//! Calls that panic, and futures that are dropped: nothing is left behind.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use dyno::balance::Balancer;
use dyno::breaker::Settings;
use dyno::retry::Retry;
use dyno::service::{Builder, Service};
use dyno::{clock, harness};

use super::support::{Answer, MS, SECOND, Shop, block_on, leaked};

fn full(it: &Builder, targets: &'static Balancer) -> Builder {
    it.deadline(60 * SECOND)
        .timeout(30 * SECOND)
        .attempt_timeout(10 * SECOND)
        .retry(Retry::new(3).delay(5 * MS))
        .balance(targets)
        .bulkhead(2)
        .bulkhead_wait(SECOND)
        .rate(1000, SECOND)
        .rate_wait(SECOND)
        .metrics()
        .timing()
        .harness()
}

fn nothing_is_left(service: &Service, targets: &Balancer) {
    let seen = service.snapshot();
    assert_eq!(seen.metrics.map(|it| it.in_flight), Some(0));
    assert_eq!(seen.bulkhead.map(|it| (it.in_flight, it.waiting)), Some((0, 0)));
    assert_eq!(seen.rate.map(|it| it.waiting), Some(0));
    assert!(targets.snapshot().targets.iter().all(|it| it.in_flight == 0));
    // It works as before.
    assert_eq!(block_on(service.call_async(async |_| Answer::Ok(7))), Ok(7));
    assert_eq!(service.call(|_| Answer::Ok(7)), Ok(7));
}

/// Waits once.
async fn turn() {
    let mut waited = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn dropped_at_every_point_of_waiting_it_leaves_nothing() {
    static TARGETS: Balancer = Balancer::new("cancelled-targets", &["http://a:1", "http://b:2"]);
    static SERVICE: std::sync::LazyLock<Service> =
        std::sync::LazyLock::new(|| full(&Service::builder("cancelled"), &TARGETS).build());
    let frozen = clock::freeze();
    let held = Arc::new(());
    let mut ended = false;
    for polls in 0..100 {
        let held = held.clone();
        let mut calls = 0;
        let call = SERVICE.call_async(|_| {
            calls += 1;
            let (held, fails) = (held.clone(), calls < 3);
            async move {
                turn().await;
                turn().await;
                drop(held);
                if fails { Err(Shop::Down) } else { Ok(1) }
            }
        });
        {
            let mut call = pin!(call);
            for _ in 0..polls {
                if poll(call.as_mut()).is_ready() {
                    ended = true;
                    break;
                }
                frozen.advance(5 * MS);
            }
        }
        nothing_is_left(&SERVICE, &TARGETS);
        if ended {
            break;
        }
    }
    assert!(ended, "it comes to its end");
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn dropped_while_it_waits_for_its_turn_or_its_place_it_leaves_nothing() {
    static TARGETS: Balancer = Balancer::new("cancelled-waiting", &["http://a:1"]);
    let _frozen = clock::freeze();
    let service = full(&Service::builder("cancelled-waiting"), &TARGETS).rate(2, SECOND);
    let service = service.rate_wait(60 * SECOND).build();
    // Both places are taken: a third waits there, and a fourth for its turn before that.
    let places = (service.enter_bulkhead(None), service.enter_bulkhead(None));
    let mut waits = Box::pin(service.call_async(async |_| Answer::Ok(1)));
    assert!(poll(waits.as_mut()).is_pending());
    assert_eq!(service.snapshot().bulkhead.map(|it| it.waiting), Some(1));
    drop(waits);
    assert_eq!(service.snapshot().bulkhead.map(|it| it.waiting), Some(0));
    assert!(service.enter_rate().is_ok());
    let mut waits = Box::pin(service.call_async(async |_| Answer::Ok(1)));
    assert!(poll(waits.as_mut()).is_pending());
    assert_eq!(service.snapshot().rate.map(|it| it.waiting), Some(1));
    drop((waits, places));
    nothing_is_left(&service, &TARGETS);
}

#[test]
fn a_panic_goes_on_and_is_a_failure_of_the_target() {
    static TARGETS: Balancer = Balancer::new("cancelled-panics", &["http://a:1"])
        .breaker(Settings::new().fail_max(2).reset_timeout(std::time::Duration::from_secs(9)));
    let service = full(&Service::builder("cancelled-panics"), &TARGETS).build();
    let _frozen = clock::freeze();
    let here = || service.call(|_| -> Answer { panic!("on a thread") });
    let task = || block_on(service.call_async(async |_| -> Answer { panic!("in a task") }));
    for (call, told) in [(&here as &dyn Fn() -> Answer, "on a thread"), (&task, "in a task")] {
        let panicked = catch_unwind(AssertUnwindSafe(call)).expect_err("it panics");
        assert_eq!(panicked.downcast_ref::<&str>(), Some(&told));
    }
    assert_eq!(TARGETS.snapshot().targets[0].state, "open");
    let total = service.snapshot().metrics.expect("it counts").total;
    assert_eq!((total.panics, total.failures), (2, 2));
    let reported = harness::of("cancelled-panics").expect("it has panicked");
    assert_eq!(reported.counts().panicked, 2);
    clock::sleep(9 * SECOND);
    nothing_is_left(&service, &TARGETS);
}

#[test]
fn a_panic_of_what_is_given_at_the_call_leaves_nothing() {
    static TARGETS: Balancer =
        Balancer::new("cancelled-given", &["http://a:1"]).breaker(Settings::new().fail_max(100));
    let service = full(&Service::builder("cancelled-given"), &TARGETS).build();
    let _frozen = clock::freeze();
    let or = |_: dyno::Error<Shop>| -> Answer { panic!("what stands in") };
    let fine = |_: &Shop| -> bool { panic!("what is asked") };
    let calls: [&dyn Fn() -> Answer; 4] = [
        &|| service.or(or).call(|_| Answer::Err(Shop::Down)),
        &|| block_on(service.or(or).call_async(async |_| Answer::Err(Shop::Down))),
        &|| service.except(fine).call(|_| Answer::Err(Shop::Down)),
        &|| block_on(service.except(fine).call_async(async |_| Answer::Err(Shop::Down))),
    ];
    for call in calls {
        assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    }
    nothing_is_left(&service, &TARGETS);
}

#[test]
fn the_keys_of_attempts_are_one_and_those_of_calls_are_not() {
    let service =
        Service::builder(leaked("cancelled-keys".to_owned())).retry(Retry::new(3)).build();
    let mut keys = Vec::new();
    for _ in 0..2 {
        let _none = service.call(|call| {
            keys.push(call.idempotency_key());
            assert_eq!(call.point(), "cancelled-keys");
            None::<u8>
        });
    }
    assert!(keys[0] == keys[1] && keys[1] == keys[2] && keys[3] == keys[5]);
    assert_ne!(keys[2], keys[3]);
}
