//! `&Call`: anew for each attempt, and gone from the signature.

use std::cell::RefCell;
use std::time::Duration;

use super::super::{E, Tries, block_on, sendable};
use super::MS;
use dyno::pool::{self, Pool};
use dyno::service::{Call, IdempotencyKey};
use dyno::{Fault, clock, inject, retry, service};

/// What an attempt was told.
type Told = RefCell<Vec<(u32, IdempotencyKey, Option<Duration>)>>;

#[service(timeout = 1s, retry(3, delay = 10ms), attempt_timeout = 100ms)]
fn tells(call: &Call, told: &Told, tries: &Tries) -> Result<u32, E> {
    told.borrow_mut().push((call.attempt(), call.idempotency_key(), call.remaining()));
    tries.fail(2)
}

#[service(timeout = 1s, retry(3, delay = 10ms), attempt_timeout = 100ms)]
async fn tells_later(
    told: &std::sync::Mutex<Vec<(u32, IdempotencyKey, Option<Duration>)>>,
    tries: &Tries,
    per_call: &Call,
) -> Result<u32, E> {
    std::future::ready(()).await;
    let this = (per_call.attempt(), per_call.idempotency_key(), per_call.remaining());
    told.lock().expect("held briefly").push(this);
    tries.fail(2)
}

#[test]
fn each_attempt_has_a_call_of_its_own() {
    let _frozen = clock::freeze();
    let (told, tries) = (Told::default(), Tries::new());
    assert_eq!(tells(&told, &tries), Ok(3));
    let sync = told.take();
    let told = std::sync::Mutex::default();
    let tries = Tries::new();
    assert_eq!(block_on(sendable(tells_later(&told, &tries))), Ok(3));
    let later = told.into_inner().expect("held briefly");
    for told in [&sync, &later] {
        let attempts: Vec<u32> = told.iter().map(|(attempt, ..)| *attempt).collect();
        assert_eq!(attempts, [1, 2, 3]);
        assert!(told.iter().all(|(_, key, _)| *key == told[0].1), "one key for all: {told:?}");
        assert!(told.iter().all(|(.., left)| *left == Some(100 * MS)), "{told:?}");
    }
    assert_ne!(sync[0].1, later[0].1, "each call has its own");
}

struct Shop {
    name: String,
}

impl Shop {
    #[service(breaker)]
    fn borrows(&self, _: &Call) -> Result<&str, E> {
        Ok(&self.name)
    }
    #[service(retry = 2)]
    async fn renamed_later(&mut self, call: &Call, text: String) -> Result<u32, E> {
        self.name = format!("{text}{}", call.attempt());
        if call.attempt() == 1 {
            return Err(E::Bad);
        }
        Ok(call.attempt())
    }
}

#[expect(clippy::multiple_bound_locations, reason = "both are kept")]
#[service(retry = 2, bulkhead = 1)]
fn generic<T: Clone + AsRef<str>>(
    mut text: T,
    call: &dyno::service::Call,
    more: &[T],
) -> Result<T, E>
where
    T: Default,
{
    if call.attempt() == 1 {
        text = T::default();
        let _ = text.as_ref();
        return Err(E::Bad);
    }
    Ok(more.first().cloned().unwrap_or(text))
}

#[service(fallback = impossible())]
fn opaque(_call: &Call) -> Result<impl Iterator<Item = u32>, E> {
    Ok([1, 2].into_iter())
}
fn impossible<T>() -> Result<T, E> {
    Err(E::Worse(1))
}

#[test]
fn it_leaves_any_signature() {
    let mut shop = Shop { name: "corner".into() };
    assert_eq!(shop.borrows(), Ok("corner"));
    assert_eq!(block_on(sendable(shop.renamed_later("x".into()))), Ok(2));
    assert_eq!(shop.name, "x2");
    assert_eq!(generic("a".to_owned(), &[]), Ok("a".to_owned()));
    assert_eq!(generic("a", &["b"]), Ok("b"));
    assert_eq!(opaque().map(Iterator::sum), Ok(3));
}

fn five() -> u32 {
    5
}

#[inject(five = five)]
#[service(retry = 2)]
fn injected_above(five: &u32, call: &Call) -> Result<u32, E> {
    if call.attempt() == 1 { Err(E::Bad) } else { Ok(*five + call.attempt()) }
}
#[service(retry = 2)]
#[inject(five = five)]
async fn injected_below(call: &Call, five: &u32) -> Result<u32, E> {
    if call.attempt() == 1 { Err(E::Bad) } else { Ok(*five + call.attempt()) }
}
#[inject(five = five, with)]
#[service(retry = 2)]
fn with_above(five: u32, call: &Call, more: u32) -> Result<u32, E> {
    if call.attempt() == 1 { Err(E::Bad) } else { Ok(five + more) }
}
#[service(retry = 2)]
#[inject(five = five, with)]
fn with_below(call: &Call, five: u32, more: u32) -> Result<u32, E> {
    if call.attempt() == 1 { Err(E::Bad) } else { Ok(five + more) }
}

#[test]
fn beside_what_is_injected() {
    assert_eq!(injected_above(), Ok(7));
    assert_eq!(block_on(sendable(injected_below())), Ok(7));
    assert_eq!((with_above(1), with_above_with(7, 1)), (Ok(6), Ok(8)));
    assert_eq!(with_below(1), Ok(6));
}

#[retry(2)]
fn a_plain_one(call: &Call) -> Result<u32, Fault> {
    Ok(call.attempt())
}

#[service(retry = 2)]
fn calls_a_plain_one(call: &Call) -> Result<u32, E> {
    if call.attempt() == 1 {
        return Err(E::Bad);
    }
    Ok(a_plain_one(call)? + 10)
}

#[test]
fn without_a_service_it_is_a_parameter() {
    assert_eq!(calls_a_plain_one(), Ok(12));
}

#[service(retry(2, backoff = 1ms..5ms), attempt_timeout(100ms, on_pool))]
fn on_the_pool(call: &Call, text: String) -> Result<String, E> {
    if call.attempt() == 1 { Err(E::Bad) } else { Ok(format!("{text}{}", call.attempt())) }
}

static IO: Pool = Pool::new("serving.calls.static").size(1);

#[service(retry(2, timed_out = retry), pool("serving.calls.io", size = 4, queue = 1), attempt_timeout = 100ms)]
fn on_its_own_pool(call: &Call, text: String) -> Result<String, E> {
    assert!(call.remaining().is_some_and(|left| left <= 100 * MS));
    if call.attempt() == 1 {
        clock::sleep(500 * MS);
    }
    Ok(format!("{text}{}", call.attempt()))
}
#[service(pool = IO, retry = 2)]
fn without_a_limit(call: &Call) -> Result<u32, E> {
    if call.attempt() == 1 { Err(E::Bad) } else { Ok(call.attempt()) }
}

#[service(cache(ttl = 60s, refresh = background, key = sku), retry = 2)]
async fn refreshed(call: &Call, sku: String) -> Result<String, E> {
    if call.attempt() == 1 { Err(E::Bad) } else { Ok(format!("{sku}{}", call.attempt())) }
}

#[test]
fn on_other_threads_and_in_the_background() {
    let _frozen = clock::freeze();
    assert_eq!(on_the_pool("x".into()), Ok("x2".into()));
    assert_eq!(on_its_own_pool("z".into()), Ok("z2".into()));
    assert!(pool::named("serving.calls.io").is_some());
    assert_eq!(without_a_limit(), Ok(2));
    assert_eq!(block_on(sendable(refreshed("y".into()))), Ok("y2".into()));
}
