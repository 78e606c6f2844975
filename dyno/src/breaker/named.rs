//! Breakers by name: one breaker, many functions.

use super::Breaker;
use super::settings::Settings;
use crate::shared::{Join, Joined, Kinds, Known, Shared};

/// The breaker that the attributes call `name`, or the first listed `static` of that name.
///
/// Attributes make theirs on their first call.
#[must_use]
pub fn named(name: &str) -> Option<&'static Breaker> {
    KNOWN.find(name, Breaker::name)
}

/// Every breaker that an attribute has used, and every [listed](Breaker::list) one. Those by key are
/// found at their [`Keyed`](super::Keyed), or by its [name](super::keyed).
#[must_use]
pub fn all() -> Vec<&'static Breaker> {
    KNOWN.all()
}

impl Breaker {
    /// Lets [`all`] and [`named`] find it. Attributes do so with each breaker they use.
    #[inline]
    pub fn list(&'static self) -> &'static Self {
        self.listed.once(|| KNOWN.list(self));
        self
    }
}

/// The breaker that all attributes with the same name share.
#[doc(hidden)]
pub type SharedBreaker = Shared<Breaker>;

pub(super) static KINDS: Kinds = Kinds::new("breaker");
static KNOWN: Known<Breaker, Settings> = Known::new("breaker");

impl Join for Breaker {
    fn join(name: &'static str, new: Self) -> &'static Self {
        let (given, here) = (new.given, new.location());
        KINDS.claim(name, false, here);
        let Joined { one: breaker, adds, .. } = KNOWN.join(name, new, given, here);
        if adds {
            breaker.add(given);
        }
        breaker
    }
}
