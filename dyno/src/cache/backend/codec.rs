//! How a cache of known types speaks to its second level.

use std::any::type_name;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Backend, BackendError, Record};
use crate::cache::age::entry_of;
use crate::cache::family::Family;
use crate::cache::how::{How, Kept};
use crate::cache::inner::Inner;
use crate::cache::key::Storable;
use crate::cache::lead::Lead;
use crate::cache::settings::Settings;
use crate::clock;
use crate::point::{self, Event};

/// How keys and values are written, and whether the store was there last.
pub(in crate::cache) struct Codec<K, V> {
    prefix: String,
    key: fn(&K) -> Result<String, serde_json::Error>,
    write: fn(&V) -> Result<Vec<u8>, serde_json::Error>,
    read: fn(&[u8]) -> Result<V, serde_json::Error>,
    away: AtomicBool,
}

impl<K: Serialize, V: Serialize + DeserializeOwned> Codec<K, V> {
    /// For values of the function, or of the cache, of that name.
    pub(in crate::cache) fn new(name: &str) -> Self {
        Self {
            prefix: format!("{name}|{}|{}|", type_name::<K>(), type_name::<V>()),
            key: |key| serde_json::to_string(key),
            write: |value| serde_json::to_vec(value),
            read: |bytes| serde_json::from_slice(bytes),
            away: AtomicBool::new(false),
        }
    }
}

impl<K, V> Codec<K, V> {
    fn text(&self, key: &K) -> Result<String, BackendError> {
        let key = (self.key)(key).map_err(BackendError::new)?;
        Ok(format!("{}{key}", self.prefix))
    }

    /// Tells of an error when it is the first one, and when it is over; panics are errors.
    fn told<T>(&self, family: &Family, ask: impl FnOnce() -> Result<T, BackendError>) -> Option<T> {
        let asked = catch_unwind(AssertUnwindSafe(ask))
            .unwrap_or_else(|_| Err(BackendError::new("it panicked")));
        match asked {
            Ok(value) => {
                if self.away.load(Ordering::Relaxed) && self.away.swap(false, Ordering::Relaxed) {
                    let message = "the cache's second level is back";
                    point::emit(family.name(), &Event::Warning { message });
                }
                Some(value)
            }
            Err(error) => {
                if !self.away.swap(true, Ordering::Relaxed) {
                    let message = &format!("the cache goes on without its second level: {error}");
                    point::emit(family.name(), &Event::Warning { message });
                }
                None
            }
        }
    }
}

impl<K: Storable, V: Kept> Inner<K, V> {
    /// The second level, and how to speak to it.
    fn second(&self) -> Option<(&Codec<K, V>, &'static dyn Backend)> {
        self.codec.as_ref().zip(self.family.settings().second())
    }

    pub(in crate::cache) fn save(&self, key: &K, value: &V, lives: u64, cost: u64) {
        let Some((codec, store)) = self.second() else { return };
        let left = if lives == u64::MAX { Duration::MAX } else { Duration::from_nanos(lives) };
        codec.told(&self.family, || {
            let value = (codec.write)(value).map_err(BackendError::new)?;
            let (age, cost) = (Duration::ZERO, Duration::from_nanos(cost));
            store.save(&codec.text(key)?, &Record { value, age, left, cost })
        });
    }

    pub(in crate::cache) fn forget(&self, key: &K) {
        if let Some((codec, store)) = self.second() {
            codec.told(&self.family, || store.remove(&codec.text(key)?));
        }
    }

    pub(in crate::cache) fn forget_all(&self) {
        if let Some((codec, store)) = self.second() {
            codec.told(&self.family, || store.clear(&codec.prefix));
        }
    }
}

impl<K: Storable, H: How> Lead<K, H> {
    /// A value that is there and lives longer than until `than`; it is stored here as well.
    pub(in crate::cache) fn find_behind(self, than: u64) -> Result<H::Value, Self> {
        let inner: Arc<Inner<K, H::Value>> = self.flying.inner.clone();
        let Some((codec, store)) = inner.second() else { return Err(self) };
        let found = codec.told(&inner.family, || {
            let Some(record) = store.load(&codec.text(&self.key)?)? else { return Ok(None) };
            let value = (codec.read)(&record.value).map_err(BackendError::new)?;
            Ok(Some((value, record)))
        });
        let Some((value, record)) = found.flatten() else { return Err(self) };
        let now = clock::now();
        let expires =
            if record.left == Duration::MAX { u64::MAX } else { (now + record.left).as_nanos() };
        if expires <= than {
            return Err(self);
        }
        let settings: Settings = inner.family.settings();
        let entry = entry_of(value.clone(), &record, now, &settings);
        self.bring(entry, &settings);
        Ok(value)
    }
}
