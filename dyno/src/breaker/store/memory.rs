//! A store within one process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Record, Storage, StoreError};
use crate::clock::{self, Instant};

/// Records in memory: for several breakers of one process, and for tests.
///
/// It goes by dyno's [clock](crate::clock), frozen or not.
///
/// ```
/// use std::sync::Arc;
/// use dyno::breaker::store::{Memory, Record, Sharing};
/// use dyno::breaker::{Breaker, State};
///
/// let store = Arc::new(Memory::new());
/// store.put("db", Record::new(State::ForcedOpen)); // as an operator has left it
///
/// let db = Breaker::new("db");
/// db.share(store, Sharing::default());
/// assert_eq!(db.state(), State::ForcedOpen);
/// ```
pub struct Memory(Mutex<Kept>);

struct Kept {
    records: BTreeMap<Box<str>, (Record, Instant)>,
    /// The version given last, to whatever key: what is lost is not forgotten.
    version: u64,
}

impl Memory {
    /// An empty store.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(Kept { records: BTreeMap::new(), version: 0 }))
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept under `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Record> {
        self.lock().get(key, clock::now())
    }

    /// Keeps `record` under `key`, whatever was there.
    pub fn put(&self, key: &str, record: Record) {
        self.lock().put(key, record, clock::now());
    }

    /// Forgets what is kept under `key`; it is returned.
    pub fn remove(&self, key: &str) -> Option<Record> {
        let mut kept = self.lock();
        let record = kept.get(key, clock::now());
        kept.records.remove(key);
        record
    }

    /// All keys, in order.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.lock().records.keys().map(ToString::to_string).collect()
    }
}

impl Kept {
    fn get(&self, key: &str, now: Instant) -> Option<Record> {
        let (record, as_of) = self.records.get(key)?;
        Some(record.clone().older(now - *as_of))
    }

    fn put(&mut self, key: &str, mut record: Record, now: Instant) -> Record {
        self.version = self.version.max(record.version) + 1;
        record.version = self.version;
        self.records.insert(key.into(), (record.clone(), now));
        record
    }
}

impl Storage for Memory {
    fn load(&self, key: &str) -> Result<Option<Record>, StoreError> {
        Ok(self.get(key))
    }

    fn update(
        &self,
        key: &str,
        change: &mut dyn FnMut(Option<&Record>) -> Option<Record>,
    ) -> Result<Option<Record>, StoreError> {
        let mut kept = self.lock();
        let now = clock::now();
        let there = kept.get(key, now);
        Ok(match change(there.as_ref()) {
            Some(record) => Some(kept.put(key, record, now)),
            None => there,
        })
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.lock();
        f.debug_map().entries(kept.records.iter().map(|(key, (record, _))| (key, record))).finish()
    }
}
