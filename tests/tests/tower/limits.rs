//! Bulkheads and rates before a service.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use dyno::limit::{Bulkhead, Rate};
use dyno::{Deadline, Reason, clock, tower as layers};
use tower::Layer;
use tower_test::mock;

use crate::support::*;

/// Peers' L2: tower's own limit takes its permit while a service is merely ready, so that clones that
/// are ready and never called starve all others.
#[test]
fn services_that_are_merely_ready_hold_no_place() {
    static TWO: Bulkhead = Bulkhead::new("tower::ready", 2);
    let (service, mut handle) = mock::spawn_layer::<&str, &str, _>(layers::bulkhead(&TWO));
    let mut ready: Vec<_> = (0..10).map(|_| service.clone()).collect();
    for service in &mut ready {
        assert!(matches!(service.poll_ready::<&str>(), Poll::Ready(Ok(()))));
    }
    assert_eq!(TWO.snapshot().in_flight, 0);
    let mut calls: Vec<_> = ready.iter_mut().map(|ready| Box::pin(ready.call("price"))).collect();
    assert_eq!(TWO.snapshot().in_flight, 2);
    let refused = calls.split_off(2);
    for call in refused {
        assert_eq!(reason(now(call)), Some(Reason::BulkheadFull));
    }
    for call in &mut calls {
        assert!(poll(call).is_pending());
        next(&mut handle).1.send_response("995");
        assert!(poll(call).is_ready());
    }
    assert_eq!(TWO.snapshot().in_flight, 0, "given back although the futures are still there");
}

#[test]
fn a_place_is_given_back_by_a_call_that_is_cancelled_or_panics() {
    static STATIC: Bulkhead = Bulkhead::new("tower::given back", 1);
    let shared = Arc::new(Bulkhead::new("tower::given back, shared", 1));
    for layer in [layers::bulkhead(&STATIC), layers::bulkhead(shared.clone())] {
        let in_flight = || STATIC.snapshot().in_flight + shared.snapshot().in_flight;
        let mut service = layer.layer(Strict::new(|panics: bool| {
            poll_fn(move |_| -> Poll<Result<(), BoxError>> {
                assert!(!panics, "the service panics");
                Poll::Pending
            })
        }));
        let mut cancelled = call(&mut service, false);
        assert!(poll(&mut cancelled).is_pending());
        assert_eq!(in_flight(), 1);
        drop(cancelled);
        assert_eq!(in_flight(), 0);
        let mut panicking = call(&mut service, true);
        assert_eq!(in_flight(), 1);
        assert!(panics(|| poll(&mut panicking)));
        assert_eq!(in_flight(), 0, "whoever caught it holds the future still");
    }
}

#[test]
fn a_panic_of_the_call_itself_gives_the_place_back() {
    let bulkhead = Arc::new(Bulkhead::new("tower::panics", 1));
    let mut service = layers::bulkhead(bulkhead.clone())
        .layer(Strict::new(|()| -> std::future::Ready<Result<(), BoxError>> { panic!("at once") }));
    assert!(panics(|| call(&mut service, ())));
    assert_eq!(bulkhead.snapshot().in_flight, 0);
}

