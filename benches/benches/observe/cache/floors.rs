//! Maps that are no caches, and a cache by hand.

use std::borrow::Borrow as _;
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{PoisonError, RwLock};

use dashmap::DashMap;
use foldhash::fast::RandomState;
use rustix::time::{ClockId, clock_gettime};
use scc::HashIndex;

use super::key::{Key, fresh};
use super::{ENTRIES, value};
use crate::group::Group;
use crate::leak;

pub(super) const PAPAYA: &str = "floor: papaya";
/// What a cache that expires must do at least.
pub(super) const BY_HAND: &str = "by hand: papaya, expiry, coarse clock";
pub(super) const INSERT: &str = "floor: papaya, insert and remove";

pub(super) fn hit<K: Key + ?Sized>(group: &mut Group) {
    let (key, wanted) = K::hot();
    let map: &HashMap<K::Owned, u64, RandomState> = leak(entries::<K>().collect());
    group.call("floor: `HashMap`", key, wanted, |key| map.get(key).copied().unwrap_or(0));
    let papaya: &papaya::HashMap<K::Owned, u64, RandomState> = leak(entries::<K>().collect());
    group.call(PAPAYA, key, wanted, |key| papaya.pin().get(key).copied().unwrap_or(0));
    let index: &HashIndex<K::Owned, u64, RandomState> = leak(HashIndex::default());
    for (key, value) in entries::<K>() {
        let _ = index.insert_sync(key, value);
    }
    group.call("floor: scc `HashIndex`", key, wanted, |key| {
        index.peek_with(key, |_, value| *value).unwrap_or(0)
    });
    let timed: &papaya::HashMap<K::Owned, Entry, RandomState> = leak(
        entries::<K>()
            .map(|(key, value)| (key, Entry { value, expires: seconds() + 3600 }))
            .collect(),
    );
    group.call(BY_HAND, key, wanted, |key| {
        let alive = |entry: &&Entry| entry.expires > seconds();
        timed.pin().get(key).filter(alive).map_or(0, |entry| entry.value)
    });
    let locked = leak(RwLock::new(map.clone()));
    group.call("floor: `RwLock<HashMap>`", key, wanted, |key| {
        locked.read().unwrap_or_else(PoisonError::into_inner).get(key).copied().unwrap_or(0)
    });
    let dash: &DashMap<K::Owned, u64, RandomState> = leak(entries::<K>().collect());
    group.call("floor: dashmap", key, wanted, |key| dash.get(key).map_or(0, |entry| *entry));
}

pub(super) fn miss(group: &mut Group) {
    group.call("floor: an allocation, and it is freed", (), (), |()| {
        black_box(Box::new(1_u64));
    });
    let papaya: &papaya::HashMap<u64, u64, RandomState> = leak(entries::<u64>().collect());
    group.call(INSERT, (), true, |()| {
        let (key, map) = (fresh(), papaya.pin());
        map.insert(key, value(key));
        map.remove(key.borrow()).is_some()
    });
    let dash: &DashMap<u64, u64, RandomState> = leak(entries::<u64>().collect());
    group.call("floor: dashmap, insert and remove", (), true, |()| {
        let key = fresh();
        dash.insert(key, value(key));
        dash.remove(&key).is_some()
    });
}

/// What all maps are filled with.
pub(super) fn entries<K: Key + ?Sized>() -> impl Iterator<Item = (K::Owned, u64)> {
    (0..ENTRIES).map(|i| (K::nth(i), value(i)))
}

struct Entry {
    value: u64,
    expires: i64,
}

/// By the coarse clock.
fn seconds() -> i64 {
    clock_gettime(ClockId::MonotonicCoarse).tv_sec
}
