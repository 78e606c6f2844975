//! Breakers by name: one breaker, many functions.

use std::fmt;
use std::panic::Location;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use once_cell::race::OnceRef;

use super::Breaker;
use super::settings::Given;

/// The breaker that the attributes call `name`, or the first listed `static` of that name.
///
/// Attributes make theirs on their first call.
#[must_use]
pub fn named(name: &str) -> Option<&'static Breaker> {
    let known = lock();
    let shared = known.shared.iter().find(|entry| entry.name == name).map(|entry| entry.breaker);
    shared.or_else(|| known.listed.iter().copied().find(|breaker| breaker.name() == name))
}

/// Every breaker that an attribute has used, and every [listed](Breaker::list) one.
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
    shared: Vec<Shared>,
    listed: Vec<&'static Breaker>,
}

struct Shared {
    name: &'static str,
    breaker: &'static Breaker,
    /// What the definition with settings says, and where it stands.
    defined: Option<(Given, &'static Location<'static>)>,
}

static KNOWN: Mutex<Known> = Mutex::new(Known { shared: Vec::new(), listed: Vec::new() });

fn lock() -> std::sync::MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The breaker called `name`; the first one there is makes it, the first with settings sets it.
fn join(name: &'static str, new: Breaker) -> &'static Breaker {
    let (given, here) = (new.given, new.location());
    let says_something = given != Given::nothing();
    let mut known = lock();
    let Some(entry) = known.shared.iter_mut().find(|entry| entry.name == name) else {
        // Once a name and for the life of the program, as the attributes that share it.
        let breaker: &'static Breaker = Box::leak(Box::new(new));
        let defined = says_something.then_some((given, here));
        known.shared.push(Shared { name, breaker, defined });
        return breaker;
    };
    let breaker = entry.breaker;
    if !says_something {
        return breaker;
    }
    match entry.defined {
        None => {
            entry.defined = Some((given, here));
            breaker.settings.take(given);
        }
        Some((other, _)) if other == given => {}
        Some((other, there)) => {
            drop(known);
            panic!(
                "breaker \"{name}\": defined as {} at {there}, and as {} at {here}; \
                 give its settings in one place and say `#[breaker(\"{name}\")]` in the others",
                Said(other),
                Said(given),
            );
        }
    }
    breaker
}

struct Said(Given);

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Given { fail_max, reset_timeout, success_threshold } = self.0;
        let mut said = f.debug_set();
        if let Some(count) = fail_max {
            said.entry(&format_args!("fail_max = {count}"));
        }
        if let Some(timeout) = reset_timeout {
            said.entry(&format_args!("reset_timeout = {timeout:?}"));
        }
        if let Some(count) = success_threshold {
            said.entry(&format_args!("success_threshold = {count}"));
        }
        said.finish()
    }
}
