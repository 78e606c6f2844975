//! Retries of a service.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use dyno::breaker::Breaker;
use dyno::retry::{Budget, Retry};
use dyno::{Deadline, Error, Fault, Reason, Verdict, clock, tower as layers};
use tower::{Layer, ServiceBuilder};
use tower_test::mock;

use crate::support::*;

const THREE: Retry = Retry::new(3);

/// A request that counts how often it is cloned.
#[derive(Debug)]
struct Counted(Arc<AtomicU32>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.0.fetch_add(1, Ordering::Relaxed);
        Self(self.0.clone())
    }
}

/// How often a request, and the service, are cloned by a call of which so many attempts fail.
fn clones(retry: Retry, failing: u32) -> (bool, u32, u32) {
    let (copies, left) = (Arc::new(AtomicU32::new(0)), AtomicU32::new(failing));
    let inner = at_once(move |_: Counted| {
        let fails = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        if fails.is_ok() { Err::<(), BoxError>("down".into()) } else { Ok(()) }
    });
    let seen = inner.seen.clone();
    let mut service = layers::retry(retry).errors_only().layer(inner);
    let went_well = now(call(&mut service, Counted(copies.clone()))).is_ok();
    assert_eq!(seen.calls(), (failing + 1).min(seen.calls()));
    (went_well, copies.load(Ordering::Relaxed), seen.clones())
}

#[test]
fn a_request_is_cloned_only_where_another_attempt_may_follow() {
    assert_eq!(clones(Retry::new(1), 0), (true, 0, 0));
    assert_eq!(clones(Retry::new(1), 1), (false, 0, 0));
    assert_eq!(clones(THREE, 0), (true, 1, 1));
    assert_eq!(clones(THREE, 1), (true, 2, 2));
    assert_eq!(clones(THREE, 2), (true, 2, 3), "the last attempt takes the last copy");
    assert_eq!(clones(THREE, 3), (false, 2, 3));
}

#[test]
fn within_a_further_attempt_of_another_retry_nothing_is_cloned_nor_tried_again() {
    let (copies, calls) = (Arc::new(AtomicU32::new(0)), AtomicU32::new(0));
    let inner = at_once(|_: Counted| Err::<(), BoxError>("down".into()));
    let seen = inner.seen.clone();
    let service = layers::retry(THREE).errors_only().layer(inner);
    let outer = dyno::retry::retry(2).run_async(|| {
        calls.fetch_add(1, Ordering::Relaxed);
        let (mut service, request) = (service.clone(), Counted(copies.clone()));
        async move { call(&mut service, request).await }
    });
    assert!(now(outer).is_err());
    assert_eq!((calls.load(Ordering::Relaxed), seen.calls()), (2, 3 + 1));
    assert_eq!(copies.load(Ordering::Relaxed), 2, "those of the first three");
}

#[test]
fn attempts_of_layers_do_not_multiply() {
    let inner = at_once(|()| Err::<(), BoxError>("down".into()));
    let seen = inner.seen.clone();
    let stack = ServiceBuilder::new()
        .layer(layers::retry(THREE).errors_only())
        .layer(layers::retry(THREE).errors_only());
    assert!(now(call(&mut stack.service(inner), ())).is_err());
    assert_eq!(seen.calls(), 3 + 1 + 1);
}

#[test]
fn a_request_that_cannot_be_copied_is_not_tried_again() {
    struct Stream;
    let heard = hear("tower::stream");
    let inner = at_once(|_: Stream| Err::<(), BoxError>("down".into()));
    let seen = inner.seen.clone();
    let layer = layers::retry(THREE).errors_only().named("tower::stream");
    let mut service = layer.copying(|_: &Stream| None).layer(inner);
    assert_eq!(now(call(&mut service, Stream)).expect_err("down").to_string(), "down");
    assert_eq!(seen.calls(), 1);
    assert_eq!(heard.so_far(), ["gave up after 1 attempt: it cannot be done twice"]);

    let inner = at_once(|_: Stream| Err::<(), BoxError>("down".into()));
    let seen = inner.seen.clone();
    let once = Arc::new(AtomicU32::new(0));
    let copy = move |_: &Stream| (once.fetch_add(1, Ordering::Relaxed) == 0).then_some(Stream);
    let mut service = layers::retry(THREE).errors_only().copying(copy).layer(inner);
    assert!(now(call(&mut service, Stream)).is_err());
    assert_eq!(seen.calls(), 2, "copied once");
}

