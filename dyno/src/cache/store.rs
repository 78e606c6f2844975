//! The values, and the room they take.
//!
//! Two parts: a map that is read without writing, and the queue of who goes, behind a lock that only
//! those take who store or remove. No code of the user's runs under it: what the map compares and
//! drops, it does outside.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use papaya::{Equivalent, HashMap, HashMapRef, LocalGuard};

use super::key::Key;
use super::sieve::{Place, Sieve};

pub(super) struct Store<K, V> {
    map: HashMap<Stored<K>, Entry<V>, AsGiven>,
    hasher: foldhash::fast::RandomState,
    sieve: Mutex<Sieve>,
}

/// A value. All moments are in nanoseconds on dyno's clock.
pub(super) struct Entry<V> {
    /// Before then it may be handed out and nothing else is to be asked; the clock may be late by
    /// [`COARSE`](crate::clock::COARSE). `u64::MAX`: not even the clock.
    pub(super) plain_until: AtomicU64,
    pub(super) expires: AtomicU64,
    /// Somebody has asked for it since the hand of the queue came by.
    used: AtomicBool,
    /// Somebody computes the next one: nobody else need try.
    pub(super) claimed: AtomicBool,
    pub(super) born: u64,
    /// How long it was to live.
    pub(super) lives: u64,
    /// How long it took to compute.
    pub(super) cost: u64,
    pub(super) value: V,
    place: Place,
}

impl<V> Entry<V> {
    pub(super) fn new(value: V, cost: u64, born: u64, lives: u64, plain_until: u64) -> Self {
        Self {
            plain_until: AtomicU64::new(plain_until),
            expires: AtomicU64::new(born.saturating_add(lives)),
            used: AtomicBool::new(false),
            claimed: AtomicBool::new(false),
            born,
            lives,
            cost,
            value,
            place: 0,
        }
    }

    #[inline]
    pub(super) fn mark(&self) {
        // Written when it is not set, and then not again: threads that read share the line.
        if !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn expires(&self) -> u64 {
        self.expires.load(Ordering::Relaxed)
    }

    /// It expires at `now`, if it would later.
    pub(super) fn expire(&self, now: u64) {
        self.plain_until.store(0, Ordering::Relaxed);
        self.expires.fetch_min(now, Ordering::Relaxed);
    }
}

/// A key with its hash, and the place of its value.
struct Stored<K> {
    hash: u64,
    place: Place,
    key: K,
}

impl<K: Eq> PartialEq for Stored<K> {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.key == other.key
    }
}

impl<K: Eq> Eq for Stored<K> {}

impl<K> Hash for Stored<K> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// What is looked up.
struct Asked<'a, K> {
    hash: u64,
    key: &'a K,
}

impl<K> Hash for Asked<'_, K> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl<K: Key> Equivalent<Stored<K::Owned>> for Asked<'_, K> {
    #[inline]
    fn equivalent(&self, stored: &Stored<K::Owned>) -> bool {
        self.key.is(&stored.key)
    }
}

/// A value by its place.
struct At {
    hash: u64,
    place: Place,
}

impl Hash for At {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl<K> Equivalent<Stored<K>> for At {
    fn equivalent(&self, stored: &Stored<K>) -> bool {
        self.place == stored.place && self.hash == stored.hash
    }
}

/// Keys bring their hash along.
#[derive(Clone, Copy, Default)]
struct AsGiven;

impl BuildHasher for AsGiven {
    type Hasher = Given;

    #[inline]
    fn build_hasher(&self) -> Given {
        Given(0)
    }
}

struct Given(u64);

impl Hasher for Given {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }

    #[inline]
    fn write(&mut self, _: &[u8]) {}

    #[inline]
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// What storing a value did.
#[derive(Clone, Copy)]
pub(super) struct Put {
    pub(super) place: Place,
    pub(super) evicted: usize,
}

/// The map, of which no value that was found is dropped meanwhile.
pub(super) struct Pinned<'a, K, V>(HashMapRef<'a, Stored<K>, Entry<V>, AsGiven, LocalGuard<'a>>);

impl<K: Hash + Eq, V> Pinned<'_, K, V> {
    #[inline]
    pub(super) fn get<Q: Key<Owned = K>>(&self, key: &Q, hash: u64) -> Option<&Entry<V>> {
        self.0.get(&Asked { hash, key })
    }
}

/// A place for a value that is being stored; given back if that panics.
struct Coming<'a>(&'a Mutex<Sieve>, Place);

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        lock(self.0).abandon(self.1);
    }
}

