//! A cache of your own.

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::panic::Location;
use std::sync::{Arc, OnceLock};

use super::counts::Counts;
use super::family::{Act, Family};
use super::how::{How, KeepsAll, KeepsOk};
use super::inner::Inner;
use super::key::Key;
use super::lead::{Lead, Looked};
use super::settings::Settings;

/// A cache of your own: what `#[cache]` is made of.
///
/// It is made in a constant way, so it can be a `static`. Keys are looked up [borrowed](Key):
///
/// ```
/// use std::time::Duration;
/// use dyno::cache::{Cache, Settings};
///
/// static PRICES: Cache<(String, u32), u64> =
///     Cache::new("prices", Settings::new().ttl(Duration::from_secs(60)).capacity(1000));
///
/// let price = |sku: &str, region: u32| PRICES.get_or((sku, &region), || 995 + u64::from(region));
/// assert_eq!((price("sku-1", 1), price("sku-1", 2), price("sku-1", 1)), (996, 997, 996));
/// assert_eq!(PRICES.get(("sku-1", &2)), Some(997));
/// assert_eq!((PRICES.len(), PRICES.counts().miss), (2, 2));
/// ```
pub struct Cache<K: 'static, V: 'static> {
    name: &'static str,
    location: &'static Location<'static>,
    given: Settings,
    weigh: Option<fn(&V) -> usize>,
    make: fn(Arc<Family>) -> Arc<Inner<K, V>>,
    inner: OnceLock<Arc<Inner<K, V>>>,
}

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// An empty one, which [`named`](super::named) finds once it has been used.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, settings: Settings) -> Self {
        Self {
            name,
            location: Location::caller(),
            given: settings,
            weigh: None,
            make: Inner::new,
            inner: OnceLock::new(),
        }
    }

    /// An empty one that shares its values by the [backend](Settings::backend) of its settings, as
    /// does every other cache of this name and of these types, in whatever process.
    ///
    /// # Panics
    /// When the settings have none; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    #[cfg(feature = "cache-backend")]
    pub const fn through(name: &'static str, settings: Settings) -> Self
    where
        K: serde::Serialize,
        V: serde::Serialize + serde::de::DeserializeOwned,
    {
        assert!(
            settings.second().is_some(),
            "cache: `through` needs a `backend`: use `new` for a cache of this process alone"
        );
        let mut cache = Self::new(name, settings);
        cache.make = |family| {
            let codec = super::backend::Codec::new(family.name());
            Inner::through(family, codec)
        };
        cache
    }

    /// What a value weighs, where the [capacity](Settings::capacity) is no number of values. One
    /// that weighs more than the capacity is not kept, nor is the one that it replaces.
    #[must_use]
    pub const fn weight(mut self, weigh: fn(&V) -> usize) -> Self {
        self.weigh = Some(weigh);
        self
    }

    #[inline]
    fn inner(&self) -> &Inner<K, V> {
        match self.inner.get() {
            Some(inner) => inner,
            None => self.make(),
        }
    }

    #[cold]
    fn make(&self) -> &Inner<K, V> {
        let make = || (self.make)(Family::listed(self.name, self.location, self.given));
        self.inner.get_or_init(make)
    }

    /// The value of `key`, if there is one that has not expired.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a key is a reference, or some")]
    pub fn get<Q: Key<Owned = K>>(&self, key: Q) -> Option<V> {
        self.inner().get(&key)
    }

    /// The value of `key`, computed by `f` if there is none.
    ///
    /// While one thread or task computes, others that want the same get the old value, if it is good
    /// enough ([`grace`](Settings::grace)), or wait. Who would come too late by the
    /// [deadline](crate::Deadline) in force computes for himself, as does a computation that asks for
    /// its own key. When `f` panics, another one of those who wait computes.
    #[inline]
    pub fn get_or<Q: Key<Owned = K>>(&self, key: Q, f: impl FnOnce() -> V) -> V {
        self.get_or_how::<Q, KeepsAll<V>>(key, f)
    }

    /// The same for an `f` that may fail: errors are not kept. Those who wait meanwhile try in turn.
    ///
    /// # Errors
    /// That of `f`, unless an older value [stands in](Settings::stale_if_error).
    #[inline]
    pub fn try_get_or<Q, E>(&self, key: Q, f: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        Q: Key<Owned = K>,
    {
        self.get_or_how::<Q, KeepsOk<V, E>>(key, f)
    }

    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a key is a reference, or some")]
    fn get_or_how<Q, H>(&self, key: Q, f: impl FnOnce() -> H::Out) -> H::Out
    where
        Q: Key<Owned = K>,
        H: How<Value = V, Weighed = V>,
    {
        let inner = self.inner();
        let hash = inner.store.hash(&key);
        // Apart, so that a hit does not make room for a lead.
        if let Some(value) = inner.hit(&key, hash) {
            return H::give(value);
        }
        match inner.look_closer(&key, hash) {
            Looked::Hit(out) => out,
            Looked::Lead(lead) | Looked::Refresh(_, lead) => {
                let lead = self.weighing::<H>(lead);
                Lead::settle(lead, f())
            }
        }
    }

    fn weighing<H>(&self, mut lead: Lead<K, H>) -> Lead<K, H>
    where
        H: How<Value = V, Weighed = V>,
    {
        if let Some(weigh) = self.weigh {
            Lead::weigh(&mut lead, weigh);
        }
        lead
    }

    /// The value of `key`, computed by the future of `f` if there is none.
    ///
    /// As for [`get_or`](Self::get_or); tasks wait without blocking, and when the one that computes
    /// is dropped another one of those that wait computes. The future of `f` must not ask for its own
    /// key: it would wait for itself, if only until the deadline.
    pub async fn get_or_async<Q, F>(&self, key: Q, f: impl FnOnce() -> F) -> V
    where
        Q: Key<Owned = K>,
        F: Future<Output = V>,
    {
        self.get_or_how_async::<Q, KeepsAll<V>, F>(key, f).await
    }

    /// The same for a future that may fail: errors are not kept. Those who wait meanwhile try in
    /// turn.
    ///
    /// # Errors
    /// That of the future, unless an older value [stands in](Settings::stale_if_error).
    pub async fn try_get_or_async<Q, E, F>(&self, key: Q, f: impl FnOnce() -> F) -> Result<V, E>
    where
        Q: Key<Owned = K>,
        F: Future<Output = Result<V, E>>,
    {
        self.get_or_how_async::<Q, KeepsOk<V, E>, F>(key, f).await
    }

    async fn get_or_how_async<Q, H, F>(&self, key: Q, f: impl FnOnce() -> F) -> H::Out
    where
        Q: Key<Owned = K>,
        H: How<Value = V, Weighed = V>,
        F: Future<Output = H::Out>,
    {
        match self.inner().look_async(key).await {
            Looked::Hit(out) => out,
            Looked::Lead(lead) | Looked::Refresh(_, lead) => {
                let lead = self.weighing::<H>(lead);
                let out = f().await;
                Lead::settle(lead, out)
            }
        }
    }

    /// Stores a value, in place of one that is there or is being computed.
    pub fn insert(&self, key: K, value: V) {
        let weight = self.weigh.map_or(1, |weigh| weigh(&value));
        self.inner().insert(key, value, weight);
    }

    /// Forgets the value of `key`; `true` when there was one. What is being computed for it is handed
    /// to those who asked for it before, and not kept.
    #[expect(clippy::needless_pass_by_value, reason = "a key is a reference, or some")]
    pub fn remove<Q: Key<Owned = K>>(&self, key: Q) -> bool {
        self.inner().act_on(Act::Remove, &key)
    }

    /// Lets the value of `key` expire: the next who asks for it computes it anew, and others get the
    /// old one meanwhile. `true` when there was one.
    #[expect(clippy::needless_pass_by_value, reason = "a key is a reference, or some")]
    pub fn expire<Q: Key<Owned = K>>(&self, key: Q) -> bool {
        self.inner().act_on(Act::Expire, &key)
    }

    /// Whether there is a value of `key` that has not expired. That is no use of it, and not counted.
    #[expect(clippy::needless_pass_by_value, reason = "a key is a reference, or some")]
    pub fn contains<Q: Key<Owned = K>>(&self, key: Q) -> bool {
        self.inner().act_on(Act::Find, &key)
    }

    /// Forgets all values. What is being computed meanwhile is handed to those who asked for it, and
    /// not kept.
    pub fn clear(&self) {
        self.inner().clear();
    }

    /// How many values there are, be they expired or not.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner().store.len()
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the values weigh together.
    #[must_use]
    pub fn total_weight(&self) -> u64 {
        self.inner().store.weight()
    }

    /// How many values there may be, or how much they may weigh.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.given.most()
    }

    /// How often what came of asking.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.inner().family.tally.read()
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Where it is defined.
    #[must_use]
    pub const fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({} {})", self.name, self.given)
    }
}
