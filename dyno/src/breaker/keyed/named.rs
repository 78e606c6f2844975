//! Breakers by key, by name: one set of them, many functions.

use std::fmt;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};

use once_cell::race::OnceRef;

use super::super::named::claim;
use super::Keyed;
use crate::breaker::Settings;
use crate::keyed::{Given, Settings as _};

/// The breakers by key that the attributes call `name`; they make them on their first call.
#[must_use]
pub fn keyed(name: &str) -> Option<&'static Keyed> {
    lock().iter().find(|entry| entry.name == name).map(|entry| entry.keyed)
}

/// The breakers by key that all attributes with the same name share.
#[doc(hidden)]
pub struct SharedKeyed {
    name: &'static str,
    define: fn() -> Keyed,
    /// Threads that race for it all join the same one.
    keyed: OnceRef<'static, Keyed>,
}

impl SharedKeyed {
    /// One of those that share `name`; `define` makes one with the settings given here.
    #[must_use]
    pub const fn new(name: &'static str, define: fn() -> Keyed) -> Self {
        Self { name, define, keyed: OnceRef::new() }
    }

    /// The breakers.
    ///
    /// # Panics
    /// When they are defined elsewhere with other settings, or as one breaker for all.
    #[inline]
    pub fn get(&'static self) -> &'static Keyed {
        self.keyed.get_or_init(|| join(self.name, (self.define)()))
    }
}

impl fmt::Debug for SharedKeyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedKeyed({})", self.name)
    }
}

struct Named {
    name: &'static str,
    keyed: &'static Keyed,
    /// What each definition with settings says, and where it stands.
    defined: Vec<(Given<Settings>, &'static Location<'static>)>,
}

static KNOWN: Mutex<Vec<Named>> = Mutex::new(Vec::new());

fn lock() -> MutexGuard<'static, Vec<Named>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Those called `name`; the first one there is makes them, each that says something adds to their
/// settings.
fn join(name: &'static str, new: Keyed) -> &'static Keyed {
    let (given, here) = (new.given(), new.location());
    claim(name, true, here);
    let mut known = lock();
    let Some(entry) = known.iter_mut().find(|entry| entry.name == name) else {
        // Once a name and for the life of the program, as the attributes that share it.
        let keyed: &'static Keyed = Box::leak(Box::new(new));
        let defined = if given.is_silent() { Vec::new() } else { vec![(given, here)] };
        known.push(Named { name, keyed, defined });
        return keyed;
    };
    let keyed = entry.keyed;
    if given.is_silent() {
        return keyed;
    }
    let contradiction = entry.defined.iter().find_map(|(other, there)| {
        other.merged(&given).err().map(|settings| (*other, *there, settings))
    });
    if let Some((other, there, settings)) = contradiction {
        drop(known);
        panic!(
            "breaker \"{name}\" by key: defined as {other} at {there}, and as {given} at {here}, which \
             contradict one another in `{}`; give it in one place and say \
             `#[breaker(\"{name}\", key = …)]` in the others",
            settings.join("`, `"),
        );
    }
    entry.defined.push((given, here));
    drop(known);
    keyed.add(&given);
    keyed
}