/// The `mem::replace` rule: what was made ready is what is called, and a clone takes its place.
#[test]
fn a_call_that_waits_takes_along_what_was_ready_for_it() {
    let frozen = clock::freeze().manual();
    static STATIC: Bulkhead = Bulkhead::new("tower::waits", 1).wait(SECOND);
    let shared = Arc::new(Bulkhead::new("tower::waits, shared", 1).wait(SECOND));
    for layer in [layers::bulkhead(&STATIC), layers::bulkhead(shared.clone())] {
        let inner = at_once(|sku: &'static str| Ok::<_, BoxError>(sku));
        let seen = inner.seen.clone();
        let mut service = layer.layer(inner);
        let places = (STATIC.acquire().expect("free"), shared.acquire().expect("free"));
        let mut waits = call(&mut service, "waits");
        assert!(poll(&mut waits).is_pending());
        assert_eq!((seen.calls(), seen.clones()), (0, 1), "only who has to wait is cloned");
        let mut gives_up = call(&mut service, "gives up");
        assert!(poll(&mut gives_up).is_pending());
        drop(gives_up);
        drop(places);
        assert_eq!(now(waits).expect("there is room"), "waits");
        assert_eq!((seen.calls(), seen.clones()), (1, 2));
        // At once, without a clone.
        assert_eq!(now(call(&mut service, "again")).expect("free"), "again");
        assert_eq!(seen.clones(), 2);
    }
    drop(frozen);
}

#[test]
fn who_waits_too_long_is_turned_away_and_is_not_called() {
    let frozen = clock::freeze().manual();
    let bulkhead = Arc::new(Bulkhead::new("tower::too long", 1).wait(SECOND));
    let (mut service, mut handle) =
        mock::spawn_layer::<&str, &str, _>(layers::bulkhead(bulkhead.clone()));
    let mut first = call(service.get_mut(), "first");
    assert!(poll(&mut first).is_pending());
    let _unanswered = next(&mut handle);
    let mut second = call(service.get_mut(), "second");
    assert!(poll(&mut second).is_pending());
    frozen.advance(SECOND);
    assert_eq!(reason(now(second)), Some(Reason::BulkheadFull));
    assert!(is_idle(&mut handle));
    let spent = Deadline::after(SECOND);
    frozen.advance(SECOND);
    let mut third = call(service.get_mut(), "third");
    let third = spent.run(|| poll(&mut third));
    let Poll::Ready(third) = third else { panic!("no time to wait") };
    assert_eq!(reason(third), Some(Reason::DeadlineSpent));
}

#[test]
fn a_rate_lets_pass_what_it_allows() {
    let frozen = clock::freeze().manual();
    static RATE: Rate = Rate::new("tower::rate", 2, SECOND);
    let inner = at_once(|()| Ok::<_, BoxError>(()));
    let seen = inner.seen.clone();
    let mut service = layers::rate(&RATE).layer(inner);
    assert!(now(call(&mut service, ())).is_ok() && now(call(&mut service, ())).is_ok());
    let refused = now(call(&mut service, ())).expect_err("the third");
    let fault = refused.downcast_ref::<dyno::Fault>().expect("dyno's");
    assert_eq!(fault.reason(), Some(Reason::RateLimited));
    assert_eq!(fault.retry_after(), Some(500 * MS));
    assert_eq!((seen.calls(), seen.clones()), (2, 0));
    frozen.advance(500 * MS);
    assert!(now(call(&mut service, ())).is_ok());
}

#[test]
fn who_waits_for_a_rate_takes_along_what_was_ready_for_it() {
    let frozen = clock::freeze().manual();
    let rate = Rate::new("tower::paced", 1, SECOND).wait(5 * SECOND);
    let inner = at_once(|n: u32| Ok::<_, BoxError>(n));
    let seen = inner.seen.clone();
    let mut service = layers::rate(rate).layer(inner);
    assert!(now(call(&mut service, 1)).is_ok());
    let mut second = call(&mut service, 2);
    let mut third = call(&mut service, 3);
    assert!(poll(&mut second).is_pending() && poll(&mut third).is_pending());
    frozen.advance(SECOND);
    assert!(poll(&mut third).is_pending(), "first come, first served");
    assert_eq!(now(second).expect("its turn"), 2);
    drop(third);
    let fourth = call(&mut service, 4);
    frozen.advance(SECOND);
    assert_eq!(now(fourth).expect("the third has left the line"), 4);
    assert_eq!(seen.calls(), 3);
}

#[test]
fn the_readiness_of_a_limited_service_is_its_own() {
    let layer = layers::bulkhead(Bulkhead::new("tower::readiness of a limit", 1));
    let (mut service, mut handle) = mock::spawn_layer::<&str, &str, _>(layer);
    handle.allow(0);
    assert!(service.poll_ready::<&str>().is_pending());
    handle.send_error("gone");
    assert!(matches!(service.poll_ready::<&str>(), Poll::Ready(Err(_))));
}
