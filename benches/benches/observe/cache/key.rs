//! The keys.

use std::borrow::Borrow;
use std::cell::Cell;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};

use cached::macros::{cached, concurrent_cached};

use super::guarded::Annotated;
use super::value;
use crate::leak;

/// The key that all ask for.
pub(super) const HOT: u64 = 7;

/// A function that remembers, and its name.
type Remembering<K> = (&'static str, fn(&K) -> u64);

/// What entries are kept under, and looked up by.
pub(super) trait Key: Hash + Eq + Annotated + Sync + 'static {
    /// What is stored.
    type Owned: Borrow<Self> + Hash + Eq + Clone + Send + Sync + 'static;

    /// The nth key.
    fn nth(i: u64) -> Self::Owned;

    /// To be stored.
    fn own(&self) -> Self::Owned;

    /// Functions under `cached`'s attributes.
    fn cached() -> [Remembering<Self>; 4];

    /// The hot one, looked up, and its value.
    fn hot() -> (&'static Self, u64) {
        let key: &'static Self::Owned = leak(Self::nth(HOT));
        (key.borrow(), value(HOT))
    }
}

macro_rules! cached {
    ($all:ident, $timed:ident, $few:ident, $split:ident, $key:ty, $owned:literal, |$k:ident| $convert:expr) => {
        #[cached(key = $owned, convert = { $convert })]
        fn $all($k: &$key) -> u64 {
            of($k)
        }

        #[cached(ttl_secs = 3600, key = $owned, convert = { $convert })]
        fn $timed($k: &$key) -> u64 {
            of($k)
        }

        #[cached(ttl_secs = 3600, max_size = 10_000, key = $owned, convert = { $convert })]
        fn $few($k: &$key) -> u64 {
            of($k)
        }

        #[concurrent_cached(ttl_secs = 3600, key = $owned, convert = { $convert })]
        fn $split($k: &$key) -> u64 {
            of($k)
        }
    };
}

cached!(all, timed, few, split, u64, "u64", |k| *k);
cached!(all_str, timed_str, few_str, split_str, str, "String", |k| k.to_owned());

#[concurrent_cached(ttl_secs = 3600, max_size = 10_000)]
fn split_few(k: u64) -> u64 {
    value(k)
}

/// Those of `cached`'s that keep no more than they are told to.
pub(super) fn bounded_ones() -> [Remembering<u64>; 2] {
    let split = "cached: `#[concurrent_cached(ttl_secs, max_size)]`";
    [(BOUNDED, few), (split, |k| split_few(*k))]
}

/// What all of them would compute, were it not there: they are asked for the hot one only.
fn of<K: ?Sized>(_: &K) -> u64 {
    value(HOT)
}

const PLAIN: &str = "cached: `#[cached]`";
const TTL: &str = "cached: `#[cached(ttl_secs)]`";
const BOUNDED: &str = "cached: `#[cached(ttl_secs, max_size)]`";
const SHARDED: &str = "cached: `#[concurrent_cached(ttl_secs)]`";

impl Key for u64 {
    type Owned = Self;

    fn own(&self) -> u64 {
        *self
    }

    fn nth(i: u64) -> u64 {
        i
    }

    fn cached() -> [Remembering<Self>; 4] {
        [(PLAIN, all), (TTL, timed), (BOUNDED, few), (SHARDED, split)]
    }
}

impl Key for str {
    type Owned = String;

    fn own(&self) -> String {
        self.to_owned()
    }

    fn nth(i: u64) -> String {
        format!("sku-{i:08}-de-berlin")
    }

    fn cached() -> [Remembering<Self>; 4] {
        [(PLAIN, all_str), (TTL, timed_str), (BOUNDED, few_str), (SHARDED, split_str)]
    }
}

/// A key that nobody has had before.
pub(super) fn fresh() -> u64 {
    /// So many for each thread.
    const OWN: u64 = 1 << 32;
    static THREADS: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static NEXT: Cell<u64> = const { Cell::new(0) };
    }
    let next = match NEXT.get() {
        0 => THREADS.fetch_add(1, Ordering::Relaxed) * OWN,
        next => next,
    };
    NEXT.set(next + 1);
    next
}
