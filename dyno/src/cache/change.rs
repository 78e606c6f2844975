//! Storing, and taking away.

use std::any::{Any, TypeId, type_name};

use super::age::{is_over, new_entry};
use super::family::{Act, Member};
use super::flight::Flights;
use super::how::Kept;
use super::inner::Inner;
use super::key::{Key, Storable, Whole};
use super::settings::Settings;
use super::store::Entry;
use crate::clock;
use crate::point::Cached;

impl<K: Storable, V: Kept> Inner<K, V> {
    /// Stores a value, and makes room for it; where it is. One that weighs more than all may is not
    /// stored, and takes the one before it away.
    pub(super) fn put(
        &self,
        key: K,
        hash: u64,
        entry: Entry<V>,
        weight: usize,
        settings: &Settings,
    ) -> Option<u64> {
        let most = settings.most();
        if weight > most {
            self.store.remove(&Whole(&key), hash);
            return None;
        }
        let now = clock::now().as_nanos();
        let over = |entry: &Entry<V>| is_over(entry, now, settings);
        let put = self.store.put(key, hash, entry, weight as u64, most as u64, over);
        (0..put.evicted).for_each(|_| self.count(Cached::Evicted));
        Some(put.place)
    }

    /// Stores what somebody has brought.
    pub(super) fn insert(&self, key: K, value: V, weight: usize) {
        let (hash, settings) = (self.store.hash(&Whole(&key)), self.family.settings());
        self.flights(hash).void(hash);
        let lives = settings.lifetime(false, 0);
        #[cfg(feature = "cache-backend")]
        self.save(&key, &value, lives, 0);
        let entry = new_entry(value, lives, 0, &settings);
        self.put(key, hash, entry, weight, &settings);
    }

    /// Does it here and at the second level.
    pub(super) fn act_on<Q: Key<Owned = K>>(&self, act: Act, key: &Q) -> bool {
        #[cfg(feature = "cache-backend")]
        if self.codec.is_some() && act != Act::Find {
            self.forget(&key.to_owned());
        }
        self.act(act, key)
    }

    fn act<Q: Key<Owned = K>>(&self, act: Act, key: &Q) -> bool {
        let hash = self.store.hash(key);
        let guard = self.store.guard();
        let now = clock::now().as_nanos();
        match act {
            Act::Find => {
                self.store.get(key, hash, &guard).is_some_and(|entry| now < entry.expires())
            }
            Act::Remove => {
                self.flights(hash).void(hash);
                self.store.remove(key, hash)
            }
            Act::Expire => {
                self.flights(hash).void(hash);
                let entry = self.store.get(key, hash, &guard);
                entry.inspect(|entry| entry.expire(now)).is_some()
            }
        }
    }

    pub(super) fn clear(&self) {
        self.flights.iter().for_each(Flights::void_all);
        #[cfg(feature = "cache-backend")]
        self.forget_all();
        self.store.clear();
    }
}

impl<K: Storable, V: Kept> Member for Inner<K, V> {
    fn key(&self) -> (TypeId, &'static str) {
        (TypeId::of::<K>(), type_name::<K>())
    }

    fn len(&self) -> usize {
        self.store.len()
    }

    fn weight(&self) -> u64 {
        self.store.weight()
    }

    fn clear(&self) {
        Inner::clear(self);
    }

    fn act(&self, act: Act, key: &dyn Any) -> bool {
        let Some(key) = key.downcast_ref::<K>() else { return false };
        #[cfg(feature = "cache-backend")]
        if act != Act::Find {
            self.forget(key);
        }
        Inner::act(self, act, &Whole(key))
    }
}
