//! What is computed once, and when it is again.

use std::time::Duration;

use dyno::cache::{Cache, Settings};
use dyno::clock;

use crate::support::{Computed, MS, SECOND, TEN};

#[test]
fn dy_20_two_calls_with_equal_arguments_compute_once() {
    let _clock = clock::freeze();
    let (cache, computed) = (Cache::<String, usize>::new("f", TEN), Computed::default());
    assert_eq!(cache.get_or("a", || computed.next()), 1);
    assert_eq!(cache.get_or("a", || computed.next()), 1);
    assert_eq!(cache.get_or("b", || computed.next()), 2);
}

#[test]
fn dy_22_what_has_expired_is_computed_again() {
    let clock = clock::freeze();
    let settings = Settings::new().ttl(20 * MS);
    let (cache, computed) = (Cache::<u64, usize>::new("f", settings), Computed::default());
    let call = || cache.get_or(&1, || computed.next());
    assert_eq!((call(), call()), (1, 1));
    clock.advance(19_999 * MS / 1000);
    assert_eq!(call(), 1);
    clock.advance(MS / 1000);
    assert_eq!(call(), 2, "at its end it has expired");
    clock.advance(30 * MS);
    assert_eq!(call(), 3);
}

#[test]
fn dy_22_by_the_real_time_as_well() {
    let settings = Settings::new().ttl(20 * MS);
    let (cache, computed) = (Cache::<u64, usize>::new("f", settings), Computed::default());
    let start = clock::now();
    assert_eq!(cache.get_or(&1, || computed.next()), 1);
    while cache.get_or(&1, || computed.next()) == 1 {
        assert!(start.elapsed() < Duration::from_secs(20));
    }
    assert!(start.elapsed() >= 20 * MS, "never before its end, the computation taking no time");
}

#[test]
fn dy_23_without_a_lifetime_a_value_is_kept_for_ever() {
    let clock = clock::freeze();
    let (cache, computed) = (Cache::<u64, usize>::new("f", Settings::new()), Computed::default());
    assert_eq!(cache.get_or(&1, || computed.next()), 1);
    clock.advance(Duration::from_secs(3600 * 24 * 365 * 100));
    assert_eq!(cache.get_or(&1, || computed.next()), 1);
    assert_eq!((cache.get(&1), cache.get(&2)), (Some(1), None));
}

#[test]
fn none_and_unit_are_values() {
    let computed = Computed::default();
    let nothing = Cache::<(), Option<u8>>::new("none", TEN);
    let unit = Cache::<(), ()>::new("unit", TEN);
    for _ in 0..3 {
        assert_eq!(nothing.get_or((), || (computed.next() == 0).then_some(1)), None);
        unit.get_or((), || {
            computed.next();
        });
    }
    assert_eq!((computed.times(), nothing.get(()), unit.get(())), (2, Some(None), Some(())));
}

#[test]
fn keys_are_looked_up_borrowed_and_told_apart_by_all_parts() {
    let cache = Cache::<(String, u32, Vec<u8>), usize>::new("parts", TEN);
    let computed = Computed::default();
    let get = |a: &str, b: u32, c: &[u8]| cache.get_or((a, &b, c), || computed.next());
    assert_eq!((get("a", 1, b"x"), get("a", 1, b"x")), (1, 1));
    assert_eq!((get("b", 1, b"x"), get("a", 2, b"x"), get("a", 1, b"")), (2, 3, 4));
    assert_eq!(get("ab", 1, b""), 5, "parts do not run into one another");
    assert_eq!(get("a", 1, b"x"), 1);
    assert!(cache.contains(&("a".to_owned(), 1, b"x".to_vec())), "the whole key does as well");
    assert_eq!(cache.len(), 5);
}

#[test]
fn keys_of_the_same_hash_are_different_keys() {
    #[derive(Clone, PartialEq, Eq)]
    struct Same(u32);
    impl std::hash::Hash for Same {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            0_u8.hash(state);
        }
    }
    let cache = Cache::<Same, u32>::new("same", TEN.capacity(20));
    for n in 0..50 {
        assert_eq!(cache.get_or(&Same(n), || n), n);
        assert_eq!(cache.get_or(&Same(n), || unreachable!()), n);
        assert!(cache.len() <= 20);
    }
    // Its own, while it computes another of that hash.
    assert_eq!(cache.get_or(&Same(98), || cache.get_or(&Same(99), || 99) - 1), 98);
}

#[test]
fn what_is_put_removed_and_let_expire() {
    let clock = clock::freeze();
    let cache = Cache::<String, u32>::new("by-hand", TEN);
    cache.insert("a".to_owned(), 1);
    assert_eq!((cache.get("a"), cache.get_or("a", || 2)), (Some(1), 1));
    cache.insert("a".to_owned(), 3);
    assert_eq!((cache.get("a"), cache.len()), (Some(3), 1));
    assert!(cache.remove("a") && !cache.remove("a"));
    assert_eq!((cache.get("a"), cache.is_empty()), (None, true));

    cache.insert("b".to_owned(), 1);
    assert!(cache.expire("b") && !cache.expire("a"));
    assert!(!cache.contains("b"));
    assert_eq!((cache.get("b"), cache.get_or("b", || 2)), (None, 2));
    clock.advance(9 * SECOND);
    assert!(cache.contains("b"));
    clock.advance(SECOND);
    assert!(!cache.contains("b"));
    cache.insert("c".to_owned(), 1);
    cache.clear();
    assert_eq!((cache.len(), cache.total_weight()), (0, 0));
    assert_eq!(cache.get_or("c", || 2), 2);
}

#[test]
fn it_says_what_it_is() {
    static PRICES: Cache<u64, u32> = Cache::new("prices", TEN.capacity(7));
    let line = line!() - 1;
    assert_eq!((PRICES.name(), PRICES.capacity()), ("prices", 7));
    assert_eq!((PRICES.location().file(), PRICES.location().line()), (file!(), line));
    assert_eq!(format!("{PRICES:?}"), "Cache(prices {ttl = 10s, early = none, capacity = 7})");
}

#[test]
#[should_panic(expected = "cache: `ttl` must be above zero, else no value is ever used")]
fn no_time_to_live_is_refused() {
    let _ = Settings::new().ttl(Duration::ZERO);
}

#[test]
#[should_panic(expected = "cache: `capacity` must be at least 1, else no value is ever kept")]
fn no_capacity_is_refused() {
    let _ = Settings::new().capacity(0);
}
