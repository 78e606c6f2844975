//! Hearing what changes in a registry.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};

use crate::point::Name;

/// What has changed in a registry; never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What was done.
    pub what: What,
    /// The type, as the compiler calls it; empty when the whole registry was sealed.
    pub type_name: &'static str,
    /// The tag; empty for a value registered by type alone.
    pub tag: Name,
}

/// What was done to a place of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum What {
    /// A value was put where there was nothing.
    Set,
    /// A provider was registered.
    Provided,
    /// A value took the place of another.
    Swapped,
    /// The value was taken away.
    Removed,
    /// The registry was sealed.
    Sealed,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            What::Set => "set",
            What::Provided => "provided",
            What::Swapped => "swapped",
            What::Removed => "removed",
            What::Sealed => return f.write_str("sealed"),
        };
        write!(f, "{what} {}", self.type_name)?;
        if self.tag.is_empty() { Ok(()) } else { write!(f, " {:?}", &*self.tag) }
    }
}

type Listener = Arc<dyn Fn(&Change) + Send + Sync>;

#[derive(Default)]
pub(super) struct Listeners {
    all: RwLock<Vec<(u64, Listener)>>,
    next: AtomicU64,
}

impl Listeners {
    pub(super) fn add(self: &Arc<Self>, listener: Listener) -> Listening {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.all.write().unwrap_or_else(PoisonError::into_inner).push((id, listener));
        Listening { id, of: Arc::downgrade(self) }
    }

    pub(super) fn any(&self) -> bool {
        !self.all.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Tells all, outside of every lock. A listener that panics harms nobody.
    pub(super) fn tell(&self, change: &Change) {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner).clone();
        for (_, listener) in all {
            if catch_unwind(AssertUnwindSafe(|| listener(change))).is_err() {
                eprintln!("dyno: a listener of the registry panicked ({change})");
            }
        }
    }

    fn remove(&self, id: u64) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|(of, _)| *of == id);
        let removed = at.map(|at| all.remove(at));
        drop(all);
        drop(removed);
    }
}

/// Stops listening when dropped.
#[must_use = "the listener is removed when the guard is dropped"]
pub struct Listening {
    id: u64,
    of: Weak<Listeners>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(listeners) = self.of.upgrade() {
            listeners.remove(self.id);
        }
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listening")
    }
}
