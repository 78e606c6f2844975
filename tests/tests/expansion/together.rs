//! What is kept, counted and told depends on where an attribute stands among the others.

use std::time::Duration;

use super::{E, Tries, block_on, sendable};
use dyno::{
    aspect, breaker, bulkhead, cache, clock, fallback, fuse, harness, inject, metrics, rate, retry,
    timeout, timing,
};

#[test]
fn a_cache_above_a_fallback_keeps_what_stands_in() {
    static ABOVE: Tries = Tries::new();
    #[cache(ttl = 60s)]
    #[fallback(Ok(7))]
    fn above() -> Result<u32, E> {
        ABOVE.fail(1)
    }
    static BELOW: Tries = Tries::new();
    #[fallback(Ok(7))]
    #[cache(ttl = 60s)]
    fn below() -> Result<u32, E> {
        BELOW.fail(1)
    }
    assert_eq!((above(), above(), ABOVE.made()), (Ok(7), Ok(7), 1));
    assert_eq!((below(), below(), below(), BELOW.made()), (Ok(7), Ok(2), Ok(2), 2));
}

#[test]
fn each_attempt_looks_in_a_cache_below_a_retry() {
    static TRIES: Tries = Tries::new();
    #[retry(3)]
    #[cache(ttl = 60s)]
    fn price() -> Result<u32, E> {
        TRIES.fail(2)
    }
    assert_eq!((price(), price(), TRIES.made()), (Ok(3), Ok(3), 3));
}

#[test]
fn metrics_above_a_cache_count_calls_and_below_it_computations() {
    #[metrics("together.asked")]
    #[cache(ttl = 60s)]
    #[metrics("together.computed")]
    fn double(x: u32) -> u32 {
        2 * x
    }
    assert_eq!([1, 2, 1, 1].map(double), [2, 4, 2, 2]);
    let calls = |name| metrics::of(name).map(|seen| seen.total.successes);
    assert_eq!((calls("together.asked"), calls("together.computed")), (Some(4), Some(2)));
}

#[test]
fn timing_shows_what_a_cache_spares() {
    #[timing("asked")]
    #[cache(ttl = 60s, name = "together.kept")]
    #[timing("computed")]
    fn slow(x: u32) -> u32 {
        clock::sleep(Duration::from_millis(5));
        x
    }
    let _time = clock::freeze();
    let ((), tree) = timing::record("request", || assert_eq!([slow(1), slow(1)], [1, 1]));
    let names: Vec<&str> = tree.iter().map(timing::Node::name).collect();
    let said = ["together.kept: cache miss", "together.kept: cache hit"];
    assert_eq!(names, ["request", "asked", said[0], "computed", "asked", said[1]]);
}

fn five() -> u32 {
    5
}

#[test]
fn all_of_them_make_one_function() {
    #[inject(five = five)]
    #[metrics("together.all")]
    #[timing]
    #[aspect(before = |_| ())]
    #[harness(name = "together::all")]
    #[fallback(Ok(0))]
    #[cache(ttl = 60s, key = fails)]
    #[timeout(1s)]
    #[rate(1000/1s)]
    #[retry(3)]
    #[fuse]
    #[breaker(fail_max = 3)]
    #[bulkhead(2)]
    fn all(five: u32, tries: &'static Tries, fails: u32) -> Result<u32, E> {
        tries.fail(fails).map(|made| made + five)
    }
    static TRIES: Tries = Tries::new();
    assert_eq!(all(&TRIES, 2), Ok(8), "two attempts failed");
    assert_eq!(all(&TRIES, 2), Ok(8), "kept");
    assert_eq!((all(&TRIES, 9), TRIES.made()), (Ok(0), 6), "three more failed");
    assert_eq!((all(&TRIES, 8), TRIES.made()), (Ok(0), 6), "the breaker is open");
    let seen = metrics::of("together.all").expect("it was called").total;
    assert_eq!((seen.successes, seen.calls()), (4, 4));
}

#[test]
fn all_of_them_make_one_async_function() {
    #[inject(five = five)]
    #[metrics("together.all_async")]
    #[timing]
    #[aspect(before = |_| ())]
    #[harness(name = "together::all_async")]
    #[fallback(Ok(0))]
    #[cache(ttl = 60s, key = fails)]
    #[timeout(1s)]
    #[rate(1000/1s)]
    #[retry(3)]
    #[fuse]
    #[breaker(fail_max = 3)]
    #[bulkhead(2)]
    async fn all(five: u32, tries: &'static Tries, fails: u32) -> Result<u32, E> {
        clock::sleep_async(Duration::from_millis(1)).await;
        tries.fail(fails).map(|made| made + five)
    }
    static TRIES: Tries = Tries::new();
    let _time = clock::freeze();
    assert_eq!(block_on(sendable(all(&TRIES, 2))), Ok(8), "two attempts failed");
    assert_eq!(block_on(all(&TRIES, 2)), Ok(8), "kept");
    assert_eq!((block_on(all(&TRIES, 9)), TRIES.made()), (Ok(0), 6), "three more failed");
    assert_eq!((block_on(all(&TRIES, 8)), TRIES.made()), (Ok(0), 6), "the breaker is open");
    let seen = metrics::of("together.all_async").expect("it was called").total;
    assert_eq!((seen.successes, seen.calls()), (4, 4));
}
