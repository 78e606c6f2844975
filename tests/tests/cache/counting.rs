//! How often what came of asking.

use std::cell::Cell;
use std::panic;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::cache::{Cache, Counts, Early, Settings};
use dyno::point::{self, Cached, Event};
use dyno::{Deadline, clock};

use crate::support::{Computed, MS, SECOND, TEN, on_threads, shared};

#[test]
fn every_call_is_counted_once_on_any_number_of_threads() {
    let (threads, calls, keys) = (12, 20_000_u64, 50);
    let (cache, computed) = (shared::<u64, u64>(TEN), Computed::default());
    on_threads(threads, |at| {
        for n in 0..calls {
            let key = (n + at as u64 * 7) % keys;
            let got = cache.get_or(&key, || {
                computed.next();
                key
            });
            assert_eq!(got, key);
        }
    });
    let counts = cache.counts();
    assert_eq!(counts.calls(), threads as u64 * calls);
    assert_eq!((counts.miss, computed.times() as u64), (keys, keys));
    assert_eq!(counts.hit + counts.waited, threads as u64 * calls - keys);
    assert_eq!((counts.early, counts.stale, counts.evicted), (0, 0, 0));
}

#[test]
fn a_call_is_counted_once_whatever_becomes_of_it() {
    let _clock = clock::freeze();
    let settings = Settings::new()
        .ttl(SECOND)
        .early(Early::Linear)
        .grace(300 * MS)
        .stale_if_error(SECOND)
        .capacity(15);
    let cache = shared::<u64, u64>(settings);
    let calls = on_threads(8, |at| {
        let (mut random, calls) = (fastrand::Rng::with_seed(at as u64), Cell::new(0));
        let get = |key: u64, f: &dyn Fn() -> u64| {
            calls.set(calls.get() + 1);
            cache.get_or(&key, f)
        };
        for _ in 0..3000 {
            let key = random.u64(..20);
            match random.u32(..20) {
                0..4 => {
                    calls.set(calls.get() + 1);
                    cache.try_get_or(&key, || Err(key)).unwrap_or_default();
                }
                4 => {
                    let panics = || get(key, &|| panic::resume_unwind(Box::new(key)));
                    panic::catch_unwind(panic::AssertUnwindSafe(panics)).unwrap_or_default();
                }
                5 => assert_eq!(Deadline::within(Duration::ZERO, || get(key, &|| key)), key),
                6 => assert_eq!(get(key, &|| get(key, &|| key)), key),
                _ => assert_eq!(get(key, &|| key), key),
            }
            match random.u32(..40) {
                0 => {
                    cache.remove(&key);
                }
                1 => {
                    cache.expire(&key);
                }
                2 => cache.insert(key, key),
                3 => clock::sleep(30 * MS),
                _ => {}
            }
        }
        calls.get()
    });
    let counts = cache.counts();
    assert_eq!(counts.calls(), calls.iter().sum::<u64>());
    assert!(counts.hit > 0 && counts.miss > 0 && counts.early > 0 && counts.stale > 0);
    assert!(counts.stale_if_error > 0 && counts.evicted > 0);
}

#[test]
fn counts_read_as_a_sentence() {
    let cache = Cache::<u64, u64>::new("sentence", TEN);
    assert_eq!(cache.counts().hit_rate(), None);
    for n in 0..4 {
        cache.get_or(&(n / 3), || n);
    }
    assert_eq!(cache.counts().hit_rate(), Some(0.5));
    assert_eq!(
        cache.counts().to_string(),
        "4 calls: 50.0% hits; 2 misses, 0 early, 0 stale, 0 waited; 0 stale after errors, \
         0 refreshed, 0 evicted"
    );
}

#[test]
fn who_looks_without_computing_counts_as_well_and_who_only_peeks_does_not() {
    let cache = Cache::<u64, u64>::new("peek", TEN);
    assert_eq!(cache.get(&1), None);
    cache.insert(1, 1);
    assert!(cache.contains(&1));
    assert_eq!(cache.get(&1), Some(1));
    let Counts { hit, miss, .. } = cache.counts();
    assert_eq!((hit, miss, cache.counts().calls()), (1, 1, 2));
}

#[test]
fn what_happens_is_told_under_the_name() {
    let clock = clock::freeze();
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = told.clone();
    let _observing = point::observe(move |point: &str, event: &Event<'_>| {
        if let ("told", Event::Cache { cached }) = (point, event) {
            hears.lock().unwrap().push(*cached);
        }
    });
    let cache =
        Cache::<u64, u64>::new("told", TEN.capacity(1).stale_if_error(Duration::from_secs(60)));
    cache.get_or(&1, || 1);
    cache.get_or(&1, || 1);
    clock.advance(11 * SECOND);
    assert_eq!(cache.try_get_or(&1, || Err("down")), Ok(1));
    cache.get_or(&2, || 1);
    let expected = [
        Cached::Miss,
        Cached::Hit,
        Cached::Miss,
        Cached::StaleIfError,
        Cached::Miss,
        Cached::Evicted,
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}
