//! dyno's ways.

use benches::Bars;
use dyno::cache;
use dyno::cache::{Cache, Settings};

use super::floors::BY_HAND;
use super::key::{HOT, Key, fresh};
use super::{CAPACITY, peers, value};
use crate::group::{Group, Results};
use crate::{HOUR, leak};

const GET: &str = "dyno: `Cache::get`, TTL";
const GET_OR: &str = "dyno: `Cache::get_or`, TTL";
const FOR_EVER: &str = "dyno: `Cache::get_or`";
const ATTRIBUTE: &str = "dyno: `#[cache(ttl = 1h)]`";

/// A function under the attribute, of each type of key.
pub(super) trait Annotated {
    fn priced(&self) -> u64;
}

impl Annotated for u64 {
    fn priced(&self) -> u64 {
        priced(*self)
    }
}

impl Annotated for str {
    fn priced(&self) -> u64 {
        priced_by_name(self)
    }
}

#[cache(ttl = 1h)]
fn priced(id: u64) -> u64 {
    value(id)
}

#[cache(ttl = 1h)]
fn priced_by_name(_sku: &str) -> u64 {
    value(HOT)
}

pub(super) fn hit<K: Key + ?Sized>(group: &mut Group)
where
    for<'a> &'a K: cache::Key<Owned = K::Owned>,
{
    let (key, wanted) = K::hot();
    let cache = filled::<K>(Settings::new().ttl(HOUR));
    group.call(GET, key, wanted, |key| cache.get(key).unwrap_or(0));
    group.call(GET_OR, key, wanted, |key| cache.get_or(key, || 0));
    let cache = filled::<K>(Settings::new());
    group.call(FOR_EVER, key, wanted, |key| cache.get_or(key, || 0));
    group.call(ATTRIBUTE, key, wanted, K::priced);
}

fn filled<K: Key + ?Sized>(settings: Settings) -> &'static Cache<K::Owned, u64> {
    let cache = leak(Cache::new("bench", settings));
    super::floors::entries::<K>().for_each(|(key, value)| cache.insert(key, value));
    cache
}

pub(super) fn miss(group: &mut Group) {
    let cache = leak(Cache::new("bench", Settings::new().ttl(HOUR).capacity(CAPACITY)));
    group.call(GET_OR, (), (), |()| {
        let key = fresh();
        cache.get_or(&key, || value(key));
    });
    group.call(ATTRIBUTE, (), (), |()| {
        priced(fresh());
    });
}

pub(super) fn judge(bars: &mut Bars, all: &Results, title: &str) {
    for name in [GET, GET_OR, ATTRIBUTE] {
        let what = format!("{title}: {}", name.trim_start_matches("dyno: "));
        bars.at_most(
            &format!("{what}, against what is by hand"),
            1.5,
            all.ratio(name, BY_HAND),
            "x",
        );
        let two = all.shared_by_two(name);
        bars.at_most(&format!("{what}, two threads against one"), 1.2, two, "x");
        let ahead = all.ratio_on_two(name, peers::QUICK);
        bars.at_most(&format!("{what}, ahead of quick_cache on two threads"), 1.0, ahead, "x");
        bars.at_most(&format!("{what}, allocations"), 0.0, all.allocations(name), "");
    }
}
