//! A call that goes well allocates nothing.
//!
//! A program of its own: the allocator that counts, thread by thread, is the whole program's.

#[path = "allocations/balance.rs"]
mod balance;
#[path = "allocations/kept.rs"]
mod kept;
#[path = "allocations/limits.rs"]
mod limits;
#[path = "allocations/service.rs"]
mod service;

use std::fmt::Display;
use std::future::ready;
use std::hint::black_box;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use allocation_counter::measure;
use dyno::breaker::{Breaker, Happened, Keyed, Settings, State};
use dyno::clock::{self, Frozen};
use dyno::metrics::Metrics;
use dyno::point::{self, Event};
use dyno::timeout::timeout;
use dyno::{Deadline, Fault, Registry, Verdict, breaker, harness, inject, metrics, retry, timing};

const CALLS: u64 = 1000;

#[derive(Clone)]
struct Db {
    id: u64,
}

#[derive(Debug, PartialEq)]
enum Refused {
    Rejected,
}

impl From<Fault> for Refused {
    fn from(_: Fault) -> Self {
        Self::Rejected
    }
}

fn open() -> Db {
    Db { id: 7 }
}

async fn open_async() -> Db {
    Db { id: 7 }
}

/// While one test builds, or stops the clock, the calls of all others look twice.
static ALONE: Mutex<()> = Mutex::new(());

/// The allocations of `CALLS` calls, after one that may set up what it likes.
fn of_many(mut call: impl FnMut(u64) -> u64) -> u64 {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(call(1), 8);
    settled();
    let counted = measure(|| {
        for x in 0..CALLS {
            assert_eq!(call(black_box(x)), 7 + x);
        }
    });
    counted.count_total
}

/// The same for a future that never waits.
fn of_many_async<F: Future<Output = u64>>(mut call: impl FnMut(u64) -> F) -> u64 {
    of_many(|x| match pin!(call(x)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => block_on(call(x)),
    })
}

/// For the first call, the one that builds.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::yield_now(),
        }
    }
}

/// A build is over when nothing of it is in force any more: until then calls look twice.
fn settled() {
    let begun = Instant::now();
    while dyno::scope::active() {
        assert!(begun.elapsed() < Duration::from_secs(20), "something is in force for ever");
        std::thread::yield_now();
    }
}

#[inject(db = open)]
fn injected(db: &Db, x: u64) -> u64 {
    db.id + x
}

#[inject(db = open, other = open_other)]
fn injected_two(db: &Db, other: &Db, x: u64) -> u64 {
    db.id + other.id + x
}

fn open_other() -> Db {
    Db { id: 0 }
}

#[inject(db = open)]
fn injected_arc(db: Arc<Db>, x: u64) -> u64 {
    db.id + x
}

#[inject(db = open, fallback = None)]
fn injected_option(db: Option<&Db>, x: u64) -> u64 {
    db.map_or(0, |db| db.id) + x
}

#[inject(db = tag("allocations"), on_error = panic)]
fn injected_by_tag(db: &Db, x: u64) -> u64 {
    db.id + x
}

#[inject(db = open_async.await)]
async fn injected_async(db: &Db, x: u64) -> u64 {
    db.id + x
}

#[test]
fn a_hot_injected_call() {
    assert_eq!(of_many(injected), 0);
    assert_eq!(of_many(injected_two), 0);
    assert_eq!(of_many(injected_arc), 0);
    assert_eq!(of_many(injected_option), 0);
    assert_eq!(of_many_async(injected_async), 0);
}

#[test]
fn a_hot_call_with_something_registered() {
    let registry = Registry::global();
    registry.set("allocations", Arc::new(open())).expect("the registry is open");
    assert_eq!(of_many(injected_by_tag), 0);
}

#[retry(3)]
fn retried(x: u64) -> Result<u64, Refused> {
    Ok(7 + x)
}

