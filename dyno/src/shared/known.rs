//! Those of one kind by name: one of them, many functions.

use std::fmt;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Settings;

type Place = &'static Location<'static>;

/// Those of one kind that attributes share by name, and those that are listed.
pub(crate) struct Known<T: 'static, S> {
    /// The attribute that makes them.
    kind: &'static str,
    /// One for each key, which is to be said besides the name.
    by_key: bool,
    inner: Mutex<Inner<T, S>>,
}

struct Inner<T: 'static, S> {
    shared: Vec<Entry<T, S>>,
    listed: Vec<&'static T>,
}

struct Entry<T: 'static, S> {
    name: &'static str,
    one: &'static T,
    /// What each definition with settings says, and where it stands.
    defined: Vec<(S, Place)>,
}

/// One that a definition has joined.
pub(crate) struct Joined<T: 'static> {
    pub(crate) one: &'static T,
    #[cfg_attr(not(feature = "limit"), allow(dead_code))]
    pub(crate) is_new: bool,
    /// It was there, and the definition adds to its settings.
    pub(crate) adds: bool,
}

impl<T, S: Settings> Known<T, S> {
    pub(crate) const fn new(kind: &'static str) -> Self {
        Self::all_of(kind, false)
    }

    /// One for each key.
    pub(crate) const fn by_key(kind: &'static str) -> Self {
        Self::all_of(kind, true)
    }

    const fn all_of(kind: &'static str, by_key: bool) -> Self {
        let inner = Inner { shared: Vec::new(), listed: Vec::new() };
        Self { kind, by_key, inner: Mutex::new(inner) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T, S>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn list(&self, one: &'static T) {
        self.lock().listed.push(one);
    }

    /// The shared one of this name, else the first listed one.
    pub(crate) fn find(&self, name: &str, name_of: fn(&T) -> &str) -> Option<&'static T> {
        let known = self.lock();
        let shared = known.shared.iter().find(|entry| entry.name == name).map(|entry| entry.one);
        shared.or_else(|| known.listed.iter().copied().find(|one| name_of(one) == name))
    }

    pub(crate) fn all(&self) -> Vec<&'static T> {
        let known = self.lock();
        known.shared.iter().map(|entry| entry.one).chain(known.listed.iter().copied()).collect()
    }

    /// The one called `name`; the first definition makes it, each that says something adds to it.
    ///
    /// # Panics
    /// When it is defined elsewhere with other settings.
    pub(crate) fn join(&self, name: &'static str, new: T, given: S, here: Place) -> Joined<T> {
        let silent = given.is_silent();
        let mut known = self.lock();
        let Some(entry) = known.shared.iter_mut().find(|entry| entry.name == name) else {
            // Once a name and for the life of the program, as the attributes that share it.
            let one: &'static T = Box::leak(Box::new(new));
            let defined = if silent { Vec::new() } else { vec![(given, here)] };
            known.shared.push(Entry { name, one, defined });
            return Joined { one, is_new: true, adds: false };
        };
        let one = entry.one;
        if silent {
            return Joined { one, is_new: false, adds: false };
        }
        let contradiction = entry.defined.iter().find_map(|(other, there)| {
            other.merged(&given).err().map(|settings| (*other, *there, settings))
        });
        if let Some((other, there, settings)) = contradiction {
            drop(known);
            let kind = self.kind;
            let (by, and) = if self.by_key { (" by key", ", key = …") } else { ("", "") };
            panic!(
                "{kind} \"{name}\"{by}: defined as {} at {there}, and as {} at {here}, which contradict \
                 one another in `{}`; give it in one place and say `#[{kind}(\"{name}\"{and})]` in the \
                 others",
                Said(&other),
                Said(&given),
                settings.join("`, `"),
            );
        }
        entry.defined.push((given, here));
        Joined { one, is_new: false, adds: true }
    }
}

/// Which names stand for one of a kind, and which for one for each key.
pub(crate) struct Kinds {
    kind: &'static str,
    known: Mutex<Vec<(&'static str, bool, Place)>>,
}

impl Kinds {
    pub(crate) const fn new(kind: &'static str) -> Self {
        Self { kind, known: Mutex::new(Vec::new()) }
    }

    /// # Panics
    /// When the name stands for the others elsewhere.
    pub(crate) fn claim(&self, name: &'static str, by_key: bool, here: Place) {
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
