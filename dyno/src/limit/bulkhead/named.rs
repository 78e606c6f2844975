//! Bulkheads by name: one bulkhead, many functions.

use std::sync::atomic::Ordering;

use super::settings::Settings;
use super::{Bulkhead, KeyedBulkhead};
use crate::keyed::Given;
use crate::point::{self, Event};
use crate::shared::{Join, Joined, Kinds, Known, Shared};

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
        self.listed.once(|| KNOWN.list(self));
        self
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
pub type SharedBulkhead = Shared<Bulkhead>;

impl Join for Bulkhead {
    fn join(name: &'static str, new: Self) -> &'static Self {
        let (given, here) = (new.given, new.location());
        KINDS.claim(name, false, here);
        let Joined { one: bulkhead, is_new, adds } = KNOWN.join(name, new, given, here);
        if adds {
            bulkhead.add(&given);
        }
        if is_new {
            tell_unlimited(name, &given);
        }
        bulkhead
    }
}

impl Join for KeyedBulkhead {
    fn join(name: &'static str, new: Self) -> &'static Self {
        let (given, here) = (new.given(), new.location());
        KINDS.claim(name, true, here);
        let Joined { one: keyed, is_new, adds } = KEYED.join(name, new, given, here);
        if adds {
            keyed.add(&given);
        }
        if is_new {
            tell_unlimited(name, &given.settings);
        }
        keyed
    }
}

/// Nothing is clamped in silence, and nothing let pass.
fn tell_unlimited(name: &str, given: &Settings) {
    if given.limit.is_none() && point::observed() {
        let message = "the bulkhead lets every call pass until a place that gives its limit is \
                       called: give it here, too";
        point::emit(name, &Event::Warning { message });
    }
}
