//! A second level.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dyno::cache::backend::{Backend, BackendError, Memory, Record, contract};
use dyno::cache::{self, Cache, Settings};
use dyno::clock;
use dyno::point::{self, Event};

use crate::support::{Computed, SECOND, TEN};

fn store() -> &'static Memory {
    Box::leak(Box::new(Memory::new()))
}

fn cache_on<T>(store: &'static dyn Backend) -> Cache<String, T>
where
    T: serde::Serialize + serde::de::DeserializeOwned + Clone + Send + Sync + 'static,
{
    Cache::through("prices", TEN.backend(store))
}

#[test]
fn the_one_in_memory_keeps_the_contract() {
    contract(|| Arc::new(Memory::new()));
    let _clock = clock::freeze();
    contract(|| Arc::new(Memory::new()));
}

#[test]
fn what_one_has_computed_another_finds() {
    let clock = clock::freeze();
    let (store, computed) = (store(), Computed::default());
    let (here, there) = (cache_on::<usize>(store), cache_on::<usize>(store));
    assert_eq!(here.get_or("a", || computed.next()), 1);
    clock.advance(4 * SECOND);
    assert_eq!(there.get_or("a", || computed.next()), 1);
    assert_eq!(there.counts().to_string().split(';').next(), Some("1 calls: 100.0% hits"));
    // With the time it has left, not a new one.
    clock.advance(6 * SECOND);
    assert_eq!(there.get_or("a", || computed.next()), 2);
    // The younger one is found by the first one, whose own has expired as well.
    assert_eq!(here.get_or("a", || computed.next()), 2);
    assert_eq!(store.keys().len(), 1);
}

#[test]
fn functions_and_types_are_kept_apart() {
    let store = store();
    let numbers = cache_on::<u64>(store);
    let texts = cache_on::<String>(store);
    let other = Cache::<String, u64>::through("other", TEN.backend(store));
    assert_eq!(numbers.get_or("a", || 1), 1);
    assert_eq!(texts.get_or("a", || "x".to_owned()), "x");
    assert_eq!(other.get_or("a", || 3), 3);
    assert_eq!(store.keys().len(), 3);
}

#[test]
fn what_is_taken_away_is_so_there_as_well() {
    let _clock = clock::freeze();
    let (store, computed) = (store(), Computed::default());
    let make = || Cache::<String, usize>::through("taken-away", TEN.backend(store));
    // It is found by its name first.
    let there = make();
    assert!(there.is_empty());
    let here = make();
    let find = || there.get_or("a", || computed.next() + 100);
    here.insert("a".to_owned(), 7);
    assert_eq!(find(), 7);
    there.clear();
    assert!(store.keys().is_empty());
    assert_eq!(find(), 101);
    assert!(there.remove("a"));
    assert!(store.keys().is_empty());
    assert_eq!(find(), 102);
    there.expire("a");
    assert_eq!(find(), 103);
    let named = cache::named("taken-away").expect("the first of them");
    assert_eq!(named.refresh("a"), Ok(true));
    assert_eq!(find(), 104);
}

#[test]
fn failures_are_not_kept_there_either() {
    let store = store();
    assert_eq!(cache_on::<u64>(store).try_get_or("a", || Err("down")), Err("down"));
    assert!(store.keys().is_empty());
}

/// Fails, or panics, while it is away.
struct Flaky {
    store: Memory,
    away: AtomicBool,
    panics: AtomicBool,
    asked: AtomicUsize,
}

impl Flaky {
    fn ask(&self) -> Result<&Memory, BackendError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        assert!(!self.panics.load(Ordering::Relaxed), "part of the test");
        if self.away.load(Ordering::Relaxed) {
            return Err(BackendError::new("no route to host"));
        }
        Ok(&self.store)
    }
}

impl Backend for Flaky {
    fn load(&self, key: &str) -> Result<Option<Record>, BackendError> {
        self.ask()?.load(key)
    }
    fn save(&self, key: &str, record: &Record) -> Result<(), BackendError> {
        self.ask()?.save(key, record)
    }
    fn remove(&self, key: &str) -> Result<(), BackendError> {
        self.ask()?.remove(key)
    }
    fn clear(&self, prefix: &str) -> Result<(), BackendError> {
        self.ask()?.clear(prefix)
    }
}

#[test]
fn a_store_that_is_away_fails_no_call_and_is_told_once() {
    let flaky: &'static Flaky = Box::leak(Box::new(Flaky {
        store: Memory::new(),
        away: AtomicBool::new(true),
        panics: AtomicBool::new(false),
        asked: AtomicUsize::new(0),
    }));
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = told.clone();
    let _observing = point::observe(move |point: &str, event: &Event<'_>| {
        if let ("flaky", Event::Warning { message }) = (point, event) {
            hears.lock().unwrap().push((*message).to_owned());
        }
    });
    let cache = Cache::<u64, u64>::through("flaky", TEN.backend(flaky));
    for key in 0..3 {
        assert_eq!(cache.get_or(&key, || key), key);
        assert_eq!(cache.get_or(&key, || unreachable!()), key, "it is kept here");
    }
    assert!(cache.remove(&1));
    cache.clear();
    flaky.panics.store(true, Ordering::Relaxed);
    assert_eq!(cache.get_or(&4, || 4), 4);
    flaky.panics.store(false, Ordering::Relaxed);
    flaky.away.store(false, Ordering::Relaxed);
    assert_eq!(cache.get_or(&5, || 5), 5);
    let asked = flaky.asked.load(Ordering::Relaxed);
    assert_eq!(cache.get_or(&5, || unreachable!()), 5);
    assert_eq!(flaky.asked.load(Ordering::Relaxed), asked, "a hit asks nobody");
    assert_eq!(
        *told.lock().unwrap(),
        [
            "the cache goes on without its second level: no route to host",
            "the cache's second level is back"
        ]
    );
}

#[test]
fn what_cannot_be_read_is_computed() {
    let store = store();
    let cache = cache_on::<u64>(store);
    cache.get_or("a", || 1);
    let key = store.keys().remove(0);
    let there = store.load(&key).unwrap().expect("it is there");
    store.save(&key, &Record { value: b"no number".to_vec(), ..there }).unwrap();
    assert_eq!(cache_on::<u64>(store).get_or("a", || 2), 2);
}

#[test]
#[should_panic(expected = "cache: `through` needs a `backend`")]
fn without_a_store_there_is_nothing_to_go_through() {
    drop(Cache::<u64, u64>::through("none", Settings::new()));
}