/// The contract of tower: every clone is made ready before it is called, and only what is ready is.
#[test]
fn every_attempt_is_made_by_a_service_that_was_made_ready_for_it() {
    let (mut service, mut handle) =
        mock::spawn_layer::<&str, &str, _>(layers::retry(THREE).errors_only());
    let mut asked = call(service.get_mut(), "price");
    assert!(poll(&mut asked).is_pending());
    handle.allow(0);
    next(&mut handle).1.send_error("down");
    assert!(poll(&mut asked).is_pending(), "not ready");
    assert!(is_idle(&mut handle));
    handle.allow(1);
    assert!(poll(&mut asked).is_pending());
    next(&mut handle).1.send_response("995");
    assert_eq!(now(asked).expect("the second"), "995");
}

#[test]
fn a_service_that_does_not_become_ready_has_failed() {
    let (mut service, mut handle) =
        mock::spawn_layer::<&str, &str, _>(layers::retry(THREE).errors_only());
    let mut asked = call(service.get_mut(), "price");
    let first = next(&mut handle).1;
    first.send_error("down");
    handle.send_error("no connection");
    assert!(poll(&mut asked).is_pending(), "the third attempt, after the second was not ready");
    next(&mut handle).1.send_response("995");
    assert_eq!(now(asked).expect("the third"), "995");

    let mut asked = call(service.get_mut(), "price");
    drop(handle);
    let error = now(&mut asked).expect_err("gone");
    assert!(error.to_string().contains("closed"), "{error}");
}

#[test]
fn no_attempt_is_made_before_the_answer_says_so() {
    let frozen = clock::freeze().manual();
    let inner = at_once({
        let calls = AtomicU32::new(0);
        move |_: http::Request<()>| {
            let status = if calls.fetch_add(1, Ordering::Relaxed) == 0 { 503 } else { 200 };
            let answer = http::Response::builder().status(status).header("retry-after", "2");
            Ok::<_, BoxError>(answer.body(()).expect("a response"))
        }
    });
    let seen = inner.seen.clone();
    let mut service = layers::retry(THREE.delay(5 * MS)).layer(inner);
    let mut asked = call(&mut service, http::Request::new(()));
    assert!(poll(&mut asked).is_pending());
    frozen.advance(1999 * MS);
    assert!(poll(&mut asked).is_pending());
    assert_eq!(seen.calls(), 1);
    frozen.advance(MS);
    assert_eq!(now(asked).expect("there").status(), 200);

    // Where there is no time for it, the answer is the last.
    let mut service = layers::retry(THREE).layer(at_once(|_: http::Request<()>| {
        let answer = http::Response::builder().status(429).header("retry-after", "2");
        Ok::<_, BoxError>(answer.body(()).expect("a response"))
    }));
    let answer = Deadline::within(SECOND, || now(call(&mut service, http::Request::new(()))));
    assert_eq!(answer.expect("an answer").status(), 429);
}

#[test]
fn statuses_decide_and_can_be_chosen() {
    let answered = |layer: layers::RetryLayer| {
        let mut service = layer.layer(layers::wrap().layer(statuses([503, 503])));
        now(call(&mut service, http::Request::new(()))).expect("an answer").status()
    };
    assert_eq!(answered(layers::retry(THREE)), 200);
    assert_eq!(answered(layers::retry(Retry::new(2))), 503, "the last is returned as it is");
    let inner = statuses([404, 503]);
    let (seen, layer) = (inner.seen.clone(), layers::retry(THREE));
    let layer = layer.failing_status(|status| status == 404);
    let mut service = layer.layer(layers::wrap().layer(inner));
    let answer = now(call(&mut service, http::Request::new(()))).expect("an answer");
    assert_eq!((answer.status().as_u16(), seen.calls()), (503, 2));
}

#[test]
fn a_judge_may_ignore_an_outcome() {
    let inner = at_once(|()| Err::<(), BoxError>("not found".into()));
    let seen = inner.seen.clone();
    let judged = layers::retry(THREE).judge(|_: &Result<(), BoxError>| Verdict::Ignored);
    assert!(now(call(&mut judged.layer(inner), ())).is_err());
    assert_eq!(seen.calls(), 1);
}

