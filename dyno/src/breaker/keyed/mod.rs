//! A breaker for each key: host, tenant, shard.

mod given;
mod named;
mod table;
mod text;

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use self::given::Given;
#[doc(hidden)]
pub use self::named::SharedKeyed;
pub use self::named::keyed;
use self::table::Table;
use super::{Breaker, Settings};
use crate::clock;
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
    label: Label,
    given: Given,
    /// No code of the user's runs while it is locked.
    kept: RwLock<Kept>,
}

struct Kept {
    /// What other definitions have made of what was given.
    merged: Option<Given>,
    /// Made with the first key.
    table: Option<Table>,
}

#[derive(Clone, Copy)]
enum Label {
    Name(&'static str, &'static Location<'static>),
    Point(&'static Point),
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
        let given = Given { settings, keys: None, idle: None };
        Self { label, given, kept: RwLock::new(Kept { merged: None, table: None }) }
    }

    /// How many breakers are kept at most.
    ///
    /// # Panics
    /// When `keys` is 0; in a `static`, at compile time.
    #[must_use]
    pub const fn keys(mut self, keys: u32) -> Self {
        assert!(keys != 0, "breaker: `keys` must be at least 1, else no breaker is ever kept");
        self.given.keys = Some(keys);
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
        self.given.idle = Some(idle);
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
        text::of(key, |key| {
            let now = clock::coarse().as_nanos();
            let kept = self.read();
            let known = kept.table.as_ref().and_then(|table| table.get(key, now));
            drop(kept);
            known.unwrap_or_else(|| self.make(key))
        })
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    fn make(&self, key: &str) -> Arc<Breaker> {
        let now = clock::now().as_nanos();
        let name: Arc<str> = format!("{}[{key}]", self.name()).into();
        let mut kept = self.write();
        let given = kept.merged.unwrap_or(self.given);
        let table = kept.table.get_or_insert_with(|| Table::new(&given));
        if let Some(other) = table.get(key, now) {
            // Another thread was faster.
            return other;
        }
        let breaker = Arc::new(Breaker::keyed(name, self.location(), given.settings));
        let dropped = table.put(key.into(), breaker.clone(), now);
        drop(kept);
        // With their listeners, which are the user's: outside of the lock.
        drop(dropped);
        breaker
    }

    /// Adds what another definition of the same name says, which contradicts none before.
    fn add(&self, given: &Given) {
        let mut kept = self.write();
        let merged = kept.merged.unwrap_or(self.given).merged(given);
        let Ok(merged) = merged else { return };
        kept.merged = Some(merged);
        let Some(table) = &mut kept.table else { return };
        table.limit(&merged);
        let breakers: Vec<_> = table.all().cloned().collect();
        drop(kept);
        // Their listeners hear of it: outside of the lock.
        for breaker in breakers {
            breaker.add(given.settings);
        }
    }

    /// How many breakers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.read().table.as_ref().map_or(0, Table::len)
    }

    /// `true` when no key has been asked for yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All breakers there are, in no order. Being looked at here does not count as being used.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Breaker>> {
        let kept = self.read();
        kept.table.as_ref().map_or_else(Vec::new, |table| table.all().cloned().collect())
    }

    /// What the names of its breakers begin with: given, or that of the point it belongs to.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.label {
            Label::Name(name, _) => name,
            Label::Point(point) => point.name(),
        }
    }

    /// Where it is defined.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        match self.label {
            Label::Name(_, location) => location,
            Label::Point(point) => point.location(),
        }
    }
}

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.read();
        let most = kept.merged.unwrap_or(self.given).most();
        let len = kept.table.as_ref().map_or(0, Table::len);
        drop(kept);
        write!(f, "Keyed({}, {len} of {most} keys)", self.name())
    }
}
