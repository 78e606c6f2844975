//! One of a policy for each key: host, tenant, shard.
//!
//! Made when a key is first asked for, and dropped when it has not been for long: what may go is the
//! policy's word ([`Keep`]), what must is the [`table`]'s.

mod given;
mod table;
mod text;

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use self::table::Table;
use crate::clock;
use crate::point::Point;

pub(crate) use self::given::Given;
pub(crate) use crate::shared::Settings;

/// What is kept by key. None of its methods runs code of the user's, nor waits.
pub(crate) trait Keep: Sized {
    type Settings: Settings;

    /// One that somebody holds, or that may not go, never does: there are more than may be kept then.
    const STAYS_IN_USE: bool;

    /// A new one; `at` is where those of all keys are defined.
    fn made(name: Arc<str>, at: &'static Location<'static>, settings: Self::Settings) -> Self;

    /// Nobody would see a difference if a new one took its place.
    fn may_go(&self, settings: &Self::Settings) -> bool;

    /// Unused for long, it has nothing to tell any more.
    fn is_over(&self, settings: &Self::Settings) -> bool;
}

/// Those of all keys.
pub(crate) struct ByKey<T: Keep> {
    label: Label,
    /// What its own definition says.
    pub(crate) given: Given<T::Settings>,
    /// No code of the user's runs while it is locked.
    kept: RwLock<Kept<T>>,
}

struct Kept<T: Keep> {
    /// What other definitions have made of what was given.
    merged: Option<Given<T::Settings>>,
    /// Made with the first key.
    table: Option<Table<T>>,
}

/// What all of them are called after.
#[derive(Clone, Copy)]
pub(crate) enum Label {
    Name(&'static str, &'static Location<'static>),
    Point(&'static Point),
}

impl<T: Keep> ByKey<T> {
    pub(crate) const fn new(label: Label, settings: T::Settings) -> Self {
        let given = Given { settings, keys: None, idle: None };
        Self { label, given, kept: RwLock::new(Kept { merged: None, table: None }) }
    }

    /// That of `key`, which is made if there is none.
    ///
    /// # Panics
    /// When the `Display` of `key` panics or fails.
    pub(crate) fn get<K: fmt::Display + ?Sized>(&self, key: &K) -> Arc<T> {
        text::of(key, |key| {
            let now = clock::coarse().as_nanos();
            let kept = self.read();
            let known = kept.table.as_ref().and_then(|table| table.get(key, now));
            drop(kept);
            known.unwrap_or_else(|| self.make(key))
        })
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept<T>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept<T>> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    fn make(&self, key: &str) -> Arc<T> {
        let now = clock::now().as_nanos();
        let name: Arc<str> = format!("{}[{key}]", self.name()).into();
        let mut kept = self.write();
        let given = kept.merged.unwrap_or(self.given);
        let table = kept.table.get_or_insert_with(|| Table::new(given));
        if let Some(other) = table.get(key, now) {
            // Another thread was faster.
            return other;
        }
        let new = Arc::new(T::made(name, self.location(), given.settings));
        let dropped = table.put(key.into(), new.clone(), now);
        drop(kept);
        // With what may be the user's, such as listeners: outside of the lock.
        drop(dropped);
        new
    }

    /// Adds what another definition of the same name says, which contradicts none before; all those
    /// that must be told of it, outside of the lock.
    pub(crate) fn add(&self, given: &Given<T::Settings>) -> Vec<Arc<T>> {
        let mut kept = self.write();
        let merged = kept.merged.unwrap_or(self.given).merged(given);
        let Ok(merged) = merged else { return Vec::new() };
        kept.merged = Some(merged);
        let Some(table) = &mut kept.table else { return Vec::new() };
        table.limit(merged);
        table.all().cloned().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.read().table.as_ref().map_or(0, Table::len)
    }

    pub(crate) fn all(&self) -> Vec<Arc<T>> {
        let kept = self.read();
        kept.table.as_ref().map_or_else(Vec::new, |table| table.all().cloned().collect())
    }

    pub(crate) fn name(&self) -> &'static str {
        match self.label {
            Label::Name(name, _) => name,
            Label::Point(point) => point.name(),
        }
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        match self.label {
            Label::Name(_, location) => location,
            Label::Point(point) => point.location(),
        }
    }
}

impl<T: Keep> fmt::Debug for ByKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.read();
        let most = kept.merged.unwrap_or(self.given).most();
        let len = kept.table.as_ref().map_or(0, Table::len);
        drop(kept);
        write!(f, "{}, {len} of {most} keys", self.name())
    }
}
