//! Breakers by key, by name: one set of them, many functions.

use super::super::named::KINDS;
use super::Keyed;
use crate::breaker::Settings;
use crate::keyed::Given;
use crate::shared::{Join, Joined, Known, Shared};

/// The breakers by key that the attributes call `name`; they make them on their first call.
#[must_use]
pub fn keyed(name: &str) -> Option<&'static Keyed> {
    KNOWN.find(name, |keyed| keyed.name())
}

/// The breakers by key that all attributes with the same name share.
#[doc(hidden)]
pub type SharedKeyed = Shared<Keyed>;

static KNOWN: Known<Keyed, Given<Settings>> = Known::by_key("breaker");

impl Join for Keyed {
    fn join(name: &'static str, new: Self) -> &'static Self {
        let (given, here) = (new.given(), new.location());
        KINDS.claim(name, true, here);
        let Joined { one: keyed, adds, .. } = KNOWN.join(name, new, given, here);
        if adds {
            keyed.add(&given);
        }
        keyed
    }
}
