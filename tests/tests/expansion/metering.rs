//! `#[metrics]`: on any function, and wherever it stands among others.

use std::convert::Infallible;
use std::fmt::Display;
use std::future::{Future, pending};
use std::ops::ControlFlow;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use super::{E, Tries, block_on, sendable};
use dyno::breaker::{Breaker, Fuse};
use dyno::metrics::{Counts, Metrics, Rejections};
use dyno::{
    Fault, Reason, aspect, breaker, clock, fallback, fuse, inject, metrics, retry, timeout,
};

/// Successes, failures, ignored, rejected.
fn seen(name: &str) -> [u64; 4] {
    let snapshot = metrics::of(name).expect("it was called");
    assert_eq!(snapshot.in_flight, 0, "{name}");
    let Counts { successes, failures, ignored, rejected, .. } = snapshot.total;
    [successes, failures, ignored, rejected.total()]
}

fn rejected(name: &str) -> Rejections {
    metrics::of(name).expect("it was called").total.rejected
}

#[metrics(name = "metering.result")]
fn result(fails: bool) -> Result<u8, E> {
    if fails {
        return Err(E::Bad);
    }
    let one = Ok::<_, E>(1)?;
    Ok(one)
}
#[metrics(name = "metering.option")]
fn option(there: Option<&str>) -> Option<&str> {
    there
}
#[metrics(name = "metering.flow")]
fn flow(ends: bool) -> ControlFlow<u8> {
    if ends { ControlFlow::Break(1) } else { ControlFlow::Continue(()) }
}
#[metrics(name = "metering.plain")]
fn plain(number: &mut u8) -> &mut u8 {
    *number += 1;
    number
}
#[metrics(name = "metering.unit")]
fn unit(_: &str) {}
#[metrics(name = "metering.generic")]
fn generic<T: Clone>(value: &T) -> T {
    value.clone()
}
#[metrics(name = "metering.impl")]
fn opaque(number: u8) -> impl Display {
    number
}
#[metrics(name = "metering.never")]
fn never_fails() -> Result<u8, Infallible> {
    Ok(1)
}

#[test]
fn calls_of_any_type_are_counted() {
    assert_eq!((result(false), result(true)), (Ok(1), Err(E::Bad)));
    assert_eq!(seen("metering.result"), [1, 1, 0, 0]);
    assert_eq!((option(Some("x")), option(None), option(None)), (Some("x"), None, None));
    assert_eq!(seen("metering.option"), [1, 2, 0, 0]);
    assert_eq!((flow(true), flow(false)), (ControlFlow::Break(1), ControlFlow::Continue(())));
    assert_eq!(seen("metering.flow"), [1, 1, 0, 0]);
    let mut number = 1;
    *plain(&mut number) += 1;
    assert_eq!((number, seen("metering.plain")), (3, [1, 0, 0, 0]));
    unit("x");
    assert_eq!(seen("metering.unit"), [1, 0, 0, 0]);
    // A type that is known only to its caller is not asked whether it stands for a failure.
    assert_eq!(generic(&Err::<u8, _>("down")), Err("down"));
    assert_eq!(seen("metering.generic"), [1, 0, 0, 0]);
    assert_eq!(opaque(3).to_string(), "3");
    assert_eq!(seen("metering.impl"), [1, 0, 0, 0]);
    assert_eq!((never_fails(), seen("metering.never")), (Ok(1), [1, 0, 0, 0]));
}

#[metrics(name = "metering.async")]
async fn later<'a>(text: &'a str, wait: bool) -> Result<&'a str, E> {
    if wait {
        pending::<()>().await;
    }
    Ok(text)
}
#[metrics(name = "metering.async_plain")]
async fn later_plain(number: u8) -> u8 {
    number
}

