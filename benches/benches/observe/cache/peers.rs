//! The peers: those that take a hash have the one of dyno's, those that can expire do so in an hour.

use std::convert::Infallible;

use foldhash::fast::RandomState;
use foyer_memory::{Cache as Foyer, CacheBuilder as FoyerBuilder};
use quick_cache::UnitWeighter;
use quick_cache::sync::{Cache as QuickCache, DefaultLifecycle};
use stretto::Cache as Stretto;

use super::floors::entries;
use super::key::{Key, bounded_ones, fresh};
use super::{CAPACITY, value};
use crate::group::Group;
use crate::{HOUR, leak};

pub(super) const QUICK: &str = "quick_cache";
const MOKA: &str = "moka: TTL";
const MINI: &str = "mini-moka: TTL";
const FOYER: &str = "foyer";
const STRETTO: &str = "stretto: TTL";

pub(super) fn hit<K: Key + ?Sized>(group: &mut Group) {
    let (key, wanted) = K::hot();
    let quick = quick::<K>();
    entries::<K>().for_each(|(key, value)| quick.insert(key, value));
    group.call(QUICK, key, wanted, |key| quick.get(key).unwrap_or(0));
    let moka = moka::<K>();
    entries::<K>().for_each(|(key, value)| moka.insert(key, value));
    group.call(MOKA, key, wanted, |key| moka.get(key).unwrap_or(0));
    let mini = mini::<K>();
    entries::<K>().for_each(|(key, value)| mini.insert(key, value));
    // It takes nothing but a reference to an owned key.
    group.call(MINI, key, wanted, |key| mini.get(&key.own()).unwrap_or(0));
    let foyer = foyer::<K>();
    entries::<K>().for_each(|(key, value)| drop(foyer.insert(key, value)));
    group.call(FOYER, key, wanted, |key| foyer.get(key).map_or(0, |entry| *entry.value()));
    let stretto = stretto::<K>();
    for (key, value) in entries::<K>() {
        stretto.insert_with_ttl(key, value, 1, HOUR);
    }
    stretto.wait().expect("its thread is there");
    group.call(STRETTO, key, wanted, |key| stretto.get(key).map_or(0, |entry| *entry.value()));
    for (name, remembering) in K::cached() {
        group.call(name, key, wanted, remembering);
    }
}

pub(super) fn miss(group: &mut Group) {
    let quick = quick::<u64>();
    group.call(QUICK, (), (), |()| {
        let key = fresh();
        let _ = quick.get_or_insert_with(&key, || Ok::<_, Infallible>(value(key)));
    });
    let moka = moka::<u64>();
    group.call("moka: TTL, `get_with`", (), (), |()| {
        let key = fresh();
        moka.get_with(key, || value(key));
    });
    group.call("moka: TTL, get, insert", (), (), |()| {
        let key = fresh();
        if moka.get(&key).is_none() {
            moka.insert(key, value(key));
        }
    });
    let mini = mini::<u64>();
    group.call("mini-moka: TTL, get, insert", (), (), |()| {
        let key = fresh();
        if mini.get(&key).is_none() {
            mini.insert(key, value(key));
        }
    });
    let foyer = foyer::<u64>();
    group.call("foyer: get, insert", (), (), |()| {
        let key = fresh();
        if foyer.get(&key).is_none() {
            foyer.insert(key, value(key));
        }
    });
    let stretto = stretto::<u64>();
    group.call("stretto: TTL, get, insert", (), (), |()| {
        let key = fresh();
        if stretto.get(&key).is_none() {
            stretto.insert_with_ttl(key, value(key), 1, HOUR);
        }
    });
    for (name, remembering) in bounded_ones() {
        group.call(name, (), (), move |()| {
            let key = fresh();
            remembering(&key);
        });
    }
}

type Quick<K> = QuickCache<K, u64, UnitWeighter, RandomState>;

fn quick<K: Key + ?Sized>() -> &'static Quick<K::Owned> {
    let lifecycle = DefaultLifecycle::default();
    let (capacity, weight) = (CAPACITY, CAPACITY as u64);
    leak(Quick::with(capacity, weight, UnitWeighter, RandomState::default(), lifecycle))
}

fn moka<K: Key + ?Sized>() -> &'static moka::sync::Cache<K::Owned, u64, RandomState> {
    let builder = moka::sync::Cache::builder().max_capacity(CAPACITY as u64).time_to_live(HOUR);
    leak(builder.build_with_hasher(RandomState::default()))
}

fn mini<K: Key + ?Sized>() -> &'static mini_moka::sync::Cache<K::Owned, u64, RandomState> {
    let builder = mini_moka::sync::Cache::builder();
    let builder = builder.max_capacity(CAPACITY as u64).time_to_live(HOUR);
    leak(builder.build_with_hasher(RandomState::default()))
}

fn foyer<K: Key + ?Sized>() -> &'static Foyer<K::Owned, u64, RandomState> {
    leak(FoyerBuilder::new(CAPACITY).with_hash_builder(RandomState::default()).build())
}

fn stretto<K: Key + ?Sized>() -> &'static Stretto<K::Owned, u64> {
    leak(Stretto::new(10 * CAPACITY, 10_000).expect("settings that it allows"))
}
