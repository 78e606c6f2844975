//! Rates by name: one rate, many functions.

use super::Rate;
use super::settings::Settings;
use crate::keyed::Settings as _;
use crate::point::{self, Event};
use crate::shared::{Join, Joined, Kinds, Known, Shared};

static KNOWN: Known<Rate, Settings> = Known::new("rate");
pub(super) static KINDS: Kinds = Kinds::new("rate");

/// The rate that the attributes call `name`, or the first listed `static` of that name.
///
/// Attributes make theirs on their first call.
#[must_use]
pub fn named(name: &str) -> Option<&'static Rate> {
    KNOWN.find(name, Rate::name)
}

/// Every rate that an attribute has used, and every [listed](Rate::list) one. Those by key are found
/// at their [`KeyedRate`](super::KeyedRate), or by its [name](super::keyed).
#[must_use]
pub fn all() -> Vec<&'static Rate> {
    KNOWN.all()
}

impl Rate {
    /// Lets [`all`] and [`named`] find it. Attributes do so with each rate they use.
    #[inline]
    pub fn list(&'static self) -> &'static Self {
        self.listed.once(|| KNOWN.list(self));
        self
    }

    /// Adds what another definition of the same rate says, which contradicts none before.
    pub(super) fn add(&self, given: Settings) {
        self.change_by(|now| now.merged(&given).unwrap_or(now));
    }
}

/// The rate that all attributes with the same name share.
#[doc(hidden)]
pub type SharedRate = Shared<Rate>;

impl Join for Rate {
    fn join(name: &'static str, new: Self) -> &'static Self {
        let (given, here) = (new.given, new.location());
        KINDS.claim(name, false, here);
        let Joined { one: rate, is_new, adds } = KNOWN.join(name, new, given, here);
        if adds {
            rate.add(given);
        }
        if is_new {
            tell_unlimited(name, &given);
        }
        rate
    }
}

/// Nothing is let pass in silence.
pub(super) fn tell_unlimited(name: &str, given: &Settings) {
    if given.rate.is_none() {
        let message = "the first call says no rate, so all pass until a call is made where one is \
                       said; say it in all places, or share a static";
        point::emit(name, &Event::Warning { message });
    }
}
