//! What the systems dyno grew out of do with several policies at once, by their scenarios' numbers:
//! DA of dace's `fault_tolerant`, DY of dyno 0.2.

use super::{E, Tries, block_on, sendable};
use dyno::breaker::{Breaker, State};
use dyno::fallback::Failed;
use dyno::limit::{Bulkhead, KeyedBulkhead};
use dyno::{Fault, Reason, breaker, bulkhead, clock, fallback, retry, timeout};
use std::error::Error;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

fn reason<T>(out: &Result<T, E>) -> Option<Reason> {
    match out {
        Err(E::Refused(fault)) => fault.reason(),
        _ => None,
    }
}

/// The layers of `fault_tolerant`: three retries within five seconds.
#[timeout(5s)]
#[retry(retries = 3)]
async fn called(tries: &Tries, failures: u32, takes: Duration) -> Result<u32, E> {
    clock::sleep_async(takes).await;
    tries.fail(failures)
}

#[test]
fn da_02_what_goes_well_is_called_once() {
    let tries = Tries::new();
    assert_eq!(block_on(sendable(called(&tries, 0, Duration::ZERO))), Ok(1));
    assert_eq!(tries.made(), 1);
}

#[test]
fn da_05_the_limit_ends_attempts_and_all() {
    let _frozen = clock::freeze();
    let (tries, start) = (Tries::new(), clock::now());
    let out = block_on(called(&tries, 9, 2000 * MS));
    assert!(matches!(out, Err(E::Refused(fault)) if fault.is_timed_out()));
    assert_eq!((tries.made(), start.elapsed()), (2, 5000 * MS));
}

#[test]
fn da_07_what_always_fails_is_called_four_times() {
    let tries = Tries::new();
    assert_eq!(block_on(called(&tries, 9, Duration::ZERO)), Err(E::Bad));
    assert_eq!(tries.made(), 4);
}

#[retry(retries = 3)]
#[timeout(50ms)]
async fn each_in_time(tries: &Tries) -> Result<u32, E> {
    if tries.fail(2).is_err() {
        clock::sleep_async(60 * MS).await;
    }
    Ok(tries.made())
}
#[retry(retries = 3, except = E::Refused(_))]
#[timeout(50ms)]
async fn once_in_time(tries: &Tries) -> Result<u32, E> {
    let _ = tries.fail(9);
    clock::sleep_async(60 * MS).await;
    Ok(1)
}

#[test]
fn da_10_a_time_out_may_be_tried_again_or_not() {
    let _frozen = clock::freeze();
    assert_eq!(block_on(sendable(each_in_time(&Tries::new()))), Ok(3));
    let tries = Tries::new();
    assert!(block_on(sendable(once_in_time(&tries))).is_err());
    assert_eq!(tries.made(), 1);
}

static STAND_INS: Tries = Tries::new();
static HOST: Breaker = Breaker::new("predecessors.host").fail_max(100);
static OPEN: Bulkhead = Bulkhead::new("predecessors.open", 1);
#[fallback(|_| STAND_INS.fail(0))]
#[timeout(50ms)]
#[retry(retries = 3)]
#[breaker(HOST)]
#[bulkhead(OPEN)]
async fn with_a_fallback(tries: &Tries, takes: Duration) -> Result<u32, E> {
    clock::sleep_async(takes).await;
    tries.fail(9)
}

#[test]
fn da_11_and_da_13_the_fallback_stands_in_once_whatever_happens() {
    let _frozen = clock::freeze();
    let tries = Tries::new();
    assert_eq!(block_on(sendable(with_a_fallback(&tries, Duration::ZERO))), Ok(1));
    assert_eq!((tries.made(), STAND_INS.made()), (4, 1), "after the retries");
    assert_eq!(block_on(with_a_fallback(&Tries::new(), 60 * MS)), Ok(2), "too slow");
    let taken = OPEN.try_acquire().expect("nobody is in");
    assert_eq!(block_on(with_a_fallback(&tries, Duration::ZERO)), Ok(3), "no place");
    drop(taken);
    HOST.force_open();
    assert_eq!(block_on(with_a_fallback(&tries, Duration::ZERO)), Ok(4), "an open circuit");
    assert_eq!(tries.made(), 4, "and no call was made for these");
}

#[derive(Debug, thiserror::Error)]
enum Told {
    #[error("no answer")]
    NoAnswer,
    #[error("not in the cache")]
    NotCached,
    #[error(transparent)]
    Both(#[from] Failed),
    #[error(transparent)]
    Refused(#[from] Fault),
}
#[fallback(Err(Told::NotCached))]
#[retry(retries = 1)]
fn fails_twice() -> Result<u32, Told> {
    Err(Told::NoAnswer)
}

#[test]
fn da_14_the_first_error_is_the_source_of_the_fallbacks() {
    let error = fails_twice().expect_err("both fail");
    assert!(error.to_string().contains("not in the cache"));
    assert!(matches!(error.source().and_then(|e| e.downcast_ref()), Some(Told::NoAnswer)));
}

static NETLOCS: KeyedBulkhead = KeyedBulkhead::new("predecessors.netlocs", 10);
#[bulkhead(NETLOCS, key = netloc)]
async fn per_netloc(netloc: &str, takes: Duration) -> Result<u32, E> {
    clock::sleep_async(takes).await;
    Ok(1)
}

#[test]
fn da_20_the_eleventh_of_a_netloc_is_refused() {
    let frozen = clock::freeze().manual();
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let mut open: Vec<_> = (0..10).map(|_| Box::pin(per_netloc("a:80", MS))).collect();
    for call in &mut open {
        assert!(std::future::Future::poll(call.as_mut(), &mut cx).is_pending());
    }
    let eleventh = block_on(per_netloc("a:80", Duration::ZERO));
    assert_eq!(reason(&eleventh), Some(Reason::BulkheadFull));
    assert_eq!(block_on(per_netloc("b:80", Duration::ZERO)), Ok(1));
    frozen.advance(MS);
    drop(open);
    assert_eq!(block_on(per_netloc("a:80", Duration::ZERO)), Ok(1));
}

static ATTEMPTS: Breaker = Breaker::new("predecessors.attempts").fail_max(3);
#[retry(9)]
#[breaker(ATTEMPTS)]
fn each_attempt_is_one_outcome(tries: &Tries) -> Result<u32, E> {
    tries.fail(9)
}

#[test]
fn each_attempt_is_one_outcome_and_a_rejected_one_ends_the_retry() {
    let tries = Tries::new();
    assert_eq!(reason(&each_attempt_is_one_outcome(&tries)), Some(Reason::BreakerOpen));
    assert_eq!((tries.made(), ATTEMPTS.state()), (3, State::Open));
}

#[retry(3)]
fn attempts_are_counted_in_all(tries: &Tries, failures: u32) -> Result<u32, E> {
    tries.fail(failures)
}

#[test]
fn dy_65_the_first_success_is_returned() {
    let tries = Tries::new();
    assert_eq!((attempts_are_counted_in_all(&tries, 2), tries.made()), (Ok(3), 3));
    let tries = Tries::new();
    assert_eq!((attempts_are_counted_in_all(&tries, 0), tries.made()), (Ok(1), 1));
}
