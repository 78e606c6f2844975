//! `#[bulkhead]` and `#[rate]`: anywhere in a stack, and what they hold they give back.

use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::{E, Tries, block_on, sendable};
use dyno::breaker::{Breaker, State};
use dyno::limit::{Bulkhead, KeyedBulkhead, KeyedRate, Rate, bulkhead as bulkheads};
use dyno::{Deadline, Error, Fault, Reason, breaker, bulkhead, clock, fallback, rate, retry};

const SECOND: Duration = Duration::from_secs(1);

fn reason<T>(result: Result<T, E>) -> Option<Reason> {
    match result {
        Err(E::Refused(fault)) => fault.reason(),
        _ => None,
    }
}

fn point<T>(result: Result<T, E>) -> Option<String> {
    match result {
        Err(E::Refused(Fault::Rejected { point, .. })) => Some(point.to_string()),
        _ => None,
    }
}

/// Calls `f` while as many are in as may be.
#[bulkhead(1, name = "limiting.own")]
fn own<T>(f: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    f()
}
#[bulkhead("limiting.joint", limit = 1)]
fn joint(f: impl FnOnce() -> Option<u8>) -> Option<u8> {
    f()
}
#[bulkhead("limiting.joint", queue = QUEUE)]
async fn joint_too(text: &str) -> Result<&str, String> {
    Ok(text)
}
const QUEUE: u32 = 10;
static DB: Bulkhead = Bulkhead::new("limiting.db", 1);
#[bulkhead(DB, wrap)]
async fn by_static<T: Copy>(value: &T) -> Result<T, std::convert::Infallible> {
    poll_fn(|_| Poll::Ready(())).await;
    Ok(*value)
}
#[bulkhead(places(), fallback = Ok(0))]
fn counted(f: impl FnOnce() -> Result<u8, E>) -> Result<u8, E> {
    f()
}
fn places() -> &'static Bulkhead {
    &DB
}

#[test]
fn no_more_than_so_many_are_in() {
    let inner = own(|| Ok(reason(own(|| Ok(())))));
    assert_eq!(inner, Ok(Some(Reason::BulkheadFull)));
    assert_eq!(own(|| Ok(point(own(|| Ok(()))))), Ok(Some("limiting.own".to_owned())));
    assert_eq!(own(|| Ok(7)), Ok(7));

    let inside = joint(|| {
        assert_eq!(joint(|| Some(1)), None);
        let refused = block_on(sendable(joint_too("x")));
        assert_eq!(refused, Err("limiting.joint: the bulkhead is full".to_owned()));
        Some(2)
    });
    assert_eq!((inside, block_on(joint_too("x"))), (Some(2), Ok("x")));
    assert_eq!(bulkheads::named("limiting.joint").map(|b| b.snapshot().limit), Some(1));

    let place = DB.try_acquire().expect("there is one");
    assert!(matches!(block_on(sendable(by_static(&1))), Err(Error::Fault(_))));
    // A fallback takes refusals, and failures as well.
    assert_eq!((counted(|| Ok(1)), counted(|| Err(E::Bad))), (Ok(0), Ok(0)));
    drop(place);
    assert_eq!((block_on(by_static(&1)).ok(), counted(|| Ok(1))), (Some(1), Ok(1)));
}

#[bulkhead(1)]
fn panics(how: u8) -> Result<u8, E> {
    assert!(how != 1, "its own panic");
    if how == 2 {
        return Err(E::Bad);
    }
    let _ = Err(E::Bad).or(Ok::<u8, E>(how))?;
    Ok(how)
}
#[bulkhead(1)]
async fn for_ever(done: bool) -> Result<u8, E> {
    if done { Ok(1) } else { pending().await }
}

#[test]
fn a_place_is_given_back_however_the_call_ends() {
    for how in [1, 2, 3] {
        let ended = catch_unwind(AssertUnwindSafe(|| panics(how)));
        assert_eq!(ended.is_err(), how == 1);
    }
    assert_eq!(panics(0), Ok(0));

    let mut cx = Context::from_waker(Waker::noop());
    let mut first = Box::pin(for_ever(false));
    assert!(std::future::Future::poll(first.as_mut(), &mut cx).is_pending());
    assert_eq!(reason(block_on(for_ever(true))), Some(Reason::BulkheadFull));
    drop(first);
    assert_eq!(block_on(sendable(for_ever(true))), Ok(1));
}

#[bulkhead(1, wait = 1s, queue = 1)]
async fn waits(f: impl AsyncFnOnce() -> u8) -> Result<u8, E> {
    Ok(f().await)
}
#[rate(1/1s, wait = 2s)]
fn turns() -> Result<u8, E> {
    Ok(1)
}
#[rate("limiting.turns", rate = 1/1s, wait = PATIENCE)]
async fn turns_async() -> Result<u8, E> {
    Ok(1)
}
const PATIENCE: Duration = Duration::from_secs(2);

