//! The cache of an annotated function.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::{Arc, OnceLock};

use papaya::HashMap;

use super::family::Family;
use super::how::{How, Kept};
use super::inner::Inner;
use super::key::{Key, Storable};
use super::lead::Looked;
use super::settings::Settings;
use crate::point::Point;

type Cache = Arc<dyn Any + Send + Sync>;

/// The cache of an annotated function, or, of a generic one, the caches of all its types: no static
/// in a function can be generic.
#[doc(hidden)]
pub struct CacheSite {
    point: &'static Point,
    /// That of all that share it.
    name: Option<&'static str>,
    settings: fn() -> Settings,
    family: OnceLock<Arc<Family>>,
    /// That of the types that came first: the only one, unless the function is generic.
    first: OnceLock<Cache>,
    others: OnceLock<HashMap<TypeId, Cache, foldhash::fast::RandomState>>,
}

impl CacheSite {
    /// That of the function at `point`.
    #[must_use]
    pub const fn new(
        point: &'static Point,
        name: Option<&'static str>,
        settings: fn() -> Settings,
    ) -> Self {
        Self {
            point,
            name,
            settings,
            family: OnceLock::new(),
            first: OnceLock::new(),
            others: OnceLock::new(),
        }
    }

    /// Looks a value up; who finds none waits for it, or computes it.
    ///
    /// # Panics
    /// When the settings contradict those of another place with the same name.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is what a hit costs")]
    #[expect(clippy::needless_pass_by_value, reason = "a key is a reference, or some")]
    pub fn look<K: Key, H: How>(&'static self, key: K, _how: H) -> Looked<K::Owned, H> {
        match self.first() {
            Some(cache) => cache.look(&key),
            None => self.look_other(&key, Inner::new),
        }
    }

    /// The same without blocking.
    ///
    /// # Panics
    /// When the settings contradict those of another place with the same name.
    pub async fn look_async<K: Key, H: How>(&'static self, key: K, _how: H) -> Looked<K::Owned, H> {
        match self.first() {
            Some(cache) => cache.look_async(key).await,
            None => self.other(Inner::new).look_async(key).await,
        }
    }

    /// The same with a [backend](super::Backend), by the path of the function.
    ///
    /// # Panics
    /// When the settings contradict those of another place with the same name.
    #[cfg(feature = "cache-backend")]
    #[expect(clippy::needless_pass_by_value, reason = "a key is a reference, or some")]
    pub fn look_through<K, H>(&'static self, key: K, _how: H) -> Looked<K::Owned, H>
    where
        K: Key<Owned: serde::Serialize>,
        H: How<Value: serde::Serialize + serde::de::DeserializeOwned>,
    {
        match self.first() {
            Some(cache) => cache.look(&key),
            None => self.look_other(&key, |family| self.through(family)),
        }
    }

    /// The same without blocking, but for what the backend does.
    ///
    /// # Panics
    /// When the settings contradict those of another place with the same name.
    #[cfg(feature = "cache-backend")]
    pub async fn look_through_async<K, H>(&'static self, key: K, _how: H) -> Looked<K::Owned, H>
    where
        K: Key<Owned: serde::Serialize>,
        H: How<Value: serde::Serialize + serde::de::DeserializeOwned>,
    {
        match self.first() {
            Some(cache) => cache.look_async(key).await,
            None => self.other(|family| self.through(family)).look_async(key).await,
        }
    }

    #[cfg(feature = "cache-backend")]
    fn through<K, V>(&self, family: Arc<Family>) -> Arc<Inner<K, V>>
    where
        K: Storable + serde::Serialize,
        V: Kept + serde::Serialize + serde::de::DeserializeOwned,
    {
        // Functions share a name, but never values.
        Inner::through(family, super::backend::Codec::new(&self.point.path()))
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is what a hit costs")]
    fn first<K, V>(&'static self) -> Option<&'static Inner<K, V>>
    where
        K: Storable,
        V: Kept,
    {
        self.first.get()?.downcast_ref()
    }

    /// Apart, so that only the first has its code where the function is called.
    #[inline(never)]
    fn look_other<K: Key, H: How>(
        &'static self,
        key: &K,
        make: impl Fn(Arc<Family>) -> Arc<Inner<K::Owned, H::Value>>,
    ) -> Looked<K::Owned, H> {
        self.other(make).look(key)
    }

    /// Made, or found where it is not the first.
    #[cold]
    fn other<K, V>(
        &'static self,
        make: impl Fn(Arc<Family>) -> Arc<Inner<K, V>>,
    ) -> Arc<Inner<K, V>>
    where
        K: Storable,
        V: Kept,
    {
        let first = self.first.get_or_init(|| make(self.family()));
        if let Ok(cache) = first.clone().downcast() {
            return cache;
        }
        let others = self.others.get_or_init(HashMap::default).pin();
        let id = TypeId::of::<Inner<K, V>>();
        let cache = others.get_or_insert_with(id, || make(self.family())).clone();
        cache.downcast().expect("dyno: found by its type")
    }

    fn family(&self) -> Arc<Family> {
        let make = || {
            let (settings, location) = ((self.settings)(), self.point.location());
            match self.name {
                Some(name) => Family::shared(name, location, settings),
                None => Family::listed(self.point.name(), location, settings),
            }
        };
        self.family.get_or_init(make).clone()
    }
}

impl fmt::Debug for CacheSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CacheSite({})", self.name.unwrap_or_else(|| self.point.name()))
    }
}
