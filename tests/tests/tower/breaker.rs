//! A breaker before a service.

use std::future::{pending, poll_fn, ready};
use std::sync::Arc;
use std::task::Poll;

use dyno::breaker::{Breaker, Settings, State, TripError};
use dyno::limit::Bulkhead;
use dyno::{Error, Fault, Reason, Verdict, clock, tower as layers};
use tower::{Layer, ServiceBuilder};
use tower_test::mock;

use crate::support::*;

#[test]
fn an_open_breaker_turns_calls_away_before_the_service() {
    static DB: Breaker = Breaker::new("tower::opens").fail_max(2);
    let frozen = clock::freeze();
    let layer = layers::breaker(&DB).errors_only();
    let (mut service, mut handle) = mock::spawn_layer::<&str, &str, _>(layer);
    for _ in 0..2 {
        let mut asked = call(service.get_mut(), "price");
        assert!(poll(&mut asked).is_pending());
        next(&mut handle).1.send_error("down");
        assert_eq!(now(asked).expect_err("down").to_string(), "down");
    }
    assert_eq!(DB.state(), State::Open);
    // Its readiness is the service's own: that it is open is found out by a call.
    let turned_away = now(call(service.get_mut(), "price")).expect_err("open");
    let fault = turned_away.downcast_ref::<Fault>().expect("dyno's");
    assert_eq!(fault.reason(), Some(Reason::BreakerOpen));
    assert_eq!(fault.retry_after(), Some(60 * SECOND));
    assert_eq!(fault.last_error().as_deref(), Some("down"));
    assert!(is_idle(&mut handle));

    frozen.advance(60 * SECOND);
    let trial = call(service.get_mut(), "price");
    next(&mut handle).1.send_response("995");
    assert_eq!(now(trial).expect("up"), "995");
    assert_eq!(DB.state(), State::Closed);
}

#[test]
fn its_readiness_is_the_services() {
    let layer = layers::breaker(Breaker::new("tower::readiness").fail_max(1)).errors_only();
    let (mut service, mut handle) = mock::spawn_layer::<&str, &str, _>(layer);
    handle.allow(0);
    assert!(service.poll_ready::<&str>().is_pending());
    handle.allow(1);
    assert!(service.is_woken());
    assert!(matches!(service.poll_ready::<&str>(), Poll::Ready(Ok(()))));
    handle.allow(0);
    handle.send_error("gone");
    let mut other = service.clone();
    let failed = other.poll_ready::<&str>();
    assert!(matches!(failed, Poll::Ready(Err(error)) if error.to_string() == "gone"));
    let asked = service.call("price");
    next(&mut handle).1.send_response("995");
    assert_eq!(now(asked).expect("not being ready counts nowhere"), "995");
}

#[test]
fn an_answer_counts_by_its_status() {
    static BY: Breaker = Breaker::new("tower::status").fail_max(2);
    let stack = ServiceBuilder::new().layer(layers::breaker(&BY)).layer(layers::wrap());
    let mut service = stack.service(statuses([503, 404, 503, 429]));
    for _ in 0..4 {
        assert!(now(call(&mut service, http::Request::new(()))).is_ok(), "it is returned as it is");
    }
    let turned_away = now(call(&mut service, http::Request::new(()))).expect_err("two in a row");
    let Error::Fault(fault) = turned_away;
    assert_eq!(fault.last_error().as_deref(), Some("429 Too Many Requests"));
}

#[test]
fn what_counts_can_be_said() {
    let service = || layers::wrap().layer(statuses([404; 9]));
    let outcome = |mut service: BoxedService| {
        let first = now(call(&mut service, http::Request::new(())));
        assert!(first.is_ok());
        now(call(&mut service, http::Request::new(()))).is_ok()
    };
    type BoxedService = tower::util::BoxCloneService<
        http::Request<()>,
        http::Response<String>,
        Error<std::convert::Infallible>,
    >;
    let layer = || layers::breaker(Breaker::new("tower::said").fail_max(1));
    assert!(outcome(BoxedService::new(layer().layer(service()))));
    assert!(outcome(BoxedService::new(layer().errors_only().layer(service()))));
    let all = layer().failing_status(|status| status.is_client_error());
    assert!(!outcome(BoxedService::new(all.layer(service()))));
    let judged = layer().judge(|outcome: &Result<http::Response<String>, _>| match outcome {
        Ok(response) if response.status() == 404 => Verdict::Failure,
        Ok(_) => Verdict::Success,
        Err(_) => Verdict::Ignored,
    });
    assert!(!outcome(BoxedService::new(judged.layer(service()))));
}

