//! Breakers by name: one breaker, many functions.

use std::fmt;
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use once_cell::race::OnceRef;

use super::Breaker;
use super::merge::Said;
use super::settings::Settings;

/// The breaker that the attributes call `name`, or the first listed `static` of that name.
///
/// Attributes make theirs on their first call.
#[must_use]
pub fn named(name: &str) -> Option<&'static Breaker> {
    let known = lock();
    let shared = known.shared.iter().find(|entry| entry.name == name).map(|entry| entry.breaker);
    shared.or_else(|| known.listed.iter().copied().find(|breaker| breaker.name() == name))
}

/// Every breaker that an attribute has used, and every [listed](Breaker::list) one. Those by key are
/// found at their [`Keyed`](super::Keyed), or by its [name](super::keyed).
#[must_use]
pub fn all() -> Vec<&'static Breaker> {
    let known = lock();
    known.shared.iter().map(|entry| entry.breaker).chain(known.listed.iter().copied()).collect()
}

impl Breaker {
    /// Lets [`all`] and [`named`] find it. Attributes do so with each breaker they use.
    #[inline]
    pub fn list(&'static self) -> &'static Self {
        if !self.listed.load(Ordering::Relaxed) {
            self.list_once();
        }
        self
    }

    #[cold]
    fn list_once(&'static self) {
        if !self.listed.swap(true, Ordering::Relaxed) {
            lock().listed.push(self);
        }
    }
}

/// The breaker that all attributes with the same name share.
#[doc(hidden)]
pub struct SharedBreaker {
    name: &'static str,
    define: fn() -> Breaker,
    /// Threads that race for it all join the same one.
    breaker: OnceRef<'static, Breaker>,
}

impl SharedBreaker {
    /// One of those that share `name`; `define` makes a breaker with the settings given here.
    #[must_use]
    pub const fn new(name: &'static str, define: fn() -> Breaker) -> Self {
        Self { name, define, breaker: OnceRef::new() }
    }

    /// The breaker.
    ///
    /// # Panics
    /// When it is defined elsewhere with other settings.
    #[inline]
    pub fn get(&'static self) -> &'static Breaker {
        self.breaker.get_or_init(|| join(self.name, (self.define)()))
    }
}

impl fmt::Debug for SharedBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedBreaker({})", self.name)
    }
}

struct Known {
    /// Which names are for breakers by key, and where that is said first.
    kinds: Vec<(&'static str, bool, &'static Location<'static>)>,
    shared: Vec<Shared>,
    listed: Vec<&'static Breaker>,
}

struct Shared {
    name: &'static str,
    breaker: &'static Breaker,
    /// What each definition with settings says, and where it stands.
    defined: Vec<(Settings, &'static Location<'static>)>,
}

static KNOWN: Mutex<Known> =
    Mutex::new(Known { kinds: Vec::new(), shared: Vec::new(), listed: Vec::new() });

fn lock() -> std::sync::MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A name stands for one breaker or for breakers by key, not for both.
///
/// # Panics
/// When it stands for the others elsewhere.
pub(super) fn claim(name: &'static str, by_key: bool, here: &'static Location<'static>) {
    let mut known = lock();
    let Some(&(_, other, there)) = known.kinds.iter().find(|(known, ..)| *known == name) else {
        known.kinds.push((name, by_key, here));
        return;
    };
    drop(known);
    let (one, each) = if by_key { (there, here) } else { (here, there) };
    assert!(
        other == by_key,
        "breaker \"{name}\": one for all calls at {one}, and one for each key at {each}; give them \
         different names, or say `key` in both places",
    );
}

/// The breaker called `name`; the first one there is makes it, each that says something adds to its
/// settings.
fn join(name: &'static str, new: Breaker) -> &'static Breaker {
    let (given, here) = (new.given, new.location());
    let silent = given.is_silent();
    claim(name, false, here);
    let mut known = lock();
    let Some(entry) = known.shared.iter_mut().find(|entry| entry.name == name) else {
        // Once a name and for the life of the program, as the attributes that share it.
        let breaker: &'static Breaker = Box::leak(Box::new(new));
        let defined = if silent { Vec::new() } else { vec![(given, here)] };
        known.shared.push(Shared { name, breaker, defined });
        return breaker;
    };
    let breaker = entry.breaker;
    if silent {
        return breaker;
    }
    let contradiction = entry.defined.iter().find_map(|(other, there)| {
        other.merged(&given).err().map(|settings| (*other, *there, settings))
    });
    if let Some((other, there, settings)) = contradiction {
        drop(known);
        panic!(
            "breaker \"{name}\": defined as {} at {there}, and as {} at {here}, which contradict \
             one another in `{}`; give it in one place and say `#[breaker(\"{name}\")]` in the others",
            Said(&other),
            Said(&given),
            settings.join("`, `"),
        );
    }
    entry.defined.push((given, here));
    drop(known);
    breaker.add(given);
    breaker
}
