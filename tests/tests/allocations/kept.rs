//! What is cached, and what advice may be bound to.

use std::future::ready;

use dyno::cache::{Cache, Settings};
use dyno::{aspect, cache};

use super::{Refused, of_many, of_many_async};

#[cache(ttl = 1h)]
fn priced(_sku: &str) -> u64 {
    7
}

#[cache(ttl = 1h, early = linear)]
fn priced_in(_sku: &str, _region: &str, _quantity: u32) -> u64 {
    7
}

#[cache]
async fn priced_async(_sku: &str) -> u64 {
    ready(7).await
}

#[test]
fn a_hit_of_a_borrowed_key() {
    static PRICES: Cache<(String, u32), u64> = Cache::new("allocations", Settings::new());
    assert_eq!(of_many(|x| priced("sku-1") + x), 0);
    // Every caller draws, and a thousandth of a second of an hour is as good as never.
    assert_eq!(of_many(|x| priced_in("sku-1", "de", 2) + x), 0);
    assert_eq!(of_many_async(async |x| priced_async("sku-1").await + x), 0);
    assert_eq!(of_many(|x| PRICES.get_or(("sku-1", &2), || 7) + x), 0);
    assert_eq!(of_many(|x| PRICES.get(("sku-1", &2)).unwrap_or(0) + x), 0);
    assert_eq!(of_many(|x| PRICES.get(("sku-2", &2)).map_or(7 + x, |_| 0)), 0, "none is there");
}

/// The control: a value that is stored is, and so is its key.
#[test]
fn a_miss_is_counted() {
    static PRICES: Cache<String, u64> = Cache::new("allocations.misses", Settings::new());
    let missed = |x| {
        PRICES.remove("sku-1");
        PRICES.get_or("sku-1", || 7) + x
    };
    assert!(of_many(missed) >= 2 * super::CALLS);
}

#[aspect]
fn advised(sku: &str, x: u64) -> u64 {
    sku.len() as u64 + x
}

#[aspect("allocations.join")]
fn filtered(sku: &str, x: u64) -> Result<u64, Refused> {
    Ok(sku.len() as u64 + x)
}

#[aspect]
#[aspect("allocations.join.async")]
async fn filtered_async(x: u64) -> Result<u64, Refused> {
    ready(Ok(7 + x)).await
}

#[test]
fn aspects_to_which_nothing_is_bound() {
    assert_eq!(of_many(|x| advised("seven !", x)), 0);
    assert_eq!(of_many(|x| filtered("seven !", x).unwrap_or(0)), 0);
    assert_eq!(of_many_async(async |x| filtered_async(x).await.unwrap_or(0)), 0);
}