#[test]
fn what_is_turned_away_further_in_does_not_count() {
    static INNER: Bulkhead = Bulkhead::new("tower::inner", 1);
    let breaker = Arc::new(Breaker::new("tower::outer").fail_max(1));
    let stack = ServiceBuilder::new()
        .layer(layers::breaker(breaker.clone()).errors_only())
        .layer(layers::bulkhead(&INNER))
        .layer(layers::wrap());
    let mut service = stack.service(at_once(|()| Ok::<_, String>(())));
    let taken = INNER.acquire().expect("it is free");
    for _ in 0..3 {
        let refused = now(call(&mut service, ())).expect_err("full");
        assert_eq!(refused.fault().and_then(Fault::reason), Some(Reason::BulkheadFull));
    }
    drop(taken);
    assert_eq!(now(call(&mut service, ())), Ok(()));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn what_is_too_slow_further_in_counts() {
    let _frozen = clock::freeze();
    let breaker = Arc::new(Breaker::new("tower::slow").fail_max(1));
    let stack = ServiceBuilder::new()
        .layer(layers::breaker(breaker.clone()).errors_only())
        .layer(layers::timeout(SECOND))
        .layer(layers::wrap());
    let mut service = stack.service(Strict::new(|()| pending::<Result<(), String>>()));
    assert!(block_on(call(&mut service, ())).expect_err("late").fault().is_some());
    assert_eq!(breaker.state(), State::Open);
}

/// Peers' T6: one layer on two services had two circuits.
#[test]
fn services_of_one_layer_and_their_clones_share_its_breaker() {
    let layer = layers::breaker(Breaker::new("tower::shared").fail_max(2)).errors_only();
    let failing = || at_once(|()| Err::<(), BoxError>("down".into()));
    let mut one = layer.layer(failing());
    let mut two = layer.clone().layer(failing());
    assert_eq!(reason(now(call(&mut one, ()))), None);
    assert_eq!(reason(now(call(&mut two, ()))), None);
    assert_eq!(reason(now(call(&mut one.clone(), ()))), Some(Reason::BreakerOpen));
}

fn half_open(breaker: &Breaker) {
    breaker.reset();
    breaker.half_open();
}

/// Peers' T3 and T4: a trial that never ends took its permit along.
#[test]
fn a_trial_that_is_cancelled_leaves_room_for_another() {
    static STATIC: Breaker = Breaker::new("tower::cancelled");
    let shared = Arc::new(Breaker::new("tower::cancelled too"));
    half_open(&STATIC);
    half_open(&shared);
    for layer in [layers::breaker(&STATIC), layers::breaker(shared.clone())] {
        let (mut service, mut handle) = mock::spawn_layer::<&str, &str, _>(layer.errors_only());
        for _ in 0..3 {
            let mut trial = call(service.get_mut(), "price");
            assert!(poll(&mut trial).is_pending());
            let second = call(service.get_mut(), "price");
            assert_eq!(reason(now(second)), Some(Reason::HalfOpenBusy));
            drop(trial);
            let _unanswered = next(&mut handle);
        }
        let trial = call(service.get_mut(), "price");
        next(&mut handle).1.send_response("995");
        assert!(now(trial).is_ok());
    }
    assert_eq!((STATIC.state(), shared.state()), (State::Closed, State::Closed));
}

/// Peers' T8: panics were invisible.
#[test]
fn a_panic_is_a_failure_whoever_catches_it() {
    static AT_ONCE: Breaker = Breaker::new("tower::panics at once").fail_max(1);
    let shared = Arc::new(Breaker::new("tower::panics later").fail_max(1));
    let mut at_once = layers::breaker(&AT_ONCE)
        .errors_only()
        .layer(Strict::new(|()| -> std::future::Ready<Result<(), BoxError>> { panic!("at once") }));
    assert!(panics(|| call(&mut at_once, ())));
    assert_eq!(AT_ONCE.state(), State::Open);

    let mut later = layers::breaker(shared.clone())
        .errors_only()
        .layer(Strict::new(|()| poll_fn(|_| -> Poll<Result<(), BoxError>> { panic!("later") })));
    let mut asked = call(&mut later, ());
    assert!(panics(|| poll(&mut asked)));
    // Who caught it still holds the future.
    assert_eq!(shared.state(), State::Open);
    drop(asked);
}

#[test]
fn the_call_that_opens_it_may_say_so() {
    let settings = Settings::new().fail_max(1).trip_error(TripError::Rejected);
    let layer = layers::breaker(Breaker::new("tower::trip").with(settings)).errors_only();
    let mut service = layer.layer(at_once(|()| Err::<(), BoxError>("down".into())));
    let instead = now(call(&mut service, ())).expect_err("it opens");
    let fault = instead.downcast_ref::<Fault>().expect("dyno's");
    assert_eq!(fault.last_error().as_deref(), Some("down"));
}

#[test]
fn a_breaker_opens_for_as_long_as_the_service_asks() {
    let frozen = clock::freeze();
    let breaker = Arc::new(Breaker::new("tower::asks").fail_max(1));
    let answer = |()| {
        let busy = http::Response::builder().status(503).header("retry-after", "7");
        Ok::<_, BoxError>(busy.body(()).expect("a response"))
    };
    let mut service = layers::breaker(breaker.clone()).layer(at_once(answer));
    assert!(now(call(&mut service, ())).is_ok());
    assert_eq!(breaker.snapshot().retry_after, Some(7 * SECOND));
    frozen.advance(7 * SECOND);
    assert!(now(call(&mut service, ())).is_ok(), "a trial");
}

#[test]
fn polled_after_its_end_it_says_so() {
    let layer = layers::breaker(Breaker::new("tower::over")).errors_only();
    let mut service = layer.layer(Strict::new(|()| ready(Ok::<_, BoxError>(()))));
    let mut asked = call(&mut service, ());
    assert!(poll(&mut asked).is_ready());
    assert!(panics(|| poll(&mut asked)));
}