#[retry(3, backoff = 50ms..2s)]
async fn retried_async(x: u64) -> Result<u64, Refused> {
    std::future::ready(Ok(7 + x)).await
}

#[test]
fn a_first_try_that_succeeds() {
    assert_eq!(of_many(|x| retried(x).expect("it succeeds")), 0);
    assert_eq!(of_many(|x| retry::retry(3).run(|| retried(x)).expect("it succeeds")), 0);
    assert_eq!(of_many_async(async |x| retried_async(x).await.expect("it succeeds")), 0);
}

#[breaker(fail_max = 3)]
fn guarded(x: u64) -> Result<u64, Refused> {
    Ok(7 + x)
}

#[breaker("allocations")]
async fn guarded_async(x: u64) -> Result<u64, Refused> {
    std::future::ready(Ok(7 + x)).await
}

#[inject(db = open)]
#[retry(3)]
#[breaker(fail_max = 3)]
async fn all_three(db: &Db, x: u64) -> Result<u64, Refused> {
    std::future::ready(Ok(db.id + x)).await
}

#[test]
fn a_closed_breaker() {
    assert_eq!(of_many(|x| guarded(x).expect("it is closed")), 0);
    assert_eq!(of_many_async(async |x| guarded_async(x).await.expect("it is closed")), 0);
    assert_eq!(of_many_async(async |x| all_three(x).await.expect("it is closed")), 0);
}

#[metrics]
fn counted(x: u64) -> Result<u64, Refused> {
    Ok(7 + x)
}

#[metrics]
async fn counted_async(x: u64) -> u64 {
    std::future::ready(7 + x).await
}

#[test]
fn a_counted_call() {
    assert_eq!(of_many(|x| counted(x).expect("it succeeds")), 0);
    assert_eq!(of_many_async(counted_async), 0);
    let told = |x| {
        point::emit("allocations.told", &Event::FallbackFailed);
        7 + x
    };
    assert_eq!(of_many(told), 0);
}

#[test]
fn turning_windows_and_as_much_as_is_said() {
    static TURNS: Metrics = Metrics::new("allocations.turns");
    static UNTIMED: Metrics = Metrics::new("allocations.untimed").untimed();
    const KIB: i64 = 1024;
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let frozen = clock::freeze();
    let first = measure(|| TURNS.start().success());
    assert!((55 * KIB..=59 * KIB).contains(&first.bytes_current), "{first:?}");
    let untimed = measure(|| UNTIMED.start().success());
    assert!((7 * KIB..=9 * KIB).contains(&untimed.bytes_current), "{untimed:?}");
    let another = std::thread::spawn(|| measure(|| TURNS.start().success()));
    let another = another.join().expect("joins").bytes_current;
    assert!((4 * KIB..=6 * KIB).contains(&another), "{another}");
    let seconds = |f: &dyn Fn()| {
        let second = || {
            frozen.advance(Duration::from_secs(1));
            f();
        };
        measure(|| (0..300).for_each(|_| second())).count_total
    };
    let of_the_clock = seconds(&|| assert!(clock::now() <= clock::now()));
    assert_eq!(seconds(&|| TURNS.start().success()), of_the_clock);
    assert!((51..=60).contains(&TURNS.snapshot().latency.count()));
}

