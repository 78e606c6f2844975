//! A second level, which several processes share and which outlives each of them.
//!
//! ```
//! use std::time::Duration;
//! use dyno::cache::{Cache, Settings};
//! use dyno::cache::backend::Memory;
//!
//! static STORE: Memory = Memory::new(); // a server that all processes can reach, in reality
//! const SETTINGS: Settings = Settings::new().ttl(Duration::from_secs(60)).backend(&STORE);
//!
//! // Two processes, in reality.
//! let prices = || Cache::<String, u32>::through("prices", SETTINGS);
//! let (here, there) = (prices(), prices());
//! assert_eq!(here.get_or("sku-1", || 995), 995);
//! assert_eq!(there.get_or("sku-1", || unreachable!()), 995);
//! ```
//!
//! Who finds no value in memory, or one that is to be computed anew, looks for a younger one there
//! before it computes; what it computes goes there as well. Keys and values are written as JSON, under
//! a name made of that of the cache, which is the same in all processes, and of the types: of two
//! versions of a program with different types neither reads what the other has written.

mod codec;
mod contract;
mod memory;

use std::error::Error;
use std::time::Duration;

pub(super) use codec::Codec;
pub use contract::contract;
pub use memory::Memory;

/// Where caches keep values besides their memory.
///
/// A cache asks it on the thread of a call that finds no value, async or not, so all methods should
/// be short: one over a network gives up after some milliseconds. An error or a panic never fails a
/// call: it goes on without, and observers are [warned](crate::point::Event::Warning) once when the
/// store goes away and once when it is back.
///
/// # Time
///
/// Hosts' clocks are never compared: a [`Record`] has ages instead of moments, and the store goes by
/// one clock, its own. It keeps a record together with the moment at which it came, and when it hands
/// the record out it has become [older](Record::older) by what has passed since. One that has expired
/// may be dropped.
///
/// [`contract`](contract()) tests all that is said here.
pub trait Backend: Send + Sync {
    /// What is kept under `key`, if it has not expired.
    ///
    /// # Errors
    /// When the store cannot be reached; not when there is nothing, which is `None`.
    fn load(&self, key: &str) -> Result<Option<Record>, BackendError>;

    /// Keeps `record` under `key`, in place of what is there, until it has expired.
    ///
    /// # Errors
    /// When the store cannot be reached.
    fn save(&self, key: &str, record: &Record) -> Result<(), BackendError>;

    /// Forgets what is kept under `key`.
    ///
    /// # Errors
    /// When the store cannot be reached.
    fn remove(&self, key: &str) -> Result<(), BackendError>;

    /// Forgets all whose keys begin with `prefix`.
    ///
    /// # Errors
    /// When the store cannot be reached.
    fn clear(&self, prefix: &str) -> Result<(), BackendError>;
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The value, as JSON.
    pub value: Vec<u8>,
    /// How long ago it was computed.
    pub age: Duration,
    /// How long it has to live; `Duration::MAX` is for ever.
    pub left: Duration,
    /// How long it took to compute.
    pub cost: Duration,
}

impl Record {
    /// The same record, so much later; none when it has expired by then.
    #[must_use]
    pub fn older(mut self, by: Duration) -> Option<Self> {
        self.age = self.age.saturating_add(by);
        if self.left != Duration::MAX {
            self.left = self.left.checked_sub(by).filter(|left| !left.is_zero())?;
        }
        Some(self)
    }
}

/// A second level could not be used.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BackendError(Box<dyn Error + Send + Sync>);

impl BackendError {
    /// One that says `error`: a text, or the error of a client.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}
