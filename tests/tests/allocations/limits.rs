//! A call that is let in allocates nothing, nor does one that is turned away.

use std::fmt::Display;
use std::time::Duration;

use dyno::limit::{Bulkhead, KeyedBulkhead, KeyedRate, Rate};
use dyno::{bulkhead, rate};

use super::{Refused, of_many, of_many_async};

#[test]
fn a_place_in_a_bulkhead() {
    static FREE: Bulkhead = Bulkhead::new("allocations", 2).wait(Duration::from_secs(1));
    static FULL: Bulkhead = Bulkhead::new("allocations", 1);
    static HOSTS: KeyedBulkhead = KeyedBulkhead::new("allocations", 1);
    assert_eq!(of_many(|x| FREE.call(|| Some(7 + x)).expect("it is free")), 0);
    assert_eq!(of_many(|x| FREE.try_acquire().map_or(0, |_permit| 7 + x)), 0);
    let call = async |x| FREE.call_async(async || Some(7 + x)).await.expect("it is free");
    assert_eq!(of_many_async(call), 0);
    let _taken = FULL.acquire();
    assert_eq!(of_many(|x| FULL.try_acquire().map_or_else(|_| 7 + x, |_| 0)), 0);
    assert_eq!(of_many(|x| FULL.call(|| Some(0)).map_or(7 + x, |never| never)), 0);
    // By key the name is made with the bulkhead, and shared.
    let host = |key: &dyn Display| HOSTS.get(key);
    assert_eq!(of_many(|x| host(&"a").call(|| Some(7 + x)).expect("it is free")), 0);
    let _taken = host(&"b").acquire_owned();
    assert_eq!(of_many(|x| host(&"b").try_acquire().map_or_else(|_| 7 + x, |_| 0)), 0);
}

#[rate(1_000_000_000/1s, burst = 4_000_000)]
fn rated(x: u64) -> Result<u64, Refused> {
    Ok(7 + x)
}

#[bulkhead(10)]
#[rate("allocations", rate = 1_000_000_000/1s, wait = 1s)]
async fn limited(x: u64) -> Result<u64, Refused> {
    std::future::ready(Ok(7 + x)).await
}

#[rate(1/1h, name = "allocations")]
fn refused(x: u64) -> Result<u64, Refused> {
    Err(Refused::Rejected).or(Ok(7 + x))
}

#[test]
fn a_rate() {
    static EARLY: Rate = Rate::new("early", 1, Duration::from_secs(3600));
    static EARLY_HOSTS: KeyedRate = KeyedRate::new("hosts", 1, Duration::from_secs(3600));
    assert_eq!(of_many(|x| rated(x).expect("it is let in")), 0);
    assert_eq!(of_many_async(async |x| limited(x).await.expect("it is let in")), 0);
    // The first is let in; of the first refusal metrics may hear, which make room for its name.
    let denied = |x| if EARLY.try_acquire().is_ok() { 8 } else { 7 + x };
    assert_eq!([denied(1), denied(2)], [8, 9]);
    assert_eq!(of_many(denied), 0);
    assert_eq!([refused(1), refused(2)], [Ok(8), Err(Refused::Rejected)]);
    assert_eq!(of_many(|x| refused(x).unwrap_or(7 + x)), 0);
    let denied = |x| if EARLY_HOSTS.get("a.example").acquire().is_ok() { 8 } else { 7 + x };
    assert_eq!([denied(1), denied(2)], [8, 9]);
    assert_eq!(of_many(denied), 0);
}
