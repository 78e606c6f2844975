//! Which targets a call has tried.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// More attempts than a call makes.
const KEPT: usize = 8;

/// Which targets one call has tried, so that its next attempt goes to another.
///
/// One for each call, beside its attempts; the latest 8 are remembered.
///
/// ```
/// use dyno::balance::{Balancer, Tried};
///
/// static PRICES: Balancer = Balancer::new("prices", &["http://10.0.0.1:80", "http://10.0.0.2:80"]);
///
/// let tried = Tried::new();
/// let first = PRICES.pick(&tried).expect("a target");
/// let second = PRICES.pick(&tried).expect("another one");
/// assert_ne!(first.target(), second.target());
/// ```
pub struct Tried {
    /// Of members; 0: none.
    ids: [AtomicU64; KEPT],
    /// How many in all.
    count: AtomicUsize,
}

impl Tried {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { ids: [const { AtomicU64::new(0) }; KEPT], count: AtomicUsize::new(0) }
    }

    /// How many picks there were.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.count() == 0
    }

    pub(super) fn note(&self, id: u64) {
        let at = self.count.fetch_add(1, Ordering::Relaxed) % KEPT;
        self.ids[at].store(id, Ordering::Relaxed);
    }

    pub(super) fn has(&self, id: u64) -> bool {
        self.ids.iter().any(|tried| tried.load(Ordering::Relaxed) == id)
    }

    /// The latest one.
    pub(super) fn is_last(&self, id: u64) -> bool {
        let last = self.count().checked_sub(1);
        last.is_some_and(|last| self.ids[last % KEPT].load(Ordering::Relaxed) == id)
    }
}

impl Default for Tried {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tried({})", self.count())
    }
}
