//! Faults as answers.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use dyno::{Error, Fault, InjectError, Reason, tower as layers};
use http::Request;
use http_body_util::BodyExt;
use tower::{Layer, ServiceBuilder};

use crate::support::*;

fn told(answer: impl IntoResponse) -> (u16, Option<String>, String) {
    let answer = answer.into_response();
    let after = answer.headers().get("retry-after");
    let after = after.map(|after| after.to_str().expect("digits").to_owned());
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    let status = answer.status().as_u16();
    let body = now(answer.into_body().collect()).expect("a body").to_bytes();
    (status, after, String::from_utf8(body.to_vec()).expect("text"))
}

fn rejected(reason: Reason, after: Option<Duration>) -> Fault {
    Fault::rejected("db-7.internal", reason, after)
}

#[test]
fn every_refusal_has_its_status() {
    use Reason::*;
    for (reason, status) in [
        (BreakerOpen, 503),
        (ForcedOpen, 503),
        (Recovering, 503),
        (HalfOpenBusy, 503),
        (FuseOff, 503),
        (BulkheadFull, 503),
        (RateLimited, 429),
        (BudgetSpent, 503),
        (Shed, 503),
        (DeadlineSpent, 503),
    ] {
        let (told, after, text) = told(rejected(reason, None));
        assert_eq!((told, after), (status, None), "{reason}");
        assert!(!text.contains("db-7") && text.ends_with('\n'), "{text}");
    }
    let late = told(Fault::timed_out("db-7.internal", SECOND));
    assert_eq!(late, (504, None, "it took too long\n".into()));
}

#[test]
fn retry_after_is_in_whole_seconds_rounded_up() {
    let after = |after| told(rejected(Reason::BreakerOpen, Some(after))).1;
    assert_eq!(after(Duration::ZERO).as_deref(), Some("0"));
    assert_eq!(after(Duration::from_nanos(1)).as_deref(), Some("1"));
    assert_eq!(after(SECOND).as_deref(), Some("1"));
    assert_eq!(after(1001 * MS).as_deref(), Some("2"));
    assert_eq!(after(Duration::MAX).as_deref(), Some("18446744073709551615"));
}

#[test]
fn a_mistake_of_the_program_is_no_reason_to_come_back() {
    let (status, after, text) = told(Fault::from(inject_error()));
    assert_eq!((status, after), (500, None), "{text}");
    assert_eq!(text, "something is wrong with this server\n");
}

/// That of a dependency that cannot be built.
fn inject_error() -> InjectError {
    fn open() -> Result<u8, std::io::Error> {
        Err(std::io::Error::other("secret password rejected"))
    }
    #[dyno::inject(db = open)]
    fn uses(db: &u8) -> Result<u8, Fault> {
        Ok(*db)
    }
    match uses() {
        Err(Fault::Inject(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn of_an_error_its_own_answer_is_sent() {
    let inner: Error<(http::StatusCode, &str)> = Error::Inner((http::StatusCode::GONE, "gone"));
    assert_eq!(told(inner), (410, None, "gone".into()));
    let fault: Error<Infallible> = rejected(Reason::RateLimited, Some(SECOND)).into();
    assert_eq!(told(fault), (429, Some("1".into()), "too many requests\n".into()));
}

#[test]
fn a_service_that_answers_never_fails() {
    let breaker = std::sync::Arc::new(dyno::breaker::Breaker::new("tower::answers"));
    breaker.trip();
    let stack = ServiceBuilder::new()
        .layer(layers::answer())
        .layer(layers::breaker(breaker))
        .layer(layers::wrap());
    let mut service = stack.service(at_once(|_: Request<Body>| {
        Ok::<_, Infallible>(Response::new(Body::from("fine")))
    }));
    let answer = now(call(&mut service, Request::new(Body::empty())));
    assert_eq!(told(answer.expect("an answer")).0, 503);
}

#[test]
fn what_cannot_become_ready_is_an_answer_as_well() {
    #[derive(Clone)]
    struct Never;
    impl tower::Service<()> for Never {
        type Response = &'static str;
        type Error = Fault;
        type Future = std::future::Ready<Result<&'static str, Fault>>;
        fn poll_ready(
            &mut self,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), Fault>> {
            std::task::Poll::Ready(Err(rejected(Reason::Shed, None)))
        }
        fn call(&mut self, (): ()) -> Self::Future {
            unreachable!("it is not ready")
        }
    }
    let answer = now(call(&mut layers::answer().layer(Never), ()));
    assert_eq!(told(answer.expect("an answer")).0, 503);

    let mut slow = at_once(|()| Ok::<_, Fault>("fine"));
    slow.pending = 2;
    let mut service = layers::answer().layer(slow);
    let mut asked = call(&mut service, ());
    assert!(poll(&mut asked).is_pending() && poll(&mut asked).is_pending());
    assert_eq!(told(now(asked).expect("an answer")), (200, None, "fine".into()));
}
