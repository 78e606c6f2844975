//! A breaker for each key: host, tenant, shard.

mod named;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

#[doc(hidden)]
pub use self::named::SharedKeyed;
pub use self::named::keyed;
use super::merge::Said;
use super::{Breaker, Settings, State};
use crate::keyed::{ByKey, Given, Keep, Label};
use crate::point::Point;

/// Breakers by key, all with the same settings: made when a key is first asked for, and dropped
/// when it has not been for long.
///
/// ```
/// use std::time::Duration;
/// use dyno::breaker::{Keyed, Settings, State};
///
/// static HOSTS: Keyed = Keyed::new("hosts", Settings::new().fail_max(1))
///     .keys(1000)
///     .idle(Duration::from_secs(60));
///
/// fn fetch(host: &str) -> Result<String, String> {
///     HOSTS.get(host).call(|| match host {
///         "down.example" => Err("no route to host".into()),
///         _ => Ok(format!("hello from {host}")),
///     })
/// }
///
/// assert_eq!(fetch("down.example"), Err("no route to host".into()));
/// assert_eq!(fetch("up.example"), Ok("hello from up.example".into()));
/// assert_eq!(HOSTS.get("down.example").state(), State::Open);
/// assert_eq!(HOSTS.get("up.example").state(), State::Closed);
/// assert_eq!(HOSTS.get("down.example").name(), "hosts[down.example]");
/// ```
///
/// # What is dropped
///
/// No more than [`keys`](Self::keys) are kept. When a new key finds no place, all breakers go that
/// nobody has asked for during [`idle`](Self::idle), but those that are open for some time yet or
/// were put into their state by hand. If there are none, one goes: the least recently used one that
/// is closed and that nobody holds, as a call under way does; or, where there is none such either,
/// the least recently used one. With a breaker goes what it has counted. Recency is exact to a
/// second.
pub struct Keyed {
    by_key: ByKey<Breaker>,
}

impl Keyed {
    /// Breakers called `name[key]` that go by `settings`: at most 1024 of them, idle after 10 min.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, settings: Settings) -> Self {
        Self::labelled(Label::Name(name, Location::caller()), settings)
    }

    /// The same, called after an annotated function.
    #[must_use]
    pub const fn of(point: &'static Point, settings: Settings) -> Self {
        Self::labelled(Label::Point(point), settings)
    }

    const fn labelled(label: Label, settings: Settings) -> Self {
        Self { by_key: ByKey::new(label, settings) }
    }

    /// How many breakers are kept at most.
    ///
    /// # Panics
    /// When `keys` is 0; in a `static`, at compile time.
    #[must_use]
    pub const fn keys(mut self, keys: u32) -> Self {
        assert!(keys != 0, "breaker: `keys` must be at least 1, else no breaker is ever kept");
        self.by_key.given.keys = Some(keys);
        self
    }

    /// How long a key may not be asked for before its breaker may be dropped. `Duration::MAX`: it
    /// is only dropped for want of room.
    ///
    /// # Panics
    /// When `idle` is zero; in a `static`, at compile time.
    #[must_use]
    pub const fn idle(mut self, idle: Duration) -> Self {
        assert!(
            !idle.is_zero(),
            "breaker: `idle` must be above zero, else no breaker is ever kept"
        );
        self.by_key.given.idle = Some(idle);
        self
    }

    /// The breaker of `key`, which is made if there is none. Keys are told apart by their text.
    ///
    /// A known key costs a read lock and the reading of the clock, and allocates nothing. Threads
    /// that race for a new key all get the same breaker. Ask for it anew with each call rather than
    /// keep it: what is kept is not dropped before all else is.
    ///
    /// # Panics
    /// When the `Display` of `key` panics or fails.
    #[must_use]
    pub fn get<K: fmt::Display + ?Sized>(&self, key: &K) -> Arc<Breaker> {
        self.by_key.get(key)
    }

    fn given(&self) -> Given<Settings> {
        self.by_key.given
    }

    /// Adds what another definition of the same name says, which contradicts none before.
    fn add(&self, given: &Given<Settings>) {
        // Their listeners hear of it: outside of the lock.
        for breaker in self.by_key.add(given) {
            breaker.add(given.settings);
        }
    }

    /// How many breakers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// `true` when no key has been asked for yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All breakers there are, in no order. Being looked at here does not count as being used.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Breaker>> {
        self.by_key.all()
    }

    /// What the names of its breakers begin with: given, or that of the point it belongs to.
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

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyed({:?})", self.by_key)
    }
}

impl Keep for Breaker {
    type Settings = Settings;

    const STAYS_IN_USE: bool = false;

    fn made(name: Arc<str>, at: &'static Location<'static>, settings: Settings) -> Self {
        Self::keyed(name, at, settings)
    }

    /// A new one would let calls pass just as it does.
    fn may_go(&self, settings: &Settings) -> bool {
        let state = self.state();
        state == State::Closed || Some(state) == settings.starts
    }

    /// It neither turns calls away for some time yet, nor has it been put into its state by hand.
    fn is_over(&self, settings: &Settings) -> bool {
        match self.state() {
            State::Closed | State::HalfOpen => true,
            State::Open => self.snapshot().retry_after.is_some_and(|left| left.is_zero()),
            state => Some(state) == settings.starts,
        }
    }
}

impl crate::keyed::Settings for Settings {
    fn merged(&self, other: &Self) -> Result<Self, Vec<&'static str>> {
        self.merged(other)
    }

    fn is_silent(&self) -> bool {
        self.is_silent()
    }

    fn entries(&self, said: &mut fmt::DebugSet<'_, '_>) {
        Said(self).entries(said);
    }
}
