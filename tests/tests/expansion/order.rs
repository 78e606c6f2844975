//! Read top-down: the first attribute is the outermost.

use super::{E, Tries, block_on, sendable};
use dyno::breaker::Breaker;
use dyno::{Reason, aspect, breaker, fallback, retry};
use std::cell::RefCell;

#[breaker(fail_max = 2)]
#[retry(3)]
fn outside() -> Result<(), E> {
    Err(E::Bad)
}

static INSIDE: Tries = Tries::new();
#[retry(3)]
#[breaker(fail_max = 2)]
fn inside() -> Result<(), E> {
    INSIDE.fail(9).map(|_| ())
}

fn reason(result: &Result<(), E>) -> Option<Reason> {
    match result {
        Err(E::Refused(fault)) => fault.reason(),
        _ => None,
    }
}

#[test]
fn a_breaker_outside_counts_calls_and_inside_attempts() {
    assert_eq!(outside(), Err(E::Bad));
    assert_eq!(outside(), Err(E::Bad));
    assert_eq!(reason(&outside()), Some(Reason::BreakerOpen));
    // Two attempts fail, the third is refused; a refusal is not tried again.
    assert_eq!(reason(&inside()), Some(Reason::BreakerOpen));
    assert_eq!(INSIDE.made(), 2);
}

static REFUSING: Breaker = Breaker::new("order.refusing").fail_max(1);
static WATCHING: Breaker = Breaker::new("order.watching").fail_max(1);
#[breaker(WATCHING)]
#[retry(3)]
#[breaker(REFUSING)]
fn refused_inside() -> Result<(), E> {
    Ok(())
}

#[test]
fn a_refusal_is_no_failure_of_the_call() {
    REFUSING.trip();
    assert_eq!(reason(&refused_inside()), Some(Reason::BreakerOpen));
    assert_eq!(WATCHING.state(), dyno::breaker::State::Closed);
}

thread_local!(static LOG: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) });
fn log(what: &'static str) {
    LOG.with_borrow_mut(|log| log.push(what));
}

#[aspect(before = log("outer in"), after = |_, _| log("outer out"))]
#[retry(2)]
#[aspect(before = log("inner in"), after = |_, _| log("inner out"))]
fn twice() -> Result<(), E> {
    log("body");
    Err(E::Bad)
}

#[test]
fn advice_stands_where_it_is_written() {
    assert_eq!(twice(), Err(E::Bad));
    let seen = LOG.take().join(", ");
    assert_eq!(seen, "outer in, inner in, body, inner out, inner in, body, inner out, outer out");
}

fn doubling(join: &aspect::JoinPoint<'_>, call: impl FnOnce() -> Result<u8, E>) -> Result<u8, E> {
    assert!(join.name().ends_with("order::doubled"), "{}", join.name());
    call().map(|x| x * 2)
}
#[aspect(around = doubling)]
#[retry(2)]
#[breaker]
fn doubled(x: u8) -> Result<u8, E> {
    Ok(x)
}

async fn doubling_async<F>(_: &aspect::JoinPoint<'_>, call: F) -> Result<u8, E>
where
    F: std::future::Future<Output = Result<u8, E>>,
{
    call.await.map(|x| x * 2)
}
#[retry(2)]
#[aspect(around = doubling_async)]
#[breaker]
async fn doubled_async(x: u8) -> Result<u8, E> {
    Ok(x)
}

#[test]
fn advice_around() {
    assert_eq!(doubled(2), Ok(4));
    assert_eq!(block_on(sendable(doubled_async(2))), Ok(4));
}

/// An error that cannot carry a `Fault`: the fallback takes refusals as well.
#[derive(Debug, PartialEq)]
struct Poor;
static POOR: Breaker = Breaker::new("order.poor").fail_max(1);

#[fallback(|_| Ok(1))]
#[retry(2)]
#[breaker(POOR)]
fn poor() -> Result<u8, Poor> {
    Err(Poor)
}

#[fallback(|e| Err(match e { E::Refused(_) => E::Worse(503), other => other }))]
#[breaker(fail_max = 1)]
fn told() -> Result<u8, E> {
    Err(E::Bad)
}

#[fallback(Ok(3))]
#[breaker(fail_max = 1)]
async fn by_value() -> Result<u8, Poor> {
    Err(Poor)
}

#[test]
fn a_fallback_stands_in_for_failures_and_refusals() {
    assert_eq!((poor(), poor()), (Ok(1), Ok(1)));
    assert_eq!((told(), told()), (Err(E::Bad), Err(E::Worse(503))));
    assert_eq!(block_on(by_value()), Ok(3));
    assert_eq!(block_on(sendable(by_value())), Ok(3));
}

// Somebody else's attributes of the same names, between and instead of ours.
mod foreign {
    pub(crate) use tokio::test as retry;
    pub(crate) use tracing::instrument as breaker;
}

#[retry(2)]
#[foreign::breaker]
#[breaker]
fn look_alike_between(x: u8) -> Result<u8, E> {
    Ok(x)
}

#[retry(2)]
#[foreign::breaker]
fn look_alike_only(x: u8) -> Result<u8, E> {
    Ok(x)
}

static CONDITIONAL: Tries = Tries::new();
#[retry(3)]
#[cfg_attr(all(), breaker(fail_max = 1))]
fn conditional() -> Result<(), E> {
    CONDITIONAL.fail(9).map(|_| ())
}
static NEVER: Tries = Tries::new();
#[retry(3)]
#[cfg_attr(any(), breaker(fail_max = 1))]
fn never() -> Result<(), E> {
    NEVER.fail(9).map(|_| ())
}

#[retry(3)]
#[must_use = "as it says"]
#[tracing::instrument(skip_all)]
#[breaker]
async fn foreign_between(x: u8) -> Result<u8, E> {
    Ok(x)
}

#[foreign::retry]
#[retry(2)]
async fn on_a_foreign_runtime() -> Result<(), E> {
    tokio::task::yield_now().await;
    Ok(())
}

#[test]
fn foreign_attributes() {
    assert_eq!((look_alike_between(1), look_alike_only(1)), (Ok(1), Ok(1)));
    assert_eq!(reason(&conditional()), Some(Reason::BreakerOpen));
    assert_eq!(CONDITIONAL.made(), 1);
    assert_eq!((never(), NEVER.made()), (Err(E::Bad), 3));
    assert_eq!(block_on(foreign_between(3)), Ok(3));
}