#[test]
fn who_may_wait_does() {
    let _frozen = clock::freeze();
    let start = clock::now();
    assert_eq!((turns(), turns(), turns()), (Ok(1), Ok(1), Ok(1)));
    assert_eq!(clock::now() - start, 2 * SECOND);
    let refused = Deadline::within(SECOND, turns);
    assert_eq!(reason(refused), Some(Reason::DeadlineSpent));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let all = runtime.block_on(async {
        tokio::join!(sendable(turns_async()), turns_async(), turns_async(), turns_async())
    });
    assert_eq!((all.0, all.1, all.2), (Ok(1), Ok(1), Ok(1)));
    assert_eq!(reason(all.3), Some(Reason::RateLimited));
    assert_eq!(clock::now() - start, 4 * SECOND);
    let both = runtime.block_on(async {
        let slow = waits(async || {
            clock::sleep_async(SECOND / 2).await;
            1
        });
        tokio::join!(slow, waits(async || 2), waits(async || 3))
    });
    assert_eq!((both.0, both.1), (Ok(1), Ok(2)));
    assert_eq!(reason(both.2), Some(Reason::BulkheadFull));
}

#[rate(2/1s, name = "limiting.rate")]
fn plain(name: String) -> Result<String, E> {
    Ok(name)
}
#[rate(CALLS/PERIOD, burst = 2)]
async fn by_constants(text: &str) -> Option<&str> {
    Some(text)
}
const CALLS: u32 = 100;
const PERIOD: Duration = Duration::from_secs(1);
#[rate(calls() / PERIOD, smooth)]
fn by_call<T>(value: T) -> Option<T> {
    Some(value)
}
fn calls() -> u32 {
    10
}
static API: Rate = Rate::new("limiting.api", 1, SECOND);
#[rate(API, fallback = |_| Some("later"))]
fn api() -> Option<&'static str> {
    Some("now")
}
#[rate(API, wrap)]
async fn api_too() -> std::io::Result<u8> {
    Ok(1)
}

#[test]
fn no_more_than_so_many_in_so_long() {
    let frozen = clock::freeze();
    let text = || "x".to_owned();
    assert_eq!((plain(text()), plain(text())), (Ok(text()), Ok(text())));
    let refused = plain(text());
    assert_eq!(point(refused).as_deref(), Some("limiting.rate"));
    frozen.advance(SECOND / 2);
    assert_eq!((plain(text()), reason(plain(text()))), (Ok(text()), Some(Reason::RateLimited)));
    let constant = [(); 3].map(|()| block_on(sendable(by_constants("x"))).is_some());
    assert_eq!(constant, [true, true, false]);
    assert_eq!((by_call(&1), by_call(&1)), (Some(&1), None));
    assert_eq!((api(), api()), (Some("now"), Some("later")));
    assert!(matches!(block_on(api_too()), Err(Error::Fault(_))));
}

static HOSTS: KeyedBulkhead = KeyedBulkhead::new("limiting.hosts", 1);
#[bulkhead(HOSTS, key = host)]
fn by_host(host: &str, f: impl FnOnce() -> Result<u8, E>) -> Result<u8, E> {
    f()
}
#[bulkhead("limiting.shards", limit = 1, key = id % 4, keys = 9, idle = 10m)]
async fn by_shard(id: u32, done: bool) -> Result<u32, E> {
    if done { Ok(id) } else { pending().await }
}
#[rate(1/1s, key = host.to_lowercase())]
fn rate_by_value(host: String) -> Result<String, E> {
    Ok(host)
}
static CLIENTS: KeyedRate = KeyedRate::new("limiting.clients", 1, SECOND).wait(SECOND);
/// What the key is made of cannot be sent, and is gone before anything is awaited.
#[rate(CLIENTS, key = std::rc::Rc::new(client))]
async fn rate_by_client(client: &str) -> Result<usize, E> {
    Ok(client.len())
}

#[test]
fn one_for_each_key() {
    let frozen = clock::freeze();
    let full = by_host("a", || {
        assert_eq!(by_host("b", || Ok(1)), Ok(1));
        assert_eq!(point(by_host("a", || Ok(1))).as_deref(), Some("limiting.hosts[a]"));
        Ok(2)
    });
    assert_eq!((full, HOSTS.len()), (Ok(2), 2));
    let mut cx = Context::from_waker(Waker::noop());
    let mut first = Box::pin(sendable(by_shard(1, false)));
    assert!(std::future::Future::poll(first.as_mut(), &mut cx).is_pending());
    assert_eq!(point(block_on(by_shard(5, true))).as_deref(), Some("limiting.shards[1]"));
    assert_eq!(block_on(by_shard(6, true)), Ok(6));
    drop(first);
    assert_eq!(block_on(by_shard(5, true)), Ok(5));

    assert_eq!(rate_by_value("A".to_owned()).as_deref(), Ok("A"));
    let refused = point(rate_by_value("a".to_owned()));
    assert!(refused.is_some_and(|name| name.ends_with("::rate_by_value[a]")));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let both = runtime.block_on(async {
        tokio::join!(sendable(rate_by_client("x")), rate_by_client("x"), rate_by_client("yy"))
    });
    assert_eq!(both, (Ok(1), Ok(1), Ok(2)));
    drop(frozen);
}

