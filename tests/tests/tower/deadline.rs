//! Deadlines that come with a request, and go along with one.

use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use dyno::deadline::HEADER;
use dyno::{Deadline, Fault, Reason, clock, tower as layers};
use http::{HeaderName, Request, Response};
use tower::{Layer, ServiceBuilder};

use crate::support::*;

fn request(deadline: Option<&str>) -> Request<()> {
    let mut request = Request::new(());
    if let Some(deadline) = deadline {
        request.headers_mut().insert(HEADER, deadline.parse().expect("a value"));
    }
    request
}

/// What is left in the call and in its future, as the text of an answer.
fn left() -> Strict<Request<()>, impl Future<Output = Result<Response<String>, Infallible>>> {
    let left = || Deadline::current().map(Deadline::remaining);
    Strict::new(move |_| {
        let in_call = left();
        poll_fn(move |_| {
            assert_eq!(in_call, left());
            Poll::Ready(Ok(Response::new(format!("{in_call:?}"))))
        })
    })
}

fn answer(layer: &layers::DeadlineLayer, deadline: Option<&str>) -> (u16, String) {
    let answer = now(call(&mut layer.layer(left()), request(deadline))).expect("infallible");
    (answer.status().as_u16(), answer.into_body())
}

#[test]
fn a_request_is_answered_under_its_deadline() {
    let _frozen = clock::freeze().manual();
    let layer = layers::deadline();
    assert_eq!(answer(&layer, None), (200, "None".into()));
    assert_eq!(answer(&layer, Some("250m")), (200, "Some(250ms)".into()));
    assert_eq!(answer(&layer, Some("99999999H")), (200, "None".into()), "never");
    assert_eq!(Deadline::current(), None);
    Deadline::within(100 * MS, || {
        assert_eq!(answer(&layer, Some("250m")), (200, "Some(100ms)".into()), "none is longer");
        assert_eq!(answer(&layer, Some("50m")), (200, "Some(50ms)".into()));
    });
}

#[test]
fn what_is_spent_is_answered_at_once() {
    let frozen = clock::freeze().manual();
    let inner = left();
    let seen = inner.seen.clone();
    let heard = hear("tower::spent");
    let mut service = layers::deadline().named("tower::spent").layer(inner);
    let answer = now(call(&mut service, request(Some("0n")))).expect("infallible");
    assert_eq!(answer.status(), 504);
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(answer.into_body(), "the deadline of the request has passed");
    let spent = Deadline::after(MS);
    frozen.advance(MS);
    let answer = spent.run(|| now(call(&mut service, request(Some("1H"))))).expect("infallible");
    assert_eq!((answer.status().as_u16(), seen.calls()), (504, 0));
    assert_eq!(heard.so_far(), ["rejected: tower::spent: the deadline is spent"; 2]);
}

#[test]
fn what_is_late_is_dropped_and_answered() {
    let frozen = clock::freeze().manual();
    let dropped = Arc::new(AtomicU32::new(0));
    let heard = hear("tower::deadline");
    let drops = dropped.clone();
    let layer = layers::deadline().named("tower::deadline");
    let mut service = layer.layer(Strict::new(move |_| {
        let held = Dropped(drops.clone());
        async move {
            let _held = held;
            pending::<Result<Response<String>, Infallible>>().await
        }
    }));
    let mut asked = call(&mut service, request(Some("250m")));
    assert!(poll(&mut asked).is_pending());
    frozen.advance(250 * MS);
    let Poll::Ready(Ok(answer)) = poll(&mut asked) else { panic!("it is late") };
    assert_eq!((answer.status().as_u16(), dropped.load(Ordering::Relaxed)), (504, 1));
    assert_eq!(heard.so_far(), ["timed out after 250.0ms, the limit being 250ms"]);

    let mut cancelled = call(&mut service, request(Some("250m")));
    assert!(poll(&mut cancelled).is_pending());
    drop(cancelled);
    assert_eq!((frozen.sleepers(), dropped.load(Ordering::Relaxed)), (0, 2));
}

#[test]
fn a_header_that_is_no_deadline_is_told() {
    let layer = layers::deadline();
    for wrong in ["", "250", "250ms", "-1S", "soon", "1.5S"] {
        let (status, text) = answer(&layer, Some(wrong));
        assert_eq!(
            (status, text),
            (
                400,
                format!(
                    "dyno-timeout: no deadline: {wrong:?}; it is one to eight digits and a unit of \
                     H, M, S, m, u, n, such as \"250m\""
                )
            )
        );
    }
    let mut request = Request::new(());
    let bytes = http::HeaderValue::from_bytes(b"\xff1S").expect("a value");
    request.headers_mut().insert(HEADER, bytes);
    let answer = now(call(&mut layer.layer(left()), request)).expect("infallible");
    assert_eq!(answer.into_body(), "dyno-timeout: no deadline: it is not even text");
}

