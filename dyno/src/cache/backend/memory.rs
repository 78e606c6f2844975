//! A second level within one process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Backend, BackendError, Record};
use crate::clock::{self, Instant};

/// Records in memory: for tests, and for several caches of one process.
///
/// It goes by dyno's [clock](crate::clock), frozen or not, and grows without bound: what has expired
/// is dropped when it is asked for.
pub struct Memory(Mutex<BTreeMap<Box<str>, (Record, Instant)>>);

impl Memory {
    /// An empty store.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Box<str>, (Record, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All keys, in order, be they expired or not.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.lock().keys().map(ToString::to_string).collect()
    }
}

impl Backend for Memory {
    fn load(&self, key: &str) -> Result<Option<Record>, BackendError> {
        let mut kept = self.lock();
        let found = kept.get(key).cloned();
        let fresh = found.and_then(|(record, as_of)| record.older(clock::now() - as_of));
        if fresh.is_none() {
            kept.remove(key);
        }
        Ok(fresh)
    }

    fn save(&self, key: &str, record: &Record) -> Result<(), BackendError> {
        self.lock().insert(key.into(), (record.clone(), clock::now()));
        Ok(())
    }

    fn remove(&self, key: &str) -> Result<(), BackendError> {
        self.lock().remove(key);
        Ok(())
    }

    fn clear(&self, prefix: &str) -> Result<(), BackendError> {
        self.lock().retain(|key, _| !key.starts_with(prefix));
        Ok(())
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}
