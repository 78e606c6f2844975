//! How often what came of asking.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::cache::{Cache, Counts};
use dyno::clock;
use dyno::point::{self, Cached, Event};

use crate::support::{Computed, SECOND, TEN, on_threads, shared};

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
