//! Events in order, handed out by one thread at a time.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::Breaker;
use super::{Happened, Listener};
use crate::point::harmless;

/// More events than this do not wait for a slow listener.
const WAITING: usize = 4096;

/// The listeners of one breaker.
pub(in super::super) struct Listeners(Mutex<State>);

struct State {
    listeners: Vec<Arc<dyn Listener>>,
    waiting: VecDeque<Happened>,
    lost: u64,
    /// Some thread hands events out.
    busy: bool,
}

impl Listeners {
    pub(in super::super) const fn new() -> Self {
        Self(Mutex::new(State {
            listeners: Vec::new(),
            waiting: VecDeque::new(),
            lost: 0,
            busy: false,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, listener: Arc<dyn Listener>) {
        self.lock().listeners.push(listener);
    }

    /// The last of them that is the same: one may listen twice.
    pub(super) fn remove(&self, listener: &Arc<dyn Listener>) {
        let mut state = self.lock();
        let at = state.listeners.iter().rposition(|other| Arc::ptr_eq(other, listener));
        let removed = at.map(|at| state.listeners.remove(at));
        drop(state);
        // Somebody else's destructor, outside of the lock.
        drop(removed);
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.lock().listeners.is_empty()
    }

    pub(in super::super) fn all(&self) -> Vec<Arc<dyn Listener>> {
        self.lock().listeners.clone()
    }

    /// Tells everybody, now or, when another thread is at it, soon.
    pub(in super::super) fn tell(&self, breaker: &Breaker, happened: Happened) {
        let mut state = self.lock();
        if state.listeners.is_empty() {
            return;
        }
        if state.waiting.len() == WAITING {
            state.lost += 1;
        } else {
            state.waiting.push_back(happened);
        }
        if state.busy {
            return;
        }
        state.busy = true;
        while let Some(next) = state.next() {
            let listeners = state.listeners.clone();
            drop(state);
            hand_over(listeners, breaker, &next);
            state = self.lock();
        }
        state.busy = false;
    }
}

impl State {
    fn next(&mut self) -> Option<Happened> {
        if let Some(happened) = self.waiting.pop_front() {
            return Some(happened);
        }
        let events = std::mem::take(&mut self.lost);
        (events > 0).then_some(Happened::Lost { events })
    }
}

/// A panicking listener harms nobody. Here may be the last who holds it, and its destructor is
/// somebody else's code as well.
fn hand_over(listeners: Vec<Arc<dyn Listener>>, breaker: &Breaker, happened: &Happened) {
    for listener in listeners {
        harmless("a listener of the breaker", breaker.name(), move || {
            listener.event(breaker, happened);
        });
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listeners({})", self.lock().listeners.len())
    }
}
