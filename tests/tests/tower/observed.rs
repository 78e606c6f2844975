//! Metrics and fallbacks of a service.

use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::task::Poll;

use dyno::limit::Bulkhead;
use dyno::metrics::{self, Metrics};
use dyno::{Error, Fault, Reason, clock, fallback, tower as layers};
use tower::{Layer, ServiceBuilder};
use tower_test::mock;

use crate::support::*;

#[test]
fn calls_are_counted_by_how_they_ended() {
    static NAMED: Metrics = Metrics::new("tower::counted");
    let frozen = clock::freeze().manual();
    let bulkhead = Arc::new(Bulkhead::new("tower::counted places", 1));
    let stack = ServiceBuilder::new()
        .layer(layers::metrics(&NAMED))
        .layer(layers::bulkhead(bulkhead.clone()))
        .layer(layers::timeout(SECOND))
        .layer(layers::wrap());
    let mut service = stack.clone().service(statuses([200, 404, 503]));
    for _ in 0..3 {
        assert!(now(call(&mut service, http::Request::new(()))).is_ok());
    }
    let place = bulkhead.acquire_owned().expect("free");
    assert!(now(call(&mut service, http::Request::new(()))).is_err());
    drop(place);
    let mut slow = stack.service(Strict::new(|_: http::Request<()>| {
        pending::<Result<http::Response<()>, Infallible>>()
    }));
    let cancelled = call(&mut slow, http::Request::new(()));
    assert_eq!(NAMED.snapshot().in_flight, 1);
    drop(cancelled);
    let mut late = call(&mut slow, http::Request::new(()));
    assert!(poll(&mut late).is_pending());
    frozen.advance(SECOND);
    assert!(poll(&mut late).is_ready());

    let seen = metrics::of("tower::counted").expect("it was called");
    assert_eq!((seen.total.successes, seen.total.failures, seen.in_flight), (2, 2, 0));
    assert_eq!((seen.total.rejected.bulkhead_full, seen.total.cancelled), (1, 1));
}

#[test]
fn a_panic_is_counted_whoever_catches_it() {
    let metrics = Arc::new(Metrics::new("tower::panicked"));
    let mut service = layers::metrics(metrics.clone()).errors_only().layer(Strict::new(|()| {
        poll_fn(|_| -> Poll<Result<(), BoxError>> { panic!("the service panics") })
    }));
    let mut asked = call(&mut service, ());
    assert!(panics(|| poll(&mut asked)));
    assert_eq!((metrics.snapshot().total.panics, metrics.snapshot().in_flight), (1, 0));
    let mut service = layers::metrics(metrics.clone())
        .errors_only()
        .layer(Strict::new(|()| -> std::future::Ready<Result<(), BoxError>> { panic!("at once") }));
    assert!(panics(|| call(&mut service, ())));
    assert_eq!((metrics.snapshot().total.panics, metrics.snapshot().in_flight), (2, 0));
}

#[test]
fn metrics_may_be_had_by_name() {
    let layer = layers::metrics("tower::by name").errors_only();
    let (mut service, mut handle) = mock::spawn_layer::<&str, &str, _>(layer);
    let asked = call(service.get_mut(), "price");
    next(&mut handle).1.send_error("down");
    assert!(now(asked).is_err());
    assert_eq!(metrics::of("tower::by name").expect("called").total.failures, 1);
    handle.send_error("gone");
    assert!(matches!(service.poll_ready::<&str>(), Poll::Ready(Err(_))));
}

type Outcome = Result<&'static str, Error<&'static str>>;

#[test]
fn something_stands_in_for_failures_and_refusals() {
    let bulkhead = Arc::new(Bulkhead::new("tower::stood in places", 1));
    let heard = hear("tower::stood in");
    let stand_in = |failed: Outcome| match failed {
        Err(Error::Inner("down")) => Ok("yesterday's"),
        Err(Error::Fault(fault)) if fault.reason() == Some(Reason::BulkheadFull) => Ok("a guess"),
        other => other,
    };
    let stack = ServiceBuilder::new()
        .layer(layers::fallback(stand_in).errors_only().named("tower::stood in"))
        .layer(layers::bulkhead(bulkhead.clone()))
        .layer(layers::wrap());
    let mut service = stack.service(at_once(|request: &str| match request {
        "fine" => Ok("fresh"),
        "down" => Err("down"),
        _ => Err("lost"),
    }));
    assert_eq!(now(call(&mut service, "fine")), Ok("fresh"));
    assert_eq!(now(call(&mut service, "down")), Ok("yesterday's"));
    let place = bulkhead.acquire_owned().expect("free");
    assert_eq!(now(call(&mut service, "fine")), Ok("a guess"));
    drop(place);
    assert_eq!(now(call(&mut service, "lost")), Err(Error::Inner("lost")));
    let count = fallback::count("tower::stood in");
    assert_eq!((count.stood_in, count.refused, count.failed), (3, 1, 1));
    assert_eq!(
        heard.so_far(),
        [
            "failed, a fallback stands in",
            "refused, a fallback stands in",
            "failed, a fallback stands in",
            "the fallback failed, too",
        ]
    );
}

#[test]
fn a_failing_answer_has_a_stand_in_as_well() {
    let stand_in = |failed: Result<http::Response<String>, Error<Infallible>>| {
        let status = failed.expect("an answer").status();
        Ok(http::Response::new(format!("in place of a {status}")))
    };
    let layer = layers::fallback(stand_in);
    let mut service = layer.layer(layers::wrap().layer(statuses([503, 404])));
    let mut body = || {
        let answer = now(call(&mut service, http::Request::new(()))).expect("an answer");
        (answer.status().as_u16(), answer.into_body())
    };
    assert_eq!(body(), (200, "in place of a 503 Service Unavailable".into()));
    assert_eq!(body(), (404, String::new()));
}

#[test]
fn layers_of_one_name_are_counted_as_one() {
    for _ in 0..3 {
        let layer = layers::fallback(|_: Result<(), Fault>| Ok(())).errors_only();
        let mut service = layer
            .named("tower::one name")
            .layer(at_once(|()| Err::<(), _>(Fault::timed_out("db", SECOND))));
        assert_eq!(now(call(&mut service, ())), Ok(()));
    }
    let count = fallback::count("tower::one name");
    assert_eq!((count.stood_in, count.refused), (3, 0));
    let all = fallback::counts();
    assert_eq!(all.iter().filter(|(name, _)| *name == "tower::one name").count(), 1);
}
