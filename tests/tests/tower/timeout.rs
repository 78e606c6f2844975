//! Limits before a service.

use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use dyno::{Deadline, Fault, Reason, clock, tower as layers};
use tower::{Layer, ServiceBuilder};
use tower_test::mock;

use crate::support::*;

#[test]
fn what_is_late_is_dropped_before_its_caller_hears_of_it() {
    let frozen = clock::freeze().manual();
    let dropped = Arc::new(AtomicU32::new(0));
    let drops = dropped.clone();
    let layer = layers::timeout(250 * MS).named("tower::late");
    let mut service = layer.layer(Strict::new(move |()| {
        let held = Dropped(drops.clone());
        async move {
            let _held = held;
            pending::<Result<(), BoxError>>().await
        }
    }));
    let heard = hear("tower::late");
    let mut late = call(&mut service, ());
    assert!(poll(&mut late).is_pending());
    frozen.advance(249 * MS);
    assert!(poll(&mut late).is_pending());
    frozen.advance(MS);
    let Poll::Ready(Err(error)) = poll(&mut late) else { panic!("it is late") };
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
    assert_eq!(error.to_string(), "tower::late: no answer within 250ms");
    assert_eq!(heard.so_far(), ["timed out after 250.0ms, the limit being 250ms"]);
}

#[test]
fn what_is_there_wins() {
    let frozen = clock::freeze().manual();
    let (mut service, mut handle) = mock::spawn_layer::<&str, &str, _>(layers::timeout(SECOND));
    let mut asked = call(service.get_mut(), "price");
    assert!(poll(&mut asked).is_pending());
    frozen.advance(2 * SECOND);
    next(&mut handle).1.send_response("995");
    assert_eq!(now(asked).expect("it is there"), "995");
}

#[test]
fn the_limit_is_the_deadline_in_the_call_and_in_its_future() {
    let frozen = clock::freeze().manual();
    let left = || Deadline::current().map(Deadline::remaining);
    let stack = ServiceBuilder::new().layer(layers::timeout(SECOND)).layer(layers::wrap());
    let mut service = stack.service(Strict::new(move |()| {
        let in_call = left();
        poll_fn(move |_| Poll::Ready(Ok::<_, String>((in_call, left()))))
    }));
    let asked = call(&mut service, ());
    frozen.advance(400 * MS);
    assert_eq!(now(asked), Ok((Some(SECOND), Some(600 * MS))));
    assert_eq!(Deadline::current(), None);
}

#[test]
fn when_nothing_is_left_the_service_is_not_called() {
    let frozen = clock::freeze().manual();
    let (mut service, mut handle) = mock::spawn_layer::<&str, &str, _>(layers::timeout(SECOND));
    let spent = Deadline::after(MS);
    frozen.advance(MS);
    let refused = spent.run(|| call(service.get_mut(), "price"));
    assert_eq!(reason(now(refused)), Some(Reason::DeadlineSpent));
    assert!(is_idle(&mut handle));
}

#[test]
fn of_two_limits_the_sooner_tells() {
    let _frozen = clock::freeze();
    let stack = ServiceBuilder::new()
        .layer(layers::timeout(SECOND).named("tower::outer limit"))
        .layer(layers::timeout(2 * SECOND).named("tower::inner limit"))
        .layer(layers::wrap());
    let mut service = stack.service(Strict::new(|()| pending::<Result<(), String>>()));
    let late = block_on(call(&mut service, ())).expect_err("late");
    assert_eq!(late.to_string(), "tower::outer limit: no answer within 1s");
}

#[test]
fn the_limit_holds_for_the_wait_of_a_bulkhead_within() {
    let _frozen = clock::freeze();
    let bulkhead = Arc::new(dyno::limit::Bulkhead::new("tower::within", 1).wait(60 * SECOND));
    let _place = bulkhead.acquire_owned().expect("free");
    let stack = ServiceBuilder::new()
        .layer(layers::timeout(SECOND))
        .layer(layers::bulkhead(bulkhead.clone()))
        .layer(layers::wrap());
    let inner = at_once(|()| Ok::<_, String>(()));
    let seen = inner.seen.clone();
    let mut service = stack.service(inner);
    assert!(block_on(call(&mut service, ())).is_err());
    assert_eq!((seen.calls(), bulkhead.snapshot().waiting), (0, 0));
}

#[test]
fn a_name_is_the_place_unless_it_is_given() {
    let _frozen = clock::freeze();
    let mut service =
        layers::timeout(SECOND).layer(Strict::new(|()| pending::<Result<(), BoxError>>()));
    let late = block_on(call(&mut service, ())).expect_err("late");
    let fault = late.downcast_ref::<Fault>().expect("dyno's");
    assert!(fault.is_timed_out() && fault.to_string().contains("timeout.rs:"), "{fault}");
}

#[test]
fn a_panic_passes_and_leaves_no_deadline() {
    let layer = layers::timeout(SECOND);
    let mut at_once =
        layer.layer(Strict::new(|()| -> std::future::Ready<Result<(), BoxError>> { panic!("!") }));
    assert!(panics(|| call(&mut at_once, ())));
    assert_eq!(Deadline::current(), None);
    let mut delayed =
        layer.layer(Strict::new(|()| poll_fn(|_| -> Poll<Result<(), BoxError>> { panic!("!") })));
    let mut asked = call(&mut delayed, ());
    assert!(panics(|| poll(&mut asked)));
    assert_eq!(Deadline::current(), None);
}

#[test]
#[should_panic(expected = "timeout: `limit` must be above zero")]
fn no_time_at_all_is_refused() {
    let _ = layers::timeout(Duration::ZERO);
}

#[test]
fn its_readiness_is_the_services() {
    let (mut service, mut handle) = mock::spawn_layer::<&str, &str, _>(layers::timeout(SECOND));
    handle.allow(0);
    assert!(service.poll_ready::<&str>().is_pending());
    handle.send_error("gone");
    assert!(matches!(service.poll_ready::<&str>(), Poll::Ready(Err(_))));
}