#[test]
fn a_future_that_is_dropped_was_cancelled() {
    assert_eq!(block_on(sendable(later("x", false))), Ok("x"));
    assert_eq!(block_on(sendable(later_plain(2))), 2);
    assert_eq!(seen("metering.async_plain"), [1, 0, 0, 0]);
    {
        let mut waiting = pin!(later("x", true));
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(metrics::of("metering.async").map(|seen| seen.in_flight), Some(1));
    }
    // One that was never polled has not begun.
    drop(later("x", true));
    assert_eq!(seen("metering.async"), [1, 0, 1, 0]);
    assert_eq!(metrics::of("metering.async").map(|seen| seen.total.cancelled), Some(1));
}

struct Shop(u8);
impl Shop {
    #[metrics]
    fn sell(&mut self) -> Result<u8, E> {
        self.0 = self.0.checked_sub(1).ok_or(E::Bad)?;
        Ok(self.0)
    }

    #[metrics]
    async fn ask(&self) -> Option<u8> {
        Some(self.0)
    }
}

#[test]
fn methods_are_counted_under_their_path() {
    let mut shop = Shop(1);
    assert_eq!((shop.sell(), shop.sell(), block_on(shop.ask())), (Ok(0), Err(E::Bad), Some(0)));
    assert_eq!(seen(concat!(module_path!(), "::Shop::sell")), [1, 1, 0, 0]);
    assert_eq!(seen(concat!(module_path!(), "::Shop::ask")), [1, 0, 0, 0]);
}

static SHARED: Metrics = Metrics::new("metering.shared").untimed();
#[metrics(SHARED)]
fn one() -> Option<u8> {
    Some(1)
}
#[metrics("metering.shared")]
fn another(fails: bool) -> Result<u8, E> {
    if fails { Err(E::Bad) } else { Ok(1) }
}
#[metrics("metering.shared", latency = off)]
fn a_third() {}

#[test]
fn functions_may_count_together() {
    assert_eq!((one(), another(true), another(false)), (Some(1), Err(E::Bad), Ok(1)));
    a_third();
    assert_eq!(seen("metering.shared"), [3, 1, 0, 0]);
    assert_eq!(SHARED.snapshot().latency.count(), 2, "of those that take the time");
}

#[metrics(name = "metering.only", only = E::Worse(500..))]
fn only(status: u16) -> Result<(), E> {
    Err(E::Worse(status))
}
#[metrics(name = "metering.except", except = E::Worse(status) if *status < 500)]
fn except(status: u16) -> Result<(), E> {
    Err(E::Worse(status))
}
#[metrics(name = "metering.except_if", except_if = |error| *error == E::Bad)]
async fn except_if(error: E) -> Result<(), E> {
    Err(error)
}

#[test]
fn excluded_failures_count_neither_way() {
    assert!(only(404).is_err() && only(503).is_err());
    assert_eq!(seen("metering.only"), [0, 1, 1, 0]);
    assert!(except(404).is_err() && except(503).is_err());
    assert_eq!(seen("metering.except"), [0, 1, 1, 0]);
    assert!(block_on(except_if(E::Bad)).is_err() && block_on(except_if(E::Worse(1))).is_err());
    assert_eq!(seen("metering.except_if"), [0, 1, 1, 0]);
    assert_eq!(metrics::of("metering.except_if").map(|seen| seen.total.cancelled), Some(0));
}

#[metrics(name = "metering.panics")]
fn panics(text: &str) -> u8 {
    text.parse().expect("a number")
}

#[test]
fn a_panic_is_a_failure_and_passes_through() {
    assert_eq!(panics("3"), 3);
    let panic = std::panic::catch_unwind(|| panics("x")).expect_err("it panics");
    let message = panic.downcast_ref::<String>().expect("a message");
    assert!(message.starts_with("a number"), "{message}");
    assert_eq!(seen("metering.panics"), [1, 1, 0, 0]);
    assert_eq!(metrics::of("metering.panics").map(|seen| seen.total.panics), Some(1));
}

static DOWN: Breaker = Breaker::new("metering.down").fail_max(1);

