//! `#[cache]`: on any function, under any key, anywhere in a stack.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::{E, Tries, block_on, sendable};
use dyno::breaker::Breaker;
use dyno::{Fault, breaker, cache, clock, fallback, inject, retry};

const SECOND: Duration = Duration::from_secs(1);

#[cache(ttl = 60s)]
fn of_text(calls: &Tally, text: &str) -> Result<usize, E> {
    let _ = calls.count();
    Ok(text.len())
}

/// Counts, and is the same as any other for a key.
#[derive(Clone, Debug, Default)]
struct Tally(Arc<AtomicU32>);

impl Tally {
    fn count(&self) -> u32 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
    fn made(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}

impl PartialEq for Tally {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
impl Eq for Tally {}
impl std::hash::Hash for Tally {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

#[test]
fn all_arguments_are_the_key_unless_some_are_chosen() {
    #[cache(ttl = 60s, key = (text, region.0))]
    fn chosen(calls: &Tally, text: &str, region: (u8, &str)) -> u32 {
        let _ = (text, region);
        calls.count()
    }
    let calls = Tally::default();
    assert_eq!((of_text(&calls, "abc"), of_text(&calls, "abc")), (Ok(3), Ok(3)));
    assert_eq!(of_text(&calls, "ab"), Ok(2));
    assert_eq!(calls.made(), 2);
    let other = Tally::default();
    assert_eq!((of_text(&other, "abc"), other.made()), (Ok(3), 1), "another argument");

    let calls = Tally::default();
    assert_eq!(chosen(&calls, "a", (1, "x")), 1);
    assert_eq!(chosen(&calls, "a", (1, "y")), 1, "what is not chosen makes no difference");
    assert_eq!(chosen(&Tally::default(), "a", (1, "x")), 1);
    assert_eq!(chosen(&calls, "a", (2, "x")), 2);
    assert_eq!(chosen(&calls, "b", (1, "x")), 3);
}

#[test]
fn it_goes_on_methods_generics_and_async_functions() {
    struct Shop {
        id: u32,
        calls: Tally,
    }
    impl Shop {
        #[cache(ttl = 60s, key = (self.id, sku))]
        fn price(&self, sku: &str) -> Option<u32> {
            Some(self.calls.count() * 100 + u32::try_from(sku.len()).ok()?)
        }
        #[cache(ttl = 60s, key = (self.id, sku))]
        async fn stock(&self, sku: String) -> Result<u32, E> {
            if sku.is_empty() { Err(E::Bad) } else { Ok(self.calls.count()) }
        }
    }
    #[cache(ttl = 60s, key = text)]
    fn any<T: Clone + Send + Sync + 'static>(value: &T, text: &str) -> Vec<T> {
        vec![value.clone(); text.len()]
    }
    #[cache]
    async fn lasting() -> Arc<str> {
        "once".into()
    }
    let one = Shop { id: 1, calls: Tally::default() };
    let two = Shop { id: 2, calls: Tally::default() };
    assert_eq!(
        (one.price("ab"), one.price("ab"), two.price("abc")),
        (Some(102), Some(102), Some(103))
    );
    assert_eq!(block_on(sendable(one.stock("a".into()))), Ok(2));
    assert_eq!(block_on(one.stock("a".into())), Ok(2));
    assert_eq!(block_on(one.stock(String::new())), Err(E::Bad));
    assert_eq!((any(&1_u8, "ab"), any(&2_u8, "ab")), (vec![1, 1], vec![1, 1]));
    assert_eq!(any(&"x", "ab"), ["x", "x"], "another type has values of its own");
    let first = block_on(lasting());
    assert!(Arc::ptr_eq(&first, &block_on(lasting())));
}

#[test]
fn errors_are_not_kept_unless_they_are_asked_for() {
    #[cache(ttl = 60s, key = ())]
    fn never(tries: &Tries) -> Result<u32, E> {
        tries.fail(2)
    }
    #[cache(ttl = 60s, key = (), negative = 5s, only = E::Bad)]
    fn bad_for_a_while(calls: &Tally, as_bad: bool) -> Result<u32, E> {
        let made = calls.count();
        Err(if as_bad { E::Bad } else { E::Worse(u16::try_from(made).unwrap_or(0)) })
    }
    let clock = clock::freeze();
    let tries = Tries::new();
    assert_eq!((never(&tries), never(&tries), never(&tries)), (Err(E::Bad), Err(E::Bad), Ok(3)));
    assert_eq!((never(&tries), tries.made()), (Ok(3), 3));

    let calls = Tally::default();
    assert_eq!(bad_for_a_while(&calls, false), Err(E::Worse(1)));
    assert_eq!(bad_for_a_while(&calls, true), Err(E::Bad));
    assert_eq!(bad_for_a_while(&calls, false), Err(E::Bad), "kept");
    clock.advance(5 * SECOND);
    clock.advance(SECOND);
    assert_eq!(bad_for_a_while(&calls, false), Err(E::Worse(3)));
}

#[test]
fn what_dyno_refuses_is_not_kept() {
    static DOWN: Breaker = Breaker::new("caching.down").fail_max(1);
    #[cache(ttl = 60s)]
    #[breaker(DOWN)]
    #[allow(clippy::needless_pass_by_value)]
    fn guarded(calls: Tally) -> Option<u32> {
        Some(calls.count())
    }
    let calls = Tally::default();
    DOWN.trip();
    assert_eq!(guarded(calls.clone()), None);
    DOWN.reset();
    assert_eq!(guarded(calls.clone()), Some(1), "the refusal was no value");
    DOWN.trip();
    assert_eq!(guarded(calls), Some(1), "a hit does not touch the breaker");
}

#[test]
fn a_stale_value_stands_in_for_failures_and_refusals() {
    static DOWN: Breaker = Breaker::new("caching.stale").fail_max(100);
    #[fallback(|_| Ok(0))]
    #[cache(ttl = 1s, grace = 1s, stale_if_error = 60s, key = ())]
    #[breaker(DOWN)]
    fn feed(calls: &Tally, fails: bool) -> Result<u32, E> {
        let made = calls.count();
        if fails { Err(E::Bad) } else { Ok(made) }
    }
    #[cache(ttl = 1s, stale_if_error = 60s, key = ())]
    #[breaker(DOWN)]
    fn plain(calls: &Tally) -> Result<u32, E> {
        Ok(calls.count())
    }
    let clock = clock::freeze();
    let calls = Tally::default();
    assert_eq!((feed(&calls, true), feed(&calls, false)), (Ok(0), Ok(2)));
    clock.advance(10 * SECOND);
    assert_eq!(feed(&calls, true), Ok(2), "failed, and 9 s old");
    let other = Tally::default();
    assert_eq!(plain(&other), Ok(1));
    DOWN.force_open();
    clock.advance(2 * SECOND);
    assert_eq!(feed(&calls, false), Ok(2), "refused, and 11 s old");
    assert_eq!(plain(&other), Ok(1), "refused without a fallback");
    clock.advance(60 * SECOND);
    assert_eq!(feed(&calls, false), Ok(0), "too old: the fallback");
    assert!(matches!(plain(&other), Err(E::Refused(Fault::Rejected { .. }))));
}

#[test]
fn retries_inside_are_one_computation() {
    #[cache(ttl = 60s, key = ())]
    #[retry(3)]
    fn inside(tries: &Tries) -> Result<u32, E> {
        tries.fail(2)
    }
    let tries = Tries::new();
    assert_eq!((inside(&tries), inside(&tries), tries.made()), (Ok(3), Ok(3), 3));
}

#[test]
fn what_is_injected_is_no_part_of_the_key() {
    fn tally() -> Tally {
        Tally::default()
    }
    #[inject(calls = tally)]
    #[cache(ttl = 60s)]
    fn above(calls: &Tally, text: &str) -> (usize, u32) {
        (text.len(), calls.count())
    }
    #[cache(ttl = 60s)]
    #[inject(calls = tally)]
    fn below(text: &str, calls: &Tally) -> (usize, u32) {
        (text.len(), calls.count())
    }
    assert_eq!((above("ab"), above("ab"), above("abc")), ((2, 1), (2, 1), (3, 2)));
    assert_eq!((below("ab"), below("ab"), below("abc")), ((2, 3), (2, 3), (3, 4)));
}

#[test]
fn the_weight_is_that_of_the_value() {
    #[cache("caching.heavy", capacity = 10, weight = |page: &String| page.len())]
    fn page(number: u32, length: usize) -> Result<String, E> {
        let _ = number;
        Ok("x".repeat(length))
    }
    for number in 0..5 {
        assert_eq!(page(number, 5).map(|page| page.len()), Ok(5));
    }
    let pages = dyno::cache::named("caching.heavy").expect("it is known by its name");
    assert!(pages.len() <= 2, "{} pages of 5 in a cache of 10", pages.len());
}

#[test]
fn a_refresh_in_the_background_takes_its_own_arguments() {
    #[cache(ttl = 1s, grace = 60s, refresh = background, key = text)]
    fn now_and_then(calls: &Tally, text: &str, times: Vec<u8>) -> Result<(usize, u32), E> {
        Ok((text.len() * times.len(), calls.count()))
    }
    let clock = clock::freeze();
    let calls = Tally::default();
    assert_eq!(now_and_then(&calls, "ab", vec![1]), Ok((2, 1)));
    clock.advance(2 * SECOND);
    assert_eq!(now_and_then(&calls, "ab", vec![1, 2]), Ok((2, 1)), "the caller does not wait");
    while calls.made() < 2 || now_and_then(&calls, "ab", vec![1, 2]) == Ok((2, 1)) {
        std::thread::yield_now();
    }
    assert_eq!(now_and_then(&calls, "ab", vec![]), Ok((4, 2)));
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}
#[cache(ttl = 60s, key = folded(text))]
fn by_a_call(calls: &Tally, text: &str) -> Result<u32, E> {
    Ok(calls.count() + u32::from(text.is_empty()))
}
#[cache(ttl = 60s, key = (rate.to_bits(), &folded(text), text.len() + 1, { folded(text) }))]
async fn by_several(calls: &Tally, rate: f64, text: &str) -> Result<u32, E> {
    std::future::ready(()).await;
    Ok(calls.count() + u32::from(rate.is_nan() || text.is_empty()))
}
#[dyno::service(cache(ttl = 60s, key = folded(text).as_str()), retry = 2)]
async fn by_a_part(calls: &Tally, text: &str) -> Result<u32, E> {
    Ok(calls.count() + u32::from(text.is_empty()))
}

#[test]
fn a_key_may_be_computed() {
    let (calls, several, part) = (Tally::default(), Tally::default(), Tally::default());
    for text in ["Sku-1", "sku-1", "SKU-1", "sku-2"] {
        let expected = Ok(if text == "sku-2" { 2 } else { 1 });
        assert_eq!(by_a_call(&calls, text), expected);
        assert_eq!(block_on(sendable(by_several(&several, 0.5, text))), expected);
        assert_eq!(block_on(sendable(by_a_part(&part, text))), expected);
    }
    assert_eq!(block_on(by_several(&several, 1.5, "sku-1")), Ok(3));
}
