//! Failures: never kept, unless they are to be.

use dyno::cache::{Cache, Early, Settings};
use dyno::clock;

use crate::support::{Computed, SECOND, TEN};

#[test]
fn dy_29_a_failure_is_not_kept() {
    let _clock = clock::freeze();
    let (cache, computed) = (Cache::<u64, usize>::new("f", TEN), Computed::default());
    let call = || match computed.next() {
        1 => Err("down"),
        n => Ok(n),
    };
    assert_eq!(cache.try_get_or(&1, call), Err("down"));
    assert_eq!(cache.len(), 0);
    assert_eq!(cache.try_get_or(&1, call), Ok(2));
    assert_eq!(cache.try_get_or(&1, call), Ok(2));
}

#[test]
fn when_the_next_value_fails_the_last_one_stands_in_for_so_long() {
    let clock = clock::freeze();
    let settings = TEN.grace(SECOND).stale_if_error(30 * SECOND);
    let cache = Cache::<u64, u32>::new("f", settings);
    let fails = || cache.try_get_or(&1, || Err("down"));
    assert_eq!(cache.try_get_or(&1, || Ok::<_, &str>(7)), Ok(7));
    clock.advance(10 * SECOND);
    assert_eq!(fails(), Ok(7), "it has just expired");
    clock.advance(29 * SECOND);
    assert_eq!(fails(), Ok(7), "past any grace");
    assert_eq!(cache.counts().stale_if_error, 2);
    clock.advance(SECOND);
    assert_eq!(fails(), Err("down"), "past that as well");
    assert_eq!(cache.try_get_or(&1, || Ok::<_, &str>(8)), Ok(8));
    let counts = cache.counts();
    assert_eq!((counts.miss, counts.stale_if_error, counts.hit), (5, 2, 0));
}

#[test]
fn without_it_a_failure_is_passed_on() {
    let clock = clock::freeze();
    let cache = Cache::<u64, u32>::new("f", TEN);
    assert_eq!(cache.try_get_or(&1, || Ok::<_, &str>(7)), Ok(7));
    clock.advance(10 * SECOND);
    assert_eq!(cache.try_get_or(&1, || Err("down")), Err("down"));
}

#[test]
fn an_early_computation_that_fails_is_passed_on_or_stood_in_for() {
    let clock = clock::freeze();
    for (stale, expected) in [(false, Err("down")), (true, Ok(7))] {
        let settings = Settings::new().ttl(10 * SECOND).early(Early::Exponential { power: 1e-9 });
        let settings = if stale { settings.stale_if_error(SECOND) } else { settings };
        let cache = Cache::<u64, u32>::new("f", settings);
        assert_eq!(cache.try_get_or(&1, || Ok::<_, &str>(7)), Ok(7));
        clock.advance(5 * SECOND);
        assert_eq!(cache.try_get_or(&1, || Err("down")), expected);
        assert_eq!(cache.counts().early, 1);
        // The value is still there.
        assert_eq!(cache.get(&1), Some(7));
    }
}
