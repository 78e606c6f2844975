//! What else travels with a scope, for a module of which the scope knows nothing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// What is taken along to another thread or task.
pub(crate) trait Along: Send + Sync {
    /// Enters it on this thread; the number tells [`leave`](Self::leave) what to leave.
    fn enter(&self) -> u64;
    fn leave(&self, entered: u64);
}

/// What a recording of [`timing`](mod@crate::timing) takes along.
#[cfg_attr(not(feature = "timing"), allow(dead_code))]
pub(crate) static RECORDING: Travels = Travels::new();

type Here = fn() -> Option<Arc<dyn Along>>;

/// Something that travels while it is open.
pub(crate) struct Travels {
    open: AtomicUsize,
    here: OnceLock<Here>,
}

#[cfg_attr(not(feature = "timing"), allow(dead_code))]
impl Travels {
    const fn new() -> Self {
        Self { open: AtomicUsize::new(0), here: OnceLock::new() }
    }

    /// From now on every scope asks `here` what to take along, until [`close`](Self::close) was
    /// called as often as this.
    pub(crate) fn open(&self, here: Here) {
        self.here.get_or_init(|| here);
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn close(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    /// `true` while it is open: one relaxed load.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed) != 0
    }

    /// What there is to take along from here.
    #[inline]
    pub(super) fn here(&self) -> Option<Arc<dyn Along>> {
        if self.is_open() { self.here.get()?() } else { None }
    }
}

/// Leaves what was entered when it is dropped.
pub(super) struct EnteredAlong(Arc<dyn Along>, u64);

impl EnteredAlong {
    pub(super) fn new(along: &Arc<dyn Along>) -> Self {
        let entered = along.enter();
        Self(along.clone(), entered)
    }
}

impl Drop for EnteredAlong {
    fn drop(&mut self) {
        self.0.leave(self.1);
    }
}