/// Opens, recovers and closes, with all that a breaker can keep.
fn cycle(breaker: &Breaker, clock: &Frozen) {
    for verdict in [Verdict::Success, Verdict::Failure, Verdict::Failure] {
        breaker.acquire().expect("closed").record(verdict);
    }
    assert_eq!(breaker.state(), State::Open);
    assert!(breaker.acquire().is_err());
    clock.advance(Duration::from_secs(60));
    breaker.acquire().expect("the trial").success();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn r2_what_opens_and_closes_keeps_nothing() {
    let frozen = clock::freeze();
    let settings = Settings::new().fail_max(2);
    for settings in [settings, settings.window_calls(100), settings.window_time(Duration::MAX)] {
        let breaker = Breaker::new("allocations").with(settings);
        cycle(&breaker, &frozen);
        let kept = measure(|| (0..CALLS).for_each(|_| cycle(&breaker, &frozen)));
        assert_eq!((kept.count_current, kept.bytes_current), (0, 0), "{settings:?}");
        let drop_one = || {
            let breaker = Breaker::new("allocations").with(settings);
            breaker.change(|settings| settings.slow(Duration::MAX));
            breaker.listen(|_: &Breaker, _: &Happened| {}).keep();
            cycle(&breaker, &frozen);
        };
        // What a thread sets up when it first changes settings stays with it.
        drop_one();
        let dropped = measure(|| (0..CALLS).for_each(|_| drop_one()));
        assert_eq!((dropped.count_current, dropped.bytes_current), (0, 0), "{settings:?}");
    }
}

#[test]
fn a_known_key() {
    static HOSTS: Keyed = Keyed::new("allocations", Settings::new());
    let guarded = |key: &dyn Display, x| HOSTS.get(key).call(|| Some(7 + x)).expect("it is closed");
    let _ = HOSTS.get("0.example");
    assert_eq!(of_many(|x| guarded(&"a.example", x)), 0);
    assert_eq!(of_many(|x| guarded(&format_args!("{}.example", x % 2), x)), 0);
}

#[test]
fn a_call_in_time() {
    let limit = timeout(Duration::from_secs(3600)).named("allocations::timeout");
    let asynchronous = || of_many_async(async |x| limit.run_async(ready(7 + x)).await.unwrap_or(0));
    let function = || of_many(|x| limit.run(|| 7 + x).unwrap_or(0));
    assert_eq!((asynchronous(), function()), (0, 0));
    Deadline::within(Duration::from_secs(7200), || {
        assert_eq!((asynchronous(), function()), (0, 0), "under a deadline");
    });
}

/// The control: what allocates once a call is caught, once a call.
#[test]
fn what_allocates_is_counted() {
    assert_eq!(of_many(|x| *black_box(Box::new(injected(x)))), CALLS);
    let boxed = async |x| *black_box(Box::new(injected_async(x).await));
    assert_eq!(of_many_async(boxed), CALLS);
}

#[harness(fields(x, name, twice = x * 2), at_most = 10 / 1s)]
#[expect(clippy::needless_pass_by_value, reason = "it is lent to the harness")]
fn harnessed(x: u64, name: String) -> Result<u64, Refused> {
    Ok(7 + x + name.len() as u64)
}
#[harness(fields(x), except = Refused::Rejected)]
async fn harnessed_async(x: u64) -> Result<u64, Refused> {
    ready(Ok(7 + x)).await
}

#[test]
fn harnesses() {
    assert_eq!(of_many(|x| harnessed(x, String::new()).unwrap_or(0)), 0);
    assert_eq!(of_many_async(|x| async move { harnessed_async(x).await.unwrap_or(0) }), 0);
}

#[dyno::timing]
fn timed(x: u64) -> u64 {
    timing::mark("inside");
    x + 7
}

#[test]
fn a_span_allocates_nothing_where_nothing_is_recorded() {
    assert_eq!(of_many(timed), 0);
    assert_eq!(of_many(|x| with(timing::span("span"), x + 7)), 0);
    assert_eq!(of_many(|x| with(timing::span(format_args!("{x}")), x + 7)), 0);
    let async_one = |x| ready_now(timing::span_async("span", ready(x + 7)));
    assert_eq!(of_many(async_one), 0);
}

fn with<T>(_held: T, out: u64) -> u64 {
    out
}

fn ready_now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(out) => out,
        Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn spans_that_are_recorded_allocate_room_for_dozens_at_a_time() {
    let recording = timing::Recording::new("root").start();
    // Two nodes a call.
    let count = of_many(timed);
    assert!(count < CALLS / 4, "{count}");
    assert_eq!(recording.finish().len() as u64, 2 * CALLS + 3);
}
