//! Whether something is listed already, which is looked at with each use of it.

use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) struct Listed(AtomicBool);

impl Listed {
    pub(crate) const fn not_yet() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Has it listed by the first who asks.
    #[inline]
    pub(crate) fn once(&self, list: impl FnOnce()) {
        if !self.0.load(Ordering::Relaxed) {
            self.first(list);
        }
    }

    #[cold]
    fn first(&self, list: impl FnOnce()) {
        if !self.0.swap(true, Ordering::Relaxed) {
            list();
        }
    }
}
