//! Who hears when a fuse is switched.
//!
//! Changes are told outside of every lock and in order: they queue up, and whoever finds nobody at
//! it hands out all that are there, its own and those that come meanwhile. What a listener switches
//! itself is told after what it is being told.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Fuse;
use crate::point::{self, Event, harmless};

type Listener = dyn Fn(&Fuse, bool) + Send + Sync;

/// A change that has been made.
#[derive(Clone, Copy)]
pub(super) struct Change {
    pub(super) on: bool,
    /// Observers hear of it here, rather than at another fuse of the name.
    pub(super) observed: bool,
}

pub(super) struct Listeners(Mutex<State>);

struct State {
    /// In the order in which they were added, each under a number of its own.
    all: Vec<(u64, Arc<Listener>)>,
    next: u64,
    waiting: VecDeque<Change>,
    /// Some thread hands changes out.
    busy: bool,
}

impl Listeners {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(State { all: Vec::new(), next: 0, waiting: VecDeque::new(), busy: false }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, listener: Arc<Listener>) -> FuseListening<'_> {
        let mut state = self.lock();
        let id = state.next;
        state.next += 1;
        state.all.push((id, listener));
        FuseListening { id, to: Some(self) }
    }

    /// Lets `change` wait for [`tell`](Self::tell).
    pub(super) fn put(&self, change: Change) {
        self.lock().waiting.push_back(change);
    }

    /// Tells of all that waits, unless another thread is at it.
    pub(super) fn tell(&self, fuse: &Fuse) {
        let mut state = self.lock();
        if state.busy {
            return;
        }
        state.busy = true;
        while let Some(change) = state.waiting.pop_front() {
            let all = state.all.clone();
            drop(state);
            if change.observed {
                point::emit(fuse.name(), &Event::Fuse { on: change.on });
            }
            for (_, listener) in all {
                harmless("a listener of the fuse", fuse.name(), move || listener(fuse, change.on));
            }
            state = self.lock();
        }
        state.busy = false;
    }

    fn remove(&self, id: u64) {
        let mut state = self.lock();
        let at = state.all.iter().position(|(of, _)| *of == id);
        let removed = at.map(|at| state.all.remove(at));
        drop(state);
        // Somebody else's destructor, outside of the lock.
        drop(removed);
    }
}

/// Stops listening to a fuse when dropped; made by [`Fuse::listen`].
#[must_use = "the listener is removed when the guard is dropped; `keep` leaves it for good"]
pub struct FuseListening<'a> {
    id: u64,
    to: Option<&'a Listeners>,
}

impl FuseListening<'_> {
    /// Leaves the listener there for the life of the fuse.
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
