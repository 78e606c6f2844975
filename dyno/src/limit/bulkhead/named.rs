//! Bulkheads by name: one bulkhead, many functions.

use std::fmt;
use std::sync::atomic::Ordering;

use once_cell::race::OnceRef;

use super::settings::Settings;
use super::{Bulkhead, KeyedBulkhead};
use crate::keyed::Given;
use crate::limit::known::{Join, Kinds, Known};
use crate::point::{self, Event};

static KINDS: Kinds = Kinds::new("bulkhead");
static KNOWN: Known<Bulkhead, Settings> = Known::new("bulkhead");
static KEYED: Known<KeyedBulkhead, Given<Settings>> = Known::by_key("bulkhead");

/// The bulkhead that the attributes call `name`, or the first listed `static` of that name.
///
/// Attributes make theirs on their first call.
#[must_use]
pub fn named(name: &str) -> Option<&'static Bulkhead> {
    KNOWN.find(name, Bulkhead::name)
}

/// Every bulkhead that an attribute has used, and every [listed](Bulkhead::list) one. Those by key
/// are found at their [`KeyedBulkhead`], or by its [name](keyed).
#[must_use]
pub fn all() -> Vec<&'static Bulkhead> {
    KNOWN.all()
}

/// The bulkheads by key that the attributes call `name`; they make them on their first call.
#[must_use]
pub fn keyed(name: &str) -> Option<&'static KeyedBulkhead> {
    KEYED.find(name, |keyed| keyed.name())
}

impl Bulkhead {
    /// Lets [`all`] and [`named`] find it. Attributes do so with each bulkhead they use.
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
            KNOWN.list(self);
        }
    }

    /// Adds what another definition of the same bulkhead says, which contradicts none before.
    pub(super) fn add(&self, given: &Settings) {
        if given.wait.is_some() {
            self.wait.store(given.patience(), Ordering::Relaxed);
        }
        if let Some(queue) = given.queue {
            self.room.store(queue, Ordering::Relaxed);
        }
        if let Some(limit) = given.limit {
            self.resize(limit);
        }
    }
}

/// The bulkhead that all attributes with the same name share.
#[doc(hidden)]
pub struct SharedBulkhead {
    name: &'static str,
    define: fn() -> Bulkhead,
    /// Threads that race for it all join the same one.
    bulkhead: OnceRef<'static, Bulkhead>,
}

impl SharedBulkhead {
    /// One of those that share `name`; `define` makes a bulkhead with the settings given here.
    #[must_use]
    pub const fn new(name: &'static str, define: fn() -> Bulkhead) -> Self {
        Self { name, define, bulkhead: OnceRef::new() }
    }

    /// The bulkhead.
    ///
    /// # Panics
    /// When it is defined elsewhere with other settings.
    #[inline]
    pub fn get(&'static self) -> &'static Bulkhead {
        self.bulkhead.get_or_init(|| join(self.name, (self.define)()))
    }
}

impl fmt::Debug for SharedBulkhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedBulkhead({})", self.name)
    }
}

fn join(name: &'static str, new: Bulkhead) -> &'static Bulkhead {
    let (given, here) = (new.given, new.location());
    KINDS.claim(name, false, here);
    let Join { limit: bulkhead, is_new, adds } = KNOWN.join(name, new, given, here);
    if adds {
        bulkhead.add(&given);
    }
    if is_new {
        tell_unlimited(name, &given);
    }
    bulkhead
}

pub(super) fn join_keyed(name: &'static str, new: KeyedBulkhead) -> &'static KeyedBulkhead {
    let (given, here) = (new.given(), new.location());
    KINDS.claim(name, true, here);
    let Join { limit: keyed, is_new, adds } = KEYED.join(name, new, given, here);
    if adds {
        keyed.add(&given);
    }
    if is_new {
        tell_unlimited(name, &given.settings);
    }
    keyed
}

/// Nothing is clamped in silence, and nothing let pass.
fn tell_unlimited(name: &str, given: &Settings) {
    if given.limit.is_none() && point::observed() {
        let message = "the bulkhead lets every call pass until a place that gives its limit is \
                       called: give it here, too";
        point::emit(name, &Event::Warning { message });
    }
}
