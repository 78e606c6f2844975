//! A bulkhead for each key: host, tenant, shard.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::Bulkhead;
use super::settings::Settings;
use crate::keyed::{self, ByKey, Given, Keep};
use crate::limit::label::Label;
use crate::point::Point;
use crate::shared::Shared;

/// Bulkheads by key, all with the same settings: made when a key is first asked for, and dropped
/// when it has not been for long.
///
/// ```
/// use dyno::limit::KeyedBulkhead;
///
/// static HOSTS: KeyedBulkhead = KeyedBulkhead::new("hosts", 10).keys(1000);
///
/// let slow = HOSTS.get("slow.example");
/// let in_flight: Vec<_> = (0..10).map(|_| slow.try_acquire()).collect();
/// assert!(in_flight.iter().all(Result::is_ok));
/// assert_eq!(
///     HOSTS.get("slow.example").call(|| Err::<(), String>("no route to host".into())),
///     Err("hosts[slow.example]: the bulkhead is full".into()),
/// );
/// assert_eq!(HOSTS.get("other.example").call(|| Some(7)), Some(7));
/// ```
///
/// # What is dropped
///
/// When a new key finds no place, all bulkheads go that nobody has asked for during
/// [`idle`](Self::idle), or else the least recently used one. One with calls in flight, or that
/// somebody holds, never goes, or more calls than its limit would pass: while all are in use, there
/// are more than [`keys`](Self::keys). Recency is exact to a second.
pub struct KeyedBulkhead {
    by_key: ByKey<Bulkhead>,
}

impl KeyedBulkhead {
    /// Bulkheads called `name[key]`, each for `limit` calls at a time: at most 1024 of them, idle
    /// after 10 min.
    ///
    /// # Panics
    /// When `limit` is 0; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, limit: u32) -> Self {
        let label = keyed::Label::Name(name, Location::caller());
        Self { by_key: ByKey::new(label, Settings::limit(limit)) }
    }

    /// The same, called after an annotated function.
    ///
    /// # Panics
    /// When `limit` is 0; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn of(point: &'static Point, limit: u32) -> Self {
        Self { by_key: ByKey::new(keyed::Label::Point(point), Settings::limit(limit)) }
    }

    /// Those that leave it to other places to say what they are like.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn joining(name: &'static str) -> Self {
        let label = keyed::Label::Name(name, Location::caller());
        Self { by_key: ByKey::new(label, Settings::NONE) }
    }

    /// How long a call waits for a place: see [`Bulkhead::wait`].
    ///
    /// # Panics
    /// When `wait` is zero; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn wait(mut self, wait: Duration) -> Self {
        self.by_key.given.settings = self.by_key.given.settings.wait(wait);
        self
    }

    /// How many calls may wait at each: see [`Bulkhead::queue`].
    ///
    /// # Panics
    /// When `queue` is 0; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn queue(mut self, queue: u32) -> Self {
        self.by_key.given.settings = self.by_key.given.settings.queue(queue);
        self
    }

    /// How many bulkheads are kept at most.
    ///
    /// # Panics
    /// When `keys` is 0; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn keys(mut self, keys: u32) -> Self {
        assert!(keys != 0, "bulkhead: `keys` must be at least 1, else no bulkhead is ever kept");
        self.by_key.given.keys = Some(keys);
        self
    }

    /// How long a key may not be asked for before its bulkhead may be dropped. `Duration::MAX`: it
    /// is only dropped for want of room.
    ///
    /// # Panics
    /// When `idle` is zero; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn idle(mut self, idle: Duration) -> Self {
        assert!(
            !idle.is_zero(),
            "bulkhead: `idle` must be above zero, else no bulkhead is ever kept"
        );
        self.by_key.given.idle = Some(idle);
        self
    }

    /// The bulkhead of `key`, which is made if there is none. Keys are told apart by their text.
    ///
    /// A known key costs a read lock and the reading of the clock, and allocates nothing. Threads
    /// that race for a new key all get the same bulkhead.
    ///
    /// # Panics
    /// When the `Display` of `key` panics or fails.
    #[must_use]
    pub fn get<K: fmt::Display + ?Sized>(&self, key: &K) -> Arc<Bulkhead> {
        self.by_key.get(key)
    }

    pub(super) fn given(&self) -> Given<Settings> {
        self.by_key.given
    }

    /// Adds what another definition of the same name says, which contradicts none before.
    pub(super) fn add(&self, given: &Given<Settings>) {
        // Those who wait are called: outside of the lock.
        for bulkhead in self.by_key.add(given) {
            bulkhead.add(&given.settings);
        }
    }

    /// How many bulkheads there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// `true` when no key has been asked for yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All bulkheads there are, in no order. Being looked at here does not count as being used.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Bulkhead>> {
        self.by_key.all()
    }

    /// What the names of its bulkheads begin with: given, or that of the point it belongs to.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.by_key.name()
    }

    /// Where it is defined.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.by_key.location()
    }
}

impl fmt::Debug for KeyedBulkhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyedBulkhead({:?})", self.by_key)
    }
}

#[cfg(feature = "http")]
impl Bulkhead {
    /// One of a key that another table keeps.
    pub(crate) fn of_key(name: Arc<str>, at: &'static Location<'static>, limit: u32) -> Self {
        Self::made(Label::Key(name, at), Settings::limit(limit))
    }
}

impl Keep for Bulkhead {
    type Settings = Settings;

    // A second one of the same key would let as many calls pass once more.
    const STAYS_IN_USE: bool = true;

    fn made(name: Arc<str>, at: &'static Location<'static>, settings: Settings) -> Self {
        Self::made(Label::Key(name, at), settings)
    }

    fn may_go(&self, _settings: &Settings) -> bool {
        self.gate.count() == 0
    }

    fn is_over(&self, settings: &Settings) -> bool {
        self.may_go(settings)
    }
}

/// The bulkheads by key that all attributes with the same name share.
#[doc(hidden)]
pub type SharedKeyedBulkhead = Shared<KeyedBulkhead>;
