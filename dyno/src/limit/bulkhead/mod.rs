//! The bulkhead: so many calls in flight at a time, and no more.
//!
//! A call takes a place and gives it back when it ends, however it ends. Where all are taken it is
//! turned away, or [waits](Bulkhead::wait) for a while: first come, first served.
//!
//! ```
//! use std::time::Duration;
//! use dyno::limit::Bulkhead;
//!
//! static DB: Bulkhead = Bulkhead::new("db", 10).wait(Duration::from_millis(50));
//!
//! fn price(sku: &str) -> Result<u32, dyno::Fault> {
//!     let _permit = DB.acquire()?;
//!     Ok(sku.len() as u32 * 100)
//! }
//! assert_eq!(price("sku-1"), Ok(500));
//! assert_eq!(DB.snapshot().in_flight, 0);
//! ```

mod build;
mod enter;
mod estimate;
mod gate;
mod keyed;
#[cfg(all(test, loom))]
mod loom_model;
mod named;
mod permit;
mod settings;
mod snapshot;
mod wait;

use std::fmt;
use std::panic::Location;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64};

use self::estimate::Estimate;
use self::gate::Gate;
use self::settings::Settings;
use super::Refused;
use super::label::Label;
use crate::fault::Fault;
use crate::outcome::Refuse;
use crate::queue::Waiters;
use crate::shared::Listed;

pub use self::keyed::KeyedBulkhead;
#[doc(hidden)]
pub use self::keyed::SharedKeyedBulkhead;
#[doc(hidden)]
pub use self::named::SharedBulkhead;
pub use self::named::{all, keyed, named};
pub use self::permit::{OwnedPermit, Permit};
pub use self::snapshot::Snapshot;

/// A limit to the calls in flight.
///
/// Its builder is `const`, so it can be a `static`: `static DB: Bulkhead = Bulkhead::new("db", 10);`.
/// With a limit of 1 it is a lock that turns away instead of blocking, as a limiter without a size
/// is in dyno for Python.
///
/// A newcomer never overtakes those who wait: the place of a call that ends goes to the first of
/// them. It is taken when the call is made and given back when the call ends: a service that is
/// merely ready holds none, nor does a body that is yet to be read. Where that is to count as well,
/// keep a [`Permit`] with it.
pub struct Bulkhead {
    gate: Gate<AtomicU64, Mutex<Waiters>>,
    /// How long a call waits, in nanoseconds.
    wait: AtomicU64,
    /// How many may wait.
    room: AtomicU32,
    turned_away: AtomicU64,
    estimate: Estimate,
    given: Settings,
    label: Label,
    listed: Listed,
}

impl Bulkhead {
    /// A place, if there is one now and nobody waits for it.
    ///
    /// # Errors
    /// [`Fault::Rejected`] because of [`BulkheadFull`](crate::Reason::BulkheadFull), with the time
    /// after which a place may become free: as long as it lately took, if that is known.
    #[inline]
    pub fn try_acquire(&self) -> Result<Permit<'_>, Fault> {
        self.try_enter().map_err(Refused::fault)
    }

    /// A place, for which the thread is blocked as long as [`wait`](Self::wait) allows.
    ///
    /// # Errors
    /// [`Fault::Rejected`] because of [`BulkheadFull`](crate::Reason::BulkheadFull) when no place
    /// has become free in time, or too many calls wait already; because of
    /// [`DeadlineSpent`](crate::Reason::DeadlineSpent) when it would have to wait and the
    /// [deadline](crate::Deadline) in force has passed.
    ///
    /// # Panics
    /// When it has to wait by a [manual](crate::clock::Frozen::manual) clock on the thread that froze
    /// it.
    #[inline]
    pub fn acquire(&self) -> Result<Permit<'_>, Fault> {
        self.enter().map_err(Refused::fault)
    }

    /// The same without blocking the thread. Dropping the future ends the wait.
    ///
    /// When its turn has come it has the place, whether it is polled or not: poll it, or drop it.
    ///
    /// # Errors
    /// As for [`acquire`](Self::acquire).
    #[inline]
    pub async fn acquire_async(&self) -> Result<Permit<'_>, Fault> {
        self.enter_async().await.map_err(Refused::fault)
    }

    /// Calls `f` if there is a place for it, or [becomes](Self::acquire) one in time.
    ///
    /// A call that is turned away returns [`Refuse::refuse`] of a [`Fault::Rejected`].
    ///
    /// # Panics
    /// When `f` does, or as [`acquire`](Self::acquire) may.
    #[inline]
    pub fn call<R: Refuse>(&self, f: impl FnOnce() -> R) -> R {
        match self.enter() {
            Ok(_permit) => f(),
            Err(refused) => R::refuse(refused.fault()),
        }
    }

    /// The same for an async `f`, which is not even called when there is no place.
    ///
    /// Dropping the future gives the place back.
    pub async fn call_async<R: Refuse, F: Future<Output = R>>(&self, f: impl FnOnce() -> F) -> R {
        match self.enter_async().await {
            Ok(_permit) => f().await,
            Err(refused) => R::refuse(refused.fault()),
        }
    }

    /// From now on `limit` calls may be in flight.
    ///
    /// Blocks nobody: where more are in flight already, they end by themselves, and none comes in
    /// until they are fewer; where there is more room, those who wait come in.
    ///
    /// ```
    /// # use dyno::limit::Bulkhead;
    /// let db = Bulkhead::new("db", 2);
    /// let permits = (db.acquire(), db.acquire());
    /// db.resize(1);
    /// assert_eq!((db.snapshot().limit, db.snapshot().in_flight), (1, 2));
    /// drop(permits);
    /// let _one = db.acquire().unwrap();
    /// assert!(db.acquire().is_err());
    /// ```
    ///
    /// # Panics
    /// When `limit` is 0.
    pub fn resize(&self, limit: u32) {
        self.gate.resize(Settings::limit(limit).most());
    }

    /// Its name: given, or that of the point it belongs to.
    #[must_use]
    pub fn name(&self) -> &str {
        self.label.name()
    }

    /// Where it is defined.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.label.location()
    }
}

impl fmt::Debug for Bulkhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = self.snapshot();
        let (name, in_flight) = (self.name(), now.in_flight);
        if self.given.limit.is_none() && now.limit == u32::MAX {
            return write!(f, "Bulkhead({name}, {in_flight} in flight, no limit yet)");
        }
        write!(f, "Bulkhead({name}, {in_flight} of {})", now.limit)
    }
}