fn lock(sieve: &Mutex<Sieve>) -> MutexGuard<'_, Sieve> {
    sieve.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K: Hash + Eq + 'static, V> Store<K, V> {
    pub(super) fn new() -> Self {
        Self {
            map: HashMap::with_hasher(AsGiven),
            hasher: foldhash::fast::RandomState::default(),
            sieve: Mutex::new(Sieve::new()),
        }
    }

    #[inline]
    pub(super) fn hash<Q: Key<Owned = K>>(&self, key: &Q) -> u64 {
        let mut state = self.hasher.build_hasher();
        key.hash(&mut state);
        state.finish()
    }

    /// While it is held, no value that was found is dropped.
    #[inline]
    pub(super) fn guard(&self) -> LocalGuard<'_> {
        self.map.guard()
    }

    /// To look one value up: cheaper than a guard, which has to prove that it is of this map.
    #[inline]
    pub(super) fn pin(&self) -> Pinned<'_, K, V> {
        Pinned(self.map.pin())
    }

    #[inline]
    pub(super) fn get<'g, Q: Key<Owned = K>>(
        &self,
        key: &Q,
        hash: u64,
        guard: &'g LocalGuard<'_>,
    ) -> Option<&'g Entry<V>> {
        self.map.get(&Asked { hash, key }, guard)
    }

    /// Stores a value that weighs so much, and makes room for it: no more than `most` in all. What
    /// may go at once says `is_over`.
    pub(super) fn put(
        &self,
        key: K,
        hash: u64,
        mut entry: Entry<V>,
        weight: u64,
        most: u64,
        is_over: impl Fn(&Entry<V>) -> bool,
    ) -> Put {
        // Values that are dropped are so with the guard, which is dropped after the lock.
        let guard = self.map.guard();
        let place = lock(&self.sieve).take(hash, weight);
        let coming = Coming(&self.sieve, place);
        entry.place = place;
        let before = self.map.insert(Stored { hash, place, key }, entry, &guard);
        let before = before.map(|entry| entry.place);
        std::mem::forget(coming);

        let spare = |hash, place| match self.map.get(&At { hash, place }, &guard) {
            Some(entry) if !is_over(entry) => entry.used.swap(false, Ordering::Relaxed),
            _ => false,
        };
        let mut gone = Vec::new();
        let mut sieve = lock(&self.sieve);
        if let Some(before) = before {
            sieve.release(before);
        }
        // No more than for itself: what others bring makes room for itself.
        let own = sieve.coming(place);
        while sieve.weight() > most - own {
            let Some(one) = sieve.evict(spare) else { break };
            gone.push(one);
        }
        sieve.settle(place);
        drop(sieve);
        let removed =
            |&(hash, place): &(u64, Place)| self.map.remove(&At { hash, place }, &guard).is_some();
        Put { place, evicted: gone.iter().filter(|one| removed(one)).count() }
    }

    pub(super) fn remove<Q: Key<Owned = K>>(&self, key: &Q, hash: u64) -> bool {
        let guard = self.map.guard();
        let Some(entry) = self.map.remove(&Asked { hash, key }, &guard) else { return false };
        lock(&self.sieve).release(entry.place);
        true
    }

    /// The value in that place, if it is still there.
    pub(super) fn at<'g>(
        &self,
        hash: u64,
        place: Place,
        guard: &'g LocalGuard<'_>,
    ) -> Option<&'g Entry<V>> {
        self.map.get(&At { hash, place }, guard)
    }

    pub(super) fn remove_at(&self, hash: u64, place: Place) {
        let guard = self.map.guard();
        if self.map.remove(&At { hash, place }, &guard).is_some() {
            lock(&self.sieve).release(place);
        }
    }

    /// Removes all that are there when it begins.
    pub(super) fn clear(&self) {
        let guard = self.map.guard();
        let all: Vec<_> = self.map.keys(&guard).map(|key| (key.hash, key.place)).collect();
        let removed =
            |&(hash, place): &(u64, Place)| self.map.remove(&At { hash, place }, &guard).is_some();
        let gone: Vec<_> = all.into_iter().filter(removed).collect();
        let mut sieve = lock(&self.sieve);
        for (_, place) in gone {
            sieve.release(place);
        }
        drop(sieve);
    }

    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    pub(super) fn weight(&self) -> u64 {
        lock(&self.sieve).weight()
    }
}

impl<V> Entry<V> {
    pub(super) const fn place(&self) -> Place {
        self.place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(store: &Store<String, u32>, key: &str, value: u32, most: u64) -> Put {
        let hash = store.hash(&key);
        let entry = Entry::new(value, 0, 0, u64::MAX, u64::MAX);
        store.put(key.to_owned(), hash, entry, 1, most, |_| false)
    }

    /// What [`At`] goes by.
    #[test]
    fn a_value_that_is_replaced_takes_its_place_along() {
        let store = Store::new();
        let first = put(&store, "a", 1, 10);
        let second = put(&store, "a", 2, 10);
        let (guard, hash) = (store.guard(), store.hash(&"a"));
        assert!(store.at(hash, first.place, &guard).is_none());
        assert_eq!(store.at(hash, second.place, &guard).map(|entry| entry.value), Some(2));
        assert_eq!((store.len(), store.weight()), (1, 1));
        assert!(store.remove(&"a", hash));
        assert_eq!((store.len(), store.weight()), (0, 0));
    }
}
