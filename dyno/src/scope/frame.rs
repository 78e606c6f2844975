//! One layer of a scope: a thing in force, or all that a test has pushed.

use std::any::Any;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

use super::LIVE;

pub(super) type Item = Arc<dyn Any + Send + Sync>;

pub(super) struct Frame {
    pub(super) id: u64,
    pub(super) parent: Option<Arc<Frame>>,
    closed: AtomicBool,
    pub(super) holds: Holds,
}

pub(super) enum Holds {
    One(Item),
    /// A test: what it pushes later is seen by the threads it started earlier.
    Test {
        name: &'static str,
        lead: ThreadId,
        pushed: PushedItems,
    },
}

/// What a test has pushed, by number. Items are somebody else's: none is dropped under the lock.
#[derive(Default)]
pub(super) struct PushedItems(Mutex<Vec<(u64, Item)>>);

impl Frame {
    pub(super) fn new(id: u64, parent: Option<Arc<Self>>, holds: Holds) -> Arc<Self> {
        Arc::new(Self { id, parent, closed: AtomicBool::new(false), holds })
    }

    /// Innermost first.
    pub(super) fn items(&self) -> Vec<Item> {
        if self.is_closed() {
            return Vec::new();
        }
        match &self.holds {
            Holds::One(item) => vec![item.clone()],
            Holds::Test { pushed, .. } => {
                pushed.lock().iter().rev().map(|(_, item)| item.clone()).collect()
            }
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(super) fn close(&self) {
        if !self.closed.swap(true, Ordering::AcqRel) {
            LIVE.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl PushedItems {
    pub(super) fn lock(&self) -> MutexGuard<'_, Vec<(u64, Item)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one out, to be dropped by the caller.
    pub(super) fn take(&self, id: u64) -> Option<Item> {
        let mut items = self.lock();
        let place = items.iter().position(|(each, _)| *each == id)?;
        LIVE.fetch_sub(1, Ordering::Relaxed);
        Some(items.remove(place).1)
    }

    /// Takes all out, to be dropped by the caller.
    pub(super) fn take_all(&self) -> Vec<(u64, Item)> {
        let items = mem::take(&mut *self.lock());
        LIVE.fetch_sub(items.len(), Ordering::Relaxed);
        items
    }
}