struct Client {
    places: Bulkhead,
    rate: Rate,
    sent: u8,
}
impl Client {
    #[rate(self.rate)]
    #[bulkhead(self.places)]
    fn send(&mut self, by: u8) -> Result<u8, E> {
        self.sent += by;
        Ok(self.sent)
    }
    #[rate(1/1s)]
    async fn close(self) -> Option<u8> {
        Some(self.sent)
    }
}

#[test]
fn methods() {
    let _frozen = clock::freeze();
    let (places, rate) = (Bulkhead::new("limiting.c", 1), Rate::new("limiting.c", 2, SECOND));
    let mut client = Client { places, rate, sent: 0 };
    assert_eq!((client.send(1), client.send(2)), (Ok(1), Ok(3)));
    assert_eq!(reason(client.send(1)), Some(Reason::RateLimited));
    assert_eq!(block_on(sendable(client.close())), Some(3));
}

static MADE: Tries = Tries::new();
static GUARD: Breaker = Breaker::new("limiting.guard").fail_max(2);
#[fallback(|error| match error { E::Refused(fault) => Ok(fault.to_string()), other => Err(other) })]
#[retry(5)]
#[breaker(GUARD)]
#[rate("limiting.stack", rate = 1/1h)]
#[bulkhead(1)]
fn stacked(text: String) -> Result<String, E> {
    let _ = MADE.fail(0)?;
    Ok(text)
}

static TRIED: AtomicU32 = AtomicU32::new(0);
#[retry(3)]
#[rate(2/1h)]
async fn tried() -> Result<u8, E> {
    let _ = TRIED.fetch_add(1, Ordering::Relaxed);
    Err(E::Bad)
}

#[test]
fn a_refusal_is_no_failure_and_is_not_tried_again() {
    let _frozen = clock::freeze();
    assert_eq!(stacked("x".to_owned()).as_deref(), Ok("x"));
    for _ in 0..9 {
        let said = stacked("x".to_owned()).unwrap_or_default();
        assert!(said.starts_with("limiting.stack: the rate limit is reached"), "{said}");
    }
    assert_eq!((MADE.made(), GUARD.state()), (1, State::Closed));
    // The third attempt is refused, and that is the end.
    assert_eq!(reason(block_on(sendable(tried()))), Some(Reason::RateLimited));
    assert_eq!(TRIED.load(Ordering::Relaxed), 2);
    assert_eq!(reason(block_on(tried())), Some(Reason::RateLimited));
    assert_eq!(TRIED.load(Ordering::Relaxed), 2);
}

#[derive(Debug, PartialEq)]
struct Answer(Option<Reason>);

#[bulkhead(1, name = "limiting.unfailing", fallback = 9)]
fn unfailing(f: impl FnOnce() -> u8) -> u8 {
    f()
}
#[rate(1/1s, fallback = |fault: Fault| Answer(fault.reason()))]
async fn unfailing_by_closure() -> Answer {
    Answer(None)
}
#[fallback(String::new())]
#[bulkhead(1)]
#[rate(1/1s)]
fn unfailing_below() -> String {
    "made".to_owned()
}
#[bulkhead(1, fallback = other)]
fn generic<T>(other: T, f: impl FnOnce() -> T) -> T {
    f()
}

#[test]
fn what_cannot_fail_has_a_stand_in_for_refusals() {
    assert_eq!(unfailing(|| unfailing(|| 1) + 1), 10);
    let count = dyno::fallback::count("limiting.unfailing");
    assert_eq!((count.stood_in, count.refused, count.failed), (1, 1, 0));

    let _frozen = clock::freeze();
    assert_eq!(block_on(sendable(unfailing_by_closure())), Answer(None));
    assert_eq!(block_on(unfailing_by_closure()), Answer(Some(Reason::RateLimited)));

    assert_eq!((unfailing_below(), unfailing_below()), ("made".to_owned(), String::new()));

    assert_eq!(generic("outer", || generic("inner", || "made")), "inner");
    assert_eq!(generic("outer", || "made"), "made");
}

macro_rules! limits {
    ($limit:expr, $calls:expr, $which:expr) => {
        #[bulkhead($limit)]
        #[rate($calls / 1s)]
        fn limited_by_macro() -> Result<u8, E> {
            Ok(1)
        }
        #[bulkhead($which)]
        fn limited_by_macro_too() -> Result<u8, E> {
            Ok(2)
        }
    };
}
static GIVEN: Bulkhead = Bulkhead::new("limiting.given", 1);
limits!(1, 1, GIVEN);

#[test]
fn what_a_macro_gives_is_read_as_it_stands() {
    let _frozen = clock::freeze();
    assert_eq!(limited_by_macro(), Ok(1));
    assert_eq!(reason(limited_by_macro()), Some(Reason::RateLimited));
    assert_eq!(limited_by_macro_too(), Ok(2));
}
