//! Who hears when a fuse is switched.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::Fuse;

type Listener = dyn Fn(&Fuse, bool) + Send + Sync;

pub(super) struct Listeners {
    /// In the order in which they were added.
    all: RwLock<Vec<(u64, Arc<Listener>)>>,
    next: AtomicU64,
}

impl Listeners {
    pub(super) const fn new() -> Self {
        Self { all: RwLock::new(Vec::new()), next: AtomicU64::new(0) }
    }

    pub(super) fn add(&self, listener: Box<Listener>) -> FuseListening<'_> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.all.write().unwrap_or_else(PoisonError::into_inner).push((id, listener.into()));
        FuseListening { id, to: Some(self) }
    }

    /// Tells those that listen at this moment. One that panics harms nobody.
    pub(super) fn tell(&self, fuse: &Fuse, on: bool) {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner).clone();
        for (_, listener) in all {
            if catch_unwind(AssertUnwindSafe(|| listener(fuse, on))).is_err() {
                eprintln!("dyno: a listener of the fuse {} panicked", fuse.name());
            }
        }
    }

    fn remove(&self, id: u64) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|(of, _)| *of == id);
        let removed = at.map(|at| all.remove(at));
        drop(all);
        // What the closure holds is the user's: it may listen to something of its own.
        drop(removed);
    }
}

/// Stops listening to a fuse when dropped; made by [`Fuse::listen`].
#[must_use = "the listener is removed when the guard is dropped"]
pub struct FuseListening<'a> {
    id: u64,
    to: Option<&'a Listeners>,
}

impl FuseListening<'_> {
    /// Leaves the listener where it is for as long as there is the fuse.
    pub fn keep(mut self) {
        self.to = None;
    }
}

impl Drop for FuseListening<'_> {
    fn drop(&mut self) {
        if let Some(listeners) = self.to {
            listeners.remove(self.id);
        }
    }
}

impl fmt::Debug for FuseListening<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FuseListening")
    }
}