#[metrics(name = "metering.above_retry")]
#[retry(3)]
fn above_retry(tries: &Tries) -> Result<u32, E> {
    tries.fail(2)
}
#[retry(3)]
#[metrics(name = "metering.below_retry")]
fn below_retry(tries: &Tries) -> Result<u32, E> {
    tries.fail(2)
}

#[test]
fn above_a_retry_calls_are_counted_and_below_it_attempts() {
    assert_eq!(above_retry(&Tries::new()), Ok(3));
    assert_eq!(seen("metering.above_retry"), [1, 0, 0, 0]);
    let told = metrics::of("metering.above_retry").expect("it was called").total.policies;
    assert_eq!((told.retried, told.recovered, told.gave_up), (2, 1, 0));
    assert_eq!(below_retry(&Tries::new()), Ok(3));
    assert_eq!(seen("metering.below_retry"), [1, 2, 0, 0]);
}

/// An error that no fault can become.
#[derive(Debug, PartialEq)]
struct Own;

#[metrics("metering.answers")]
#[fallback(|_| Ok(0))]
#[metrics("metering.calls")]
#[breaker(DOWN)]
fn answered(fails: bool) -> Result<u8, Own> {
    if fails { Err(Own) } else { Ok(1) }
}

#[test]
fn above_a_fallback_answers_are_counted_and_below_it_calls() {
    assert_eq!(answered(false), Ok(1));
    assert_eq!(answered(true), Ok(0));
    assert_eq!(answered(false), Ok(0), "the breaker is open");
    assert_eq!(seen("metering.answers"), [3, 0, 0, 0]);
    assert_eq!(seen("metering.calls"), [1, 1, 0, 1]);
    assert_eq!(rejected("metering.calls").breaker_open, 1);
    // Under its own name the breaker tells that it opened and whom it turned away.
    let down = metrics::of("metering.down").expect("it told");
    assert_eq!((down.total.policies.opened, down.total.policies.rejected.breaker_open), (1, 1));
    assert_eq!((down.total.calls(), down.short_circuits()), (0, 1));
    let name = concat!(module_path!(), "::answered");
    let told = metrics::of(name).expect("the fallback told").total.policies;
    assert_eq!((told.fallback_failure, told.fallback_refused), (1, 1));
}

static OFF: Fuse = Fuse::new("metering.off").off();

#[metrics(name = "metering.chain")]
#[fallback([Err(E::Worse(1)), Ok(7)])]
#[fuse(OFF)]
fn chain() -> Result<u8, E> {
    Ok(1)
}
#[metrics(name = "metering.for_some")]
#[fallback(only = E::Bad, with = Ok(7))]
#[fuse(OFF)]
fn for_some() -> Result<u8, E> {
    Ok(1)
}
#[timeout(1s)]
#[fallback([Err(E::Worse(1)), Ok(7)])]
#[fuse(OFF)]
async fn within_a_limit() -> Result<u8, E> {
    Ok(1)
}

#[test]
fn a_chain_of_fallbacks_sees_refusals() {
    assert_eq!(chain(), Ok(7));
    assert_eq!(seen("metering.chain"), [1, 0, 0, 0]);
    assert!(matches!(for_some(), Err(E::Refused(_))));
    assert_eq!(seen("metering.for_some"), [0, 0, 0, 1]);
    assert_eq!(block_on(within_a_limit()), Ok(7), "whoever takes refusals further out");
}

#[metrics(name = "metering.retry_stops")]
#[retry(3)]
#[fuse(OFF)]
fn retry_stops() -> Result<u8, E> {
    Ok(1)
}
#[metrics(name = "metering.retry_goes_on")]
#[retry(3, rejected = retry)]
#[fuse(OFF)]
fn retry_goes_on() -> Result<u8, E> {
    Ok(1)
}
#[retry(3, rejected = retry)]
#[metrics(name = "metering.each_refusal")]
#[fuse(OFF)]
fn each_refusal() -> Option<u8> {
    Some(1)
}
#[metrics(name = "metering.wrapped", wrap)]
#[fuse(OFF)]
async fn wrapped() -> Result<u8, Own> {
    Err(Own)
}
fn plainly<R>(_: &aspect::JoinPoint<'_>, call: impl FnOnce() -> R) -> R {
    call()
}
#[metrics(name = "metering.hidden")]
#[aspect(around = plainly)]
#[fuse(OFF)]
fn hidden() -> Result<u8, E> {
    Ok(1)
}

