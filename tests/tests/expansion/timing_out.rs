//! `#[timeout]`: a late future is dropped, what blocks is told of its deadline, or left to a pool.

use super::{E, Tries, block_on, sendable};
use dyno::breaker::{Breaker, State};
use dyno::clock;
use dyno::point::{self, Event};
use dyno::{Deadline, Error, Fault, Reason, breaker, fallback, inject, retry, timeout};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);
const LIMIT: Duration = Duration::from_millis(50);

fn timed_out<T>(out: &Result<T, E>) -> Option<Duration> {
    match out {
        Err(E::Refused(Fault::TimedOut { after, .. })) => Some(*after),
        _ => None,
    }
}

fn reason<T>(out: Result<T, E>) -> Option<Reason> {
    match out {
        Err(E::Refused(fault)) => fault.reason(),
        _ => None,
    }
}

#[timeout(50ms, name = "timing_out.slow")]
async fn slow(pause: Duration) -> Result<u8, E> {
    clock::sleep_async(pause).await;
    Ok(1)
}
#[timeout(limit = LIMIT)]
async fn by_constant<T: Clone + Send + Sync>(value: &T, pause: Duration) -> Result<T, E> {
    clock::sleep_async(pause).await;
    Ok(value.clone())
}
struct Client(Duration);
impl Client {
    #[timeout(self.0, wrap)]
    async fn get(&mut self, pause: Duration) -> Result<&'static str, std::io::Error> {
        clock::sleep_async(pause).await;
        Ok("got")
    }
}
#[timeout(50ms, fallback = Some(2))]
async fn falls_back(pause: Duration) -> Option<u8> {
    clock::sleep_async(pause).await;
    Some(1)
}

#[test]
fn a_late_future_is_dropped() {
    let _frozen = clock::freeze();
    assert_eq!(block_on(sendable(slow(49 * MS))), Ok(1));
    let fault = block_on(slow(51 * MS)).expect_err("late");
    let told = fault.to_string();
    let says = "Refused(TimedOut { point: \"timing_out.slow\", after: 50ms, elapsed: 50ms";
    assert!(told.starts_with(says), "{told}");
    assert_eq!(block_on(sendable(by_constant(&7, 49 * MS))), Ok(7));
    assert_eq!(timed_out(&block_on(by_constant(&7, 99 * MS))), Some(LIMIT));
    let mut client = Client(10 * MS);
    assert_eq!(block_on(sendable(client.get(9 * MS))).ok(), Some("got"));
    assert!(
        matches!(block_on(client.get(11 * MS)), Err(Error::Fault(fault)) if fault.is_timed_out())
    );
    assert_eq!((block_on(falls_back(MS)), block_on(falls_back(99 * MS))), (Some(1), Some(2)));
}

static COUNTED: Breaker = Breaker::new("timing_out.counted").fail_max(2);
#[breaker(COUNTED)]
#[retry(2)]
#[timeout(50ms)]
async fn counted(tries: &Tries) -> Result<u32, E> {
    let _ = tries.fail(0);
    clock::sleep_async(60 * MS).await;
    Ok(1)
}
static WRAPPED: Breaker = Breaker::new("timing_out.wrapped").fail_max(1);
#[breaker(WRAPPED, wrap)]
#[timeout(50ms)]
async fn counted_where_wrapped() -> Result<u32, E> {
    clock::sleep_async(60 * MS).await;
    Ok(1)
}
static REFUSES: Breaker = Breaker::new("timing_out.refuses");
static WATCHES: Breaker = Breaker::new("timing_out.watches").fail_max(1);
#[breaker(WATCHES)]
#[timeout(50ms)]
#[breaker(REFUSES)]
async fn refused_inside() -> Result<u32, E> {
    Ok(1)
}

#[test]
fn a_time_out_is_a_failure_and_a_refusal_none() {
    let _frozen = clock::freeze();
    let tries = Tries::new();
    assert_eq!(timed_out(&block_on(sendable(counted(&tries)))), Some(LIMIT));
    assert_eq!(tries.made(), 2, "it is tried again");
    let _ = block_on(counted(&tries));
    assert_eq!(COUNTED.state(), State::Open);
    let out = block_on(sendable(counted_where_wrapped()));
    assert!(matches!(out, Err(Error::Fault(fault)) if fault.is_timed_out()));
    assert_eq!(WRAPPED.state(), State::Open);
    REFUSES.force_open();
    assert_eq!(reason(block_on(sendable(refused_inside()))), Some(Reason::ForcedOpen));
    assert_eq!(WATCHES.state(), State::Closed);
}

/// An error without room for a `Fault`.
#[derive(Debug, PartialEq)]
struct Poor;
static POOR: Breaker = Breaker::new("timing_out.poor").fail_max(1);
#[fallback(|_| Ok(2))]
#[timeout(50ms)]
#[breaker(POOR)]
async fn poor(pause: Duration) -> Result<u8, Poor> {
    clock::sleep_async(pause).await;
    Ok(1)
}