#[test]
fn what_dyno_has_turned_away_is_not_tried_again_unless_that_is_said() {
    let frozen = clock::freeze();
    let breaker = Arc::new(Breaker::new("tower::turned away"));
    let attempts = |retry: Retry| {
        let inner = at_once(|()| Ok::<_, Infallible>(()));
        let stack = ServiceBuilder::new()
            .layer(layers::retry(retry).errors_only())
            .layer(layers::breaker(breaker.clone()).errors_only())
            .layer(layers::wrap());
        let mut service = stack.service(inner);
        (clock::now(), block_on(call(&mut service, ())))
    };
    breaker.trip();
    let (begun, outcome) = attempts(THREE);
    let Err(Error::Fault(fault)) = outcome else { panic!("it is open") };
    assert_eq!((fault.reason(), begun.elapsed()), (Some(Reason::BreakerOpen), Duration::ZERO));
    let (begun, outcome) = attempts(THREE.rejected());
    assert!(outcome.is_ok(), "when the breaker lets it pass");
    assert_eq!(begun.elapsed(), 60 * SECOND);
    drop(frozen);
}

#[test]
fn further_attempts_are_paid_for_out_of_the_budget() {
    static BUDGET: Budget = Budget::new().share(0.0).reserve(0).capacity(1);
    let inner = at_once(|()| Err::<(), BoxError>("down".into()));
    let seen = inner.seen.clone();
    let mut service = layers::retry(THREE.budget(&BUDGET)).errors_only().layer(inner);
    assert!(now(call(&mut service, ())).is_err());
    assert_eq!((seen.calls(), BUDGET.snapshot().refused), (2, 1));
}

#[test]
fn a_call_that_is_dropped_in_a_pause_makes_no_further_attempt() {
    let frozen = clock::freeze().manual();
    let dropped = Arc::new(AtomicU32::new(0));
    let inner = at_once({
        let dropped = dropped.clone();
        move |()| Err::<(), _>(Error::Inner(Told(Dropped(dropped.clone()))))
    });
    let seen = inner.seen.clone();
    let mut service = layers::retry(THREE.delay(SECOND)).errors_only().layer(inner);
    let mut asked = call(&mut service, ());
    assert!(poll(&mut asked).is_pending());
    assert_eq!(dropped.load(Ordering::Relaxed), 1, "the failure is let go before the pause");
    assert_eq!(frozen.sleepers(), 1);
    drop(asked);
    assert_eq!(frozen.sleepers(), 0);
    frozen.advance(5 * SECOND);
    assert_eq!(seen.calls(), 1);
}

/// An error that tells when it is dropped.
struct Told(#[expect(dead_code, reason = "it is held")] Dropped);

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Told")
    }
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("told")
    }
}

#[test]
fn what_happens_is_told_under_the_name() {
    let heard = hear("tower::named retry");
    let layer = layers::retry(Retry::new(2)).errors_only().named("tower::named retry");
    let mut service = layer.layer(at_once(|()| Err::<(), BoxError>("down".into())));
    assert!(now(call(&mut service, ())).is_err());
    assert_eq!(
        heard.so_far(),
        ["attempt 1 failed, trying again at once", "gave up after 2 attempts: no more are allowed"]
    );
}

#[test]
fn a_panic_ends_the_retry_and_leaves_no_mark() {
    let calls = AtomicU32::new(0);
    let mut service = layers::retry(THREE).errors_only().layer(Strict::new(move |()| {
        let attempt = calls.fetch_add(1, Ordering::Relaxed);
        poll_fn(move |_| -> Poll<Result<(), BoxError>> {
            assert!(attempt == 0, "the second panics");
            Poll::Ready(Err("down".into()))
        })
    }));
    let mut asked = call(&mut service, ());
    assert!(panics(|| poll(&mut asked)));
    drop(asked);
    // A mark that were left would keep this from trying again.
    let mut made = 0;
    let _: Option<()> = dyno::retry::retry(2).run(|| {
        made += 1;
        None
    });
    assert_eq!(made, 2);
}

#[test]
fn the_fault_of_a_limit_within_is_a_time_out() {
    let _frozen = clock::freeze();
    let stack = ServiceBuilder::new()
        .layer(layers::retry(THREE).errors_only())
        .layer(layers::timeout(SECOND))
        .layer(layers::wrap());
    let inner = Strict::new(|()| std::future::pending::<Result<(), Infallible>>());
    let seen = inner.seen.clone();
    let start = clock::now();
    let late = block_on(call(&mut stack.service(inner), ())).expect_err("late");
    assert!(late.fault().is_some_and(Fault::is_timed_out));
    assert_eq!((seen.calls(), start.elapsed()), (3, 3 * SECOND));
}