#[test]
fn nobody_gets_more_time_than_the_server_gives() {
    let _frozen = clock::freeze().manual();
    let layer = layers::deadline().at_most(SECOND);
    assert_eq!(answer(&layer, None), (200, "Some(1s)".into()));
    assert_eq!(answer(&layer, Some("2S")), (200, "Some(1s)".into()));
    assert_eq!(answer(&layer, Some("500m")), (200, "Some(500ms)".into()));
    let grpc = layers::deadline().header(HeaderName::from_static("grpc-timeout"));
    assert_eq!(answer(&grpc, Some("500m")), (200, "None".into()));
    let mut request = request(Some("nonsense"));
    request.headers_mut().insert("grpc-timeout", "2S".parse().expect("a value"));
    let answer = now(call(&mut grpc.layer(left()), request)).expect("infallible");
    assert_eq!(answer.into_body(), "Some(2s)");
}

/// The header that a request has, as the text of an answer.
fn echo(
    header: &'static str,
) -> Strict<Request<()>, std::future::Ready<Result<Response<String>, Infallible>>> {
    at_once(move |request: Request<()>| {
        let value = request.headers().get(header).map(|value| value.to_str().expect("text"));
        Ok(Response::new(format!("{value:?}")))
    })
}

#[test]
fn a_request_takes_along_what_is_left() {
    let frozen = clock::freeze().manual();
    let layer = layers::deadline_out();
    let mut service = layer.layer(layers::wrap().layer(echo(HEADER)));
    let mut sent = |request| now(call(&mut service, request)).map(Response::into_body);
    assert_eq!(sent(request(None)), Ok("None".into()));
    assert_eq!(sent(request(Some("7S"))), Ok("Some(\"7S\")".into()), "by hand");
    let deadline = Deadline::after(250 * MS);
    deadline.run(|| {
        frozen.advance(50 * MS);
        assert_eq!(sent(request(None)), Ok("Some(\"200000u\")".into()));
        assert_eq!(sent(request(Some("7S"))), Ok("Some(\"200000u\")".into()), "one in force holds");
        frozen.advance(200 * MS);
        let refused = sent(request(None)).expect_err("spent");
        assert_eq!(refused.fault().and_then(Fault::reason), Some(Reason::DeadlineSpent));
    });
    let mut grpc = layer
        .header(HeaderName::from_static("grpc-timeout"))
        .layer(layers::wrap().layer(echo("grpc-timeout")));
    let sent = Deadline::within(SECOND, || now(call(&mut grpc, request(None))));
    assert_eq!(sent.expect("an answer").into_body(), "Some(\"1000000u\")");
}

#[test]
fn a_limit_further_out_is_sent_along_and_less_by_every_attempt() {
    let frozen = clock::freeze();
    let sent = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = sent.clone();
    let stack = ServiceBuilder::new()
        .layer(layers::timeout(SECOND))
        .layer(layers::retry(dyno::retry::Retry::new(3).delay(300 * MS)))
        .layer(layers::deadline_out())
        .layer(layers::wrap());
    let mut service = stack.service(at_once(move |request: Request<()>| {
        let value = request.headers()[HEADER].to_str().expect("text").to_owned();
        seen.lock().unwrap().push(value);
        Ok::<_, Infallible>(Response::builder().status(503).body(()).expect("an answer"))
    }));
    assert_eq!(block_on(call(&mut service, Request::new(()))).expect("an answer").status(), 503);
    assert_eq!(*sent.lock().unwrap(), ["1000000u", "700000u", "400000u"]);
    drop(frozen);
}

#[test]
fn of_a_request_from_one_hop_less_is_left_at_the_next() {
    let frozen = clock::freeze().manual();
    // client -> deadline_out -> [deadline -> deadline_out] -> [deadline]
    let last = layers::deadline().layer(left());
    let middle = ServiceBuilder::new().layer(layers::deadline_out()).layer(layers::wrap());
    let middle = layers::deadline().layer(middle.service(last));
    let first = ServiceBuilder::new().layer(layers::deadline_out()).layer(layers::wrap());
    let mut first = first.service(middle);
    let deadline = Deadline::after(SECOND);
    frozen.advance(400 * MS);
    let answer = deadline.run(|| now(call(&mut first, request(Some("9S")))));
    let answer = answer.expect("an answer");
    assert_eq!(answer.into_body(), "Some(600ms)");
}
