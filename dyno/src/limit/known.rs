//! Limits by name: one limit, many functions.

use std::fmt;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::keyed::Settings;

type Place = &'static Location<'static>;

/// Those of one kind that attributes share by name, and those that are listed.
pub(super) struct Known<T: 'static, S> {
    /// The attribute that makes them.
    kind: &'static str,
    /// What it has to say besides the name.
    and: &'static str,
    inner: Mutex<Inner<T, S>>,
}

struct Inner<T: 'static, S> {
    shared: Vec<Shared<T, S>>,
    listed: Vec<&'static T>,
}

struct Shared<T: 'static, S> {
    name: &'static str,
    limit: &'static T,
    /// What each definition with settings says, and where it stands.
    defined: Vec<(S, Place)>,
}

/// One that a definition has joined.
pub(super) struct Join<T: 'static> {
    pub(super) limit: &'static T,
    pub(super) is_new: bool,
    /// It was there, and the definition adds to its settings.
    pub(super) adds: bool,
}

impl<T, S: Settings> Known<T, S> {
    pub(super) const fn new(kind: &'static str) -> Self {
        Self::all_of(kind, "")
    }

    /// One for each key.
    pub(super) const fn by_key(kind: &'static str) -> Self {
        Self::all_of(kind, ", key = …")
    }

    const fn all_of(kind: &'static str, and: &'static str) -> Self {
        let inner = Inner { shared: Vec::new(), listed: Vec::new() };
        Self { kind, and, inner: Mutex::new(inner) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T, S>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn list(&self, limit: &'static T) {
        self.lock().listed.push(limit);
    }

    /// The shared one of this name, else the first listed one.
    pub(super) fn find(&self, name: &str, name_of: fn(&T) -> &str) -> Option<&'static T> {
        let known = self.lock();
        let shared = known.shared.iter().find(|entry| entry.name == name).map(|entry| entry.limit);
        shared.or_else(|| known.listed.iter().copied().find(|limit| name_of(limit) == name))
    }

    pub(super) fn all(&self) -> Vec<&'static T> {
        let known = self.lock();
        known.shared.iter().map(|entry| entry.limit).chain(known.listed.iter().copied()).collect()
    }

    /// The one called `name`; the first definition makes it, each that says something adds to it.
    ///
    /// # Panics
    /// When it is defined elsewhere with other settings.
    pub(super) fn join(&self, name: &'static str, new: T, given: S, here: Place) -> Join<T> {
        let silent = given.is_silent();
        let mut known = self.lock();
        let Some(entry) = known.shared.iter_mut().find(|entry| entry.name == name) else {
            // Once a name and for the life of the program, as the attributes that share it.
            let limit: &'static T = Box::leak(Box::new(new));
            let defined = if silent { Vec::new() } else { vec![(given, here)] };
            known.shared.push(Shared { name, limit, defined });
            return Join { limit, is_new: true, adds: false };
        };
        let limit = entry.limit;
        if silent {
            return Join { limit, is_new: false, adds: false };
        }
        let contradiction = entry.defined.iter().find_map(|(other, there)| {
            other.merged(&given).err().map(|settings| (*other, *there, settings))
        });
        if let Some((other, there, settings)) = contradiction {
            drop(known);
            let Self { kind, and, .. } = self;
            panic!(
                "{kind} \"{name}\": defined as {} at {there}, and as {} at {here}, which contradict \
                 one another in `{}`; give it in one place and say `#[{kind}(\"{name}\"{and})]` in the \
                 others",
                Said(&other),
                Said(&given),
                settings.join("`, `"),
            );
        }
        entry.defined.push((given, here));
        Join { limit, is_new: false, adds: true }
    }
}

/// Which names stand for one limit, and which for one for each key.
pub(super) struct Kinds {
    kind: &'static str,
    known: Mutex<Vec<(&'static str, bool, Place)>>,
}

impl Kinds {
    pub(super) const fn new(kind: &'static str) -> Self {
        Self { kind, known: Mutex::new(Vec::new()) }
    }

    /// # Panics
    /// When the name stands for the others elsewhere.
    pub(super) fn claim(&self, name: &'static str, by_key: bool, here: Place) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(&(_, other, there)) = known.iter().find(|(known, ..)| *known == name) else {
            known.push((name, by_key, here));
            return;
        };
        drop(known);
        let (one, each) = if by_key { (there, here) } else { (here, there) };
        assert!(
            other == by_key,
            "{} \"{name}\": one for all calls at {one}, and one for each key at {each}; give them \
             different names, or say `key` in both places",
            self.kind,
        );
    }
}

/// `{limit = 10, wait = 50ms}`
struct Said<'a, S>(&'a S);

impl<S: Settings> fmt::Display for Said<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = f.debug_set();
        self.0.entries(&mut said);
        said.finish()
    }
}
