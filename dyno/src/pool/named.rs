//! Pools by name: one pool, many functions.

use super::Pool;
use super::settings::Settings;
use crate::shared::{Join, Joined, Known, Shared};

static KNOWN: Known<Pool, Settings> = Known::new("pool");

/// The pool that the attributes call `name`, or the first `static` of that name that has been used.
///
/// Attributes make theirs on their first call.
#[must_use]
pub fn named(name: &str) -> Option<&'static Pool> {
    KNOWN.find(name, Pool::name)
}

/// Every pool that has been used or [listed](Pool::list).
#[must_use]
pub fn all() -> Vec<&'static Pool> {
    KNOWN.all()
}

impl Pool {
    /// Lets [`all`] and [`named`] find it before it is first used.
    #[inline]
    pub fn list(&'static self) -> &'static Self {
        self.listed.once(|| KNOWN.list(self));
        self
    }
}

/// The pool that all attributes with the same name share.
#[doc(hidden)]
pub type SharedPool = Shared<Pool>;

impl Join for Pool {
    fn join(name: &'static str, new: Self) -> &'static Self {
        let (given, here) = (new.given, new.location);
        // Found by its name already.
        new.listed.once(|| {});
        let Joined { one: pool, adds, .. } = KNOWN.join(name, new, given, here);
        if adds {
            pool.threads.limit(|limits| given.over(limits));
        }
        pool
    }
}
