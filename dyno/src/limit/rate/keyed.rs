//! A rate for each key: host, tenant, shard.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use super::Rate;
use super::enter::Real;
use super::named::{KINDS, tell_unlimited};
use super::settings::Settings;
use crate::keyed::{ByKey, Given, Keep, Label};
use crate::point::Point;
use crate::shared::{Join, Joined, Known, Shared};

/// Rates by key, all with the same settings: made when a key is first asked for, and dropped when
/// it has not been for long.
///
/// ```
/// use std::time::Duration;
/// use dyno::limit::rate::KeyedRate;
///
/// static CLIENTS: KeyedRate =
///     KeyedRate::new("clients", 1, Duration::from_secs(1)).keys(10_000);
///
/// assert!(CLIENTS.get("alice").try_acquire().is_ok());
/// assert!(CLIENTS.get("alice").try_acquire().is_err());
/// assert!(CLIENTS.get("bob").try_acquire().is_ok());
/// assert_eq!(CLIENTS.get("bob").name(), "clients[bob]");
/// ```
///
/// # What is dropped
///
/// No more than [`keys`](Self::keys) are kept. When a new key finds no place, all rates go that
/// nobody has asked for during [`idle`](Self::idle) and that would let in a full burst, as a new one
/// does. If there are none, the least recently used one of those goes that would and that nobody
/// holds; or, where there is none such either, the least recently used one, and what it has let in
/// is forgotten: give `keys` room for all that are busy at a time. Recency is exact to a second.
pub struct KeyedRate {
    by_key: ByKey<Rate>,
}

impl KeyedRate {
    /// Rates called `name[key]` of `calls` in `per`: at most 1024 of them, idle after 10 min.
    ///
    /// # Panics
    /// As [`Rate::new`].
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, calls: u32, per: Duration) -> Self {
        Self::labelled(Label::Name(name, Location::caller()), Settings::of(calls, per))
    }

    /// The same, called after an annotated function.
    ///
    /// # Panics
    /// As [`Rate::new`].
    #[must_use]
    pub const fn of(point: &'static Point, calls: u32, per: Duration) -> Self {
        Self::labelled(Label::Point(point), Settings::of(calls, per))
    }

    /// One that leaves it to other places to say what it is like.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn joining(name: &'static str) -> Self {
        Self::labelled(Label::Name(name, Location::caller()), Settings::SILENT)
    }

    const fn labelled(label: Label, settings: Settings) -> Self {
        Self { by_key: ByKey::new(label, settings) }
    }

    /// How many calls of a key may come at once; see [`Rate::burst`], also for when it panics.
    #[must_use]
    pub const fn burst(mut self, burst: u32) -> Self {
        self.by_key.given.settings = self.by_key.given.settings.burst(burst);
        self
    }

    /// Evenly from the beginning; see [`Rate::smooth`].
    #[must_use]
    pub const fn smooth(self) -> Self {
        self.burst(1)
    }

    /// How long a call may wait for its turn; see [`Rate::wait`], also for when it panics.
    #[must_use]
    pub const fn wait(mut self, wait: Duration) -> Self {
        self.by_key.given.settings = self.by_key.given.settings.wait(wait);
        self
    }

    /// How many rates are kept at most.
    ///
    /// # Panics
    /// When `keys` is 0; in a `static`, at compile time.
    #[must_use]
    pub const fn keys(mut self, keys: u32) -> Self {
        assert!(keys != 0, "rate: `keys` must be at least 1, else no rate is ever kept");
        self.by_key.given.keys = Some(keys);
        self
    }

    /// How long a key may not be asked for before its rate may be dropped. `Duration::MAX`: it is
    /// only dropped for want of room.
    ///
    /// # Panics
    /// When `idle` is zero; in a `static`, at compile time.
    #[must_use]
    pub const fn idle(mut self, idle: Duration) -> Self {
        assert!(!idle.is_zero(), "rate: `idle` must be above zero, else no rate is ever kept");
        self.by_key.given.idle = Some(idle);
        self
    }

    /// The rate of `key`, which is made if there is none. Keys are told apart by their text.
    ///
    /// A known key costs a read lock and the reading of the clock, and allocates nothing. Threads
    /// that race for a new key all get the same rate.
    ///
    /// # Panics
    /// When the `Display` of `key` panics or fails.
    #[must_use]
    pub fn get<K: fmt::Display + ?Sized>(&self, key: &K) -> Arc<Rate> {
        self.by_key.get(key)
    }

    /// How many rates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// `true` when no key has been asked for yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rates there are, in no order. Being looked at here does not count as being used.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Rate>> {
        self.by_key.all()
    }

    /// What the names of its rates begin with: given, or that of the point it belongs to.
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

impl fmt::Debug for KeyedRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyedRate({:?})", self.by_key)
    }
}

impl Keep for Rate {
    const STAYS_IN_USE: bool = false;
    type Settings = Settings;

    fn made(name: Arc<str>, at: &'static Location<'static>, settings: Settings) -> Self {
        Self::keyed(name, at, settings)
    }

    /// A new one would let in as many.
    fn may_go(&self, _: &Settings) -> bool {
        self.core.available(&Real) == self.core.burst()
    }

    fn is_over(&self, settings: &Settings) -> bool {
        self.may_go(settings)
    }
}

static KNOWN: Known<KeyedRate, Given<Settings>> = Known::by_key("rate");

/// The rates by key that the attributes call `name`; they make them on their first call.
#[must_use]
pub fn keyed(name: &str) -> Option<&'static KeyedRate> {
    KNOWN.find(name, |rates| rates.name())
}

/// The rates by key that all attributes with the same name share.
#[doc(hidden)]
pub type SharedKeyedRate = Shared<KeyedRate>;

impl Join for KeyedRate {
    fn join(name: &'static str, new: Self) -> &'static Self {
        let (given, here) = (new.by_key.given, new.location());
        KINDS.claim(name, true, here);
        let Joined { one: rates, is_new, adds } = KNOWN.join(name, new, given, here);
        if adds {
            for rate in rates.by_key.add(&given) {
                rate.add(given.settings);
            }
        }
        if is_new {
            tell_unlimited(name, &given.settings);
        }
        rates
    }
}
