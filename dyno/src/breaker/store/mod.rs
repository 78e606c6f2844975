//! One state for the breakers of several processes.
//!
//! A breaker that [shares](super::Breaker::share) keeps its [`Record`] in a [`Storage`], under a key
//! of its own. Who trips it trips it for all, and after the time-out one trial is made, not one a
//! process.
//!
//! ```
//! use std::sync::Arc;
//! use dyno::breaker::store::{Memory, Sharing};
//! use dyno::breaker::{Breaker, State};
//!
//! // Two processes, in reality, and a store that both can reach.
//! let store = Arc::new(Memory::new());
//! let (here, there) = (Breaker::new("db").fail_max(2), Breaker::new("db").fail_max(2));
//! here.share(store.clone(), Sharing::default());
//! there.share(store, Sharing::default());
//!
//! let fails = || Err::<(), _>("no route to host".to_owned());
//! let _ = (here.call(fails), there.call(fails));
//! there.sync(); // or 100 ms later
//! here.sync();
//! assert_eq!((here.state(), there.state()), (State::Open, State::Open));
//! ```
//!
//! # Who decides
//!
//! Whether a call passes, each breaker decides by itself from what it last saw of the record, which
//! is not much older than [`Sharing::refresh`]. A success writes nothing unless there are failures to
//! forget. Each failure, trial and change of state is one atomic change of the record, and counts
//! what other processes have written there: `fail_max` failures in a row of all processes open it,
//! and just one of them opens it. Windows and rates stay with each process; when one of them opens
//! it, it is open for all. Settings are not shared: give all processes the same.
//!
//! A breaker that is told of a change takes it over and writes nothing; its listeners hear of it as
//! [`Why::Remote`](super::Why::Remote).
//!
//! # When the store is away
//!
//! No caller gets an error for that. Each breaker goes on by itself from where it was, and looks for the store
//! every [`refresh`](Sharing::refresh); observers are [warned](crate::point::Event::Warning) once
//! when it goes and once when it is back. Then a state in which nothing has happened meanwhile but
//! here is written back, as is one set by hand; else what others have written holds. The same goes
//! for a record that was lost: what each breaker knows holds, and is written back with the next
//! change.

mod contract;
mod memory;
mod record;
mod shared;
mod sharing;
mod steps;
mod way;

use std::error::Error;

pub use contract::contract;
pub use memory::Memory;
pub use record::Record;
pub(super) use shared::Shared;
pub use sharing::Sharing;

/// Where breakers keep their common state.
///
/// A breaker asks it on the thread of a call, so both methods should be short: one over a network
/// serves [`load`](Self::load) from a copy that it keeps up to date elsewhere, and gives up on
/// [`update`](Self::update) after some milliseconds. A panic counts as an error. A breaker that is
/// used inside one of these methods goes on by itself and asks no store.
///
/// # Time
///
/// Hosts' clocks are never compared: a [`Record`] has ages instead of moments, and the store goes by
/// one clock, its own. It keeps a record together with the moment for which its ages are true, which
/// is that for which [`update`](Self::update) has given them to `change`; when it hands the record
/// out it adds what has passed since ([`Record::older`]).
///
/// [`contract`](contract()) tests all that is said here.
pub trait Storage: Send + Sync {
    /// What is kept under `key`, or was a short time ago.
    ///
    /// # Errors
    /// When the store cannot be reached; not when there is nothing, which is `None`.
    fn load(&self, key: &str) -> Result<Option<Record>, StoreError>;

    /// Changes what is kept under `key`, all of it at once: what is in force after that.
    ///
    /// `change` gets what is there and returns what is to be there, or `None` to leave it. It must
    /// not be a copy that is out of date, and nobody else may write between the two: under a lock,
    /// in one script of the store, or by comparing [`Record::version`] when writing. When another
    /// one was faster, `change` is called again with what that one has written; its last answer
    /// counts. It does nothing but count, so a lock may be held.
    ///
    /// What is written gets a [`version`](Record::version) above that of the record before, above
    /// that which `change` returned, and above all that the key ever had, even when it was lost
    /// meanwhile; the clock of the store is a good source for the first one.
    ///
    /// # Errors
    /// When the store cannot be reached, or others were faster for too long.
    fn update(
        &self,
        key: &str,
        change: &mut dyn FnMut(Option<&Record>) -> Option<Record>,
    ) -> Result<Option<Record>, StoreError>;
}

/// A store could not be used.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct StoreError(Box<dyn Error + Send + Sync>);

impl StoreError {
    /// One that says `error`: a text, or the error of a client.
    ///
    /// ```
    /// use dyno::breaker::store::StoreError;
    ///
    /// assert_eq!(StoreError::new("no route to host").to_string(), "no route to host");
    /// ```
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}