#[test]
fn a_refusal_is_rejected_and_no_failure() {
    assert!(matches!(retry_stops(), Err(E::Refused(_))));
    assert_eq!(seen("metering.retry_stops"), [0, 0, 0, 1]);
    assert_eq!(rejected("metering.retry_stops").fuse_off, 1);
    assert!(matches!(retry_goes_on(), Err(E::Refused(_))));
    assert_eq!(seen("metering.retry_goes_on"), [0, 0, 0, 1]);
    assert_eq!(each_refusal(), None);
    assert_eq!(seen("metering.each_refusal"), [0, 0, 0, 3]);
    assert!(matches!(block_on(wrapped()), Err(dyno::Error::Fault(_))));
    assert_eq!(seen("metering.wrapped"), [0, 0, 0, 1]);
    assert!(matches!(hidden(), Err(E::Refused(_))));
    assert_eq!(seen("metering.hidden"), [0, 0, 0, 1]);
    assert_eq!(rejected("metering.hidden").other, 1, "why, nobody can tell behind an aspect");
}

#[metrics(name = "metering.timed_out")]
#[timeout(50ms)]
async fn timed_out() -> Result<u8, Fault> {
    clock::sleep_async(Duration::from_secs(9)).await;
    Ok(1)
}
#[fallback(Ok(3))]
#[metrics(name = "metering.timed_out_below")]
#[timeout(50ms)]
async fn timed_out_below() -> Result<u8, Own> {
    clock::sleep_async(Duration::from_secs(9)).await;
    Ok(1)
}
#[retry(2)]
#[metrics(name = "metering.timed_out_often")]
#[timeout(50ms)]
async fn timed_out_often() -> Result<u8, E> {
    clock::sleep_async(Duration::from_secs(9)).await;
    Ok(1)
}
#[timeout(50ms)]
#[metrics(name = "metering.cut_off")]
async fn cut_off() -> Result<u8, Fault> {
    clock::sleep_async(Duration::from_secs(9)).await;
    Ok(1)
}

#[test]
fn a_time_out_is_a_failure_above_and_a_cancelled_call_below() {
    let _frozen = clock::freeze();
    assert!(block_on(timed_out()).is_err_and(|fault| fault.is_timed_out()));
    assert_eq!(seen("metering.timed_out"), [0, 1, 0, 0]);
    let snapshot = metrics::of("metering.timed_out").expect("it was called");
    assert_eq!(
        (snapshot.thread_timeouts(), snapshot.latency.max()),
        (1, Duration::from_millis(50))
    );
    assert_eq!(block_on(timed_out_below()), Ok(3));
    assert_eq!(seen("metering.timed_out_below"), [0, 1, 0, 0]);
    assert!(block_on(timed_out_often()).is_err());
    assert_eq!(seen("metering.timed_out_often"), [0, 2, 0, 0], "a time-out is tried again");
    assert!(block_on(cut_off()).is_err());
    assert_eq!(seen("metering.cut_off"), [0, 0, 1, 0]);
}

fn seven() -> u8 {
    7
}
#[metrics("metering.with_injection")]
#[inject(number = seven, with)]
#[metrics("metering.injected")]
fn injected(number: u8) -> Result<u8, E> {
    Ok(number)
}

#[test]
fn what_is_injected_is_within() {
    assert_eq!((injected(), injected_with(3)), (Ok(7), Ok(3)));
    assert_eq!(seen("metering.with_injection"), [1, 0, 0, 0]);
    assert_eq!(seen("metering.injected"), [2, 0, 0, 0]);
    assert_eq!(rejected("metering.injected").of_reason(Some(Reason::Shed)), 0);
}