#[test]
fn a_fallback_above_takes_both() {
    let _frozen = clock::freeze();
    assert_eq!(block_on(sendable(poor(MS))), Ok(1));
    assert_eq!(block_on(poor(51 * MS)), Ok(2));
    POOR.force_open();
    assert_eq!(block_on(poor(MS)), Ok(2));
}

#[timeout(50ms, name = "timing_out.blocking")]
fn blocking(pause: Duration) -> Result<Option<Duration>, E> {
    clock::sleep(pause);
    Ok(Deadline::current().map(Deadline::remaining))
}
#[timeout(200ms)]
fn asks_twice() -> Result<Option<Duration>, E> {
    clock::sleep(180 * MS);
    assert_eq!(blocking(15 * MS), Ok(Some(5 * MS)));
    clock::sleep(10 * MS);
    blocking(MS)
}

#[test]
fn what_blocks_is_told_of_its_deadline() {
    let _frozen = clock::freeze();
    let late = Arc::new(AtomicU32::new(0));
    let counts = late.clone();
    let _watching = point::observe(move |point: &str, event: &Event<'_>| {
        if let ("timing_out.blocking", Event::Late { abandoned: false, .. }) = (point, event) {
            let _ = counts.fetch_add(1, Ordering::SeqCst);
        }
    });
    assert_eq!(blocking(20 * MS), Ok(Some(30 * MS)));
    // It cannot be stopped, and what it returns is not lost.
    assert_eq!(blocking(60 * MS), Ok(Some(Duration::ZERO)));
    assert_eq!(late.load(Ordering::SeqCst), 1);
    assert_eq!(reason(asks_twice()), Some(Reason::DeadlineSpent));
    assert_eq!(Deadline::current(), None);
}

#[retry(3)]
#[timeout(30ms)]
fn gives_up_by_itself(tries: &Tries) -> Result<u8, E> {
    let _ = tries.fail(0);
    clock::sleep(40 * MS);
    Deadline::check("timing_out.by_itself")?;
    Ok(1)
}

#[test]
fn a_spent_deadline_of_its_own_is_a_time_out_of_the_attempt() {
    let _frozen = clock::freeze();
    let tries = Tries::new();
    assert_eq!(reason(gives_up_by_itself(&tries)), Some(Reason::DeadlineSpent));
    assert_eq!(tries.made(), 3);
    let tries = Tries::new();
    let out = Deadline::within(35 * MS, || gives_up_by_itself(&tries));
    assert_eq!((reason(out), tries.made()), (Some(Reason::DeadlineSpent), 1));
}

fn connect() -> Arc<str> {
    "db".into()
}
#[retry(2)]
#[timeout(50ms, on_pool)]
#[inject(db = connect)]
fn pooled(db: &Arc<str>, text: String, fails: bool) -> Result<String, E> {
    assert!(Deadline::current().is_some());
    if fails { Err(E::Bad) } else { Ok(format!("{db} {text}")) }
}
struct Shared(u8);
impl Shared {
    #[timeout(50ms, on_pool, wrap)]
    fn read(self: Arc<Self>) -> Result<u8, E> {
        Ok(self.0)
    }
}
static POOLED: Breaker = Breaker::new("timing_out.pooled");
#[timeout(50ms, on_pool)]
#[breaker(POOLED)]
fn refused_on_the_pool() -> Result<u8, E> {
    Ok(1)
}
#[timeout(50ms, on_pool)]
fn panics() -> Result<u8, E> {
    panic!("by itself")
}

#[test]
fn on_a_pool_the_body_is_the_same() {
    let _frozen = clock::freeze().manual();
    assert_eq!(pooled("x".to_owned(), false), Ok("db x".to_owned()));
    assert_eq!(pooled("x".to_owned(), true), Err(E::Bad));
    assert_eq!(Arc::new(Shared(7)).read(), Ok(7));
    POOLED.force_open();
    assert_eq!(reason(refused_on_the_pool()), Some(Reason::ForcedOpen));
    let panic = std::panic::catch_unwind(panics).expect_err("it passes through");
    assert_eq!(panic.downcast_ref(), Some(&"by itself"));
}

#[timeout(30ms, fallback = 7)]
async fn unfailing(takes: Duration) -> u8 {
    clock::sleep_async(takes).await;
    1
}

#[test]
fn what_cannot_fail_has_a_stand_in_when_it_is_late() {
    let _frozen = clock::freeze();
    assert_eq!(block_on(sendable(unfailing(Duration::from_millis(10)))), 1);
    assert_eq!(block_on(sendable(unfailing(Duration::from_millis(40)))), 7);
}
