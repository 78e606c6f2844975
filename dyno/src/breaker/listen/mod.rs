//! Who listens to one breaker.
//!
//! What happens is told after the fact, outside of every lock, and in order: the hooks of one
//! breaker never run at the same time. So that no call waits for another's hooks, events queue up,
//! and whoever finds nobody at it hands out all that are there, its own and those that come
//! meanwhile. A hook may use the breaker as it likes: what it causes is told after it.

mod happened;
mod queue;

use std::fmt;
use std::sync::Arc;

pub use happened::Happened;
pub(super) use queue::Listeners;

use super::Breaker;
use super::why::{Change, Why};
use crate::fault::Fault;

/// Hears what happens at one breaker; see [`Breaker::listen`].
///
/// Each hook does nothing unless it is written; a closure hears it all, and has to give the types of
/// its parameters: `|breaker: &Breaker, happened: &Happened| …`.
///
/// For a call that passes: `before_call`, then one of `success`, `failure` and `ignored`, then
/// `state_change` if that has changed the state. A trial that succeeds is told after the change it
/// makes, and the change to half-open before its `before_call`. A call that ends after the breaker
/// has changed its state counts nowhere, and its end is not told. Hooks see the state as it is after
/// the change.
///
/// A hook that panics is told of on standard error and harms nobody. Hooks of one breaker run one
/// after the other, on the thread of one of the calls; where more than 4096 events wait for a slow
/// one, the latest are lost, and [`Happened::Lost`] tells how many.
pub trait Listener: Send + Sync {
    /// Anything has happened. By default it is handed to one of the hooks below.
    fn event(&self, breaker: &Breaker, happened: &Happened) {
        match happened {
            Happened::BeforeCall => self.before_call(breaker),
            Happened::Success => self.success(breaker),
            Happened::Failure { error } => self.failure(breaker, error),
            Happened::Ignored => self.ignored(breaker),
            Happened::Rejected { fault } => self.rejected(breaker, fault),
            Happened::StateChange { change } => self.state_change(breaker, change),
            Happened::Exceeded { why } => self.exceeded(breaker, why),
            Happened::Reset => self.reset(breaker),
            Happened::Lost { .. } => {}
        }
    }

    /// A call is about to be made.
    fn before_call(&self, _breaker: &Breaker) {}
    /// A call succeeded.
    fn success(&self, _breaker: &Breaker) {}
    /// A call failed; the text is empty where nothing is known of the error but that there was one.
    fn failure(&self, _breaker: &Breaker, _error: &str) {}
    /// A call ended in a way that does not count: an excluded error, a cancelled future.
    fn ignored(&self, _breaker: &Breaker) {}
    /// A call was turned away.
    fn rejected(&self, _breaker: &Breaker, _fault: &Fault) {}
    /// The state has changed.
    fn state_change(&self, _breaker: &Breaker, _change: &Change) {}
    /// A breaker that only measures would have opened; told once until it is reset.
    fn exceeded(&self, _breaker: &Breaker, _why: &Why) {}
    /// Somebody has reset it by hand, told also when it was closed already.
    fn reset(&self, _breaker: &Breaker) {}
}

impl<F: Fn(&Breaker, &Happened) + Send + Sync> Listener for F {
    fn event(&self, breaker: &Breaker, happened: &Happened) {
        self(breaker, happened);
    }
}

/// A listener at its breaker; it hears no more when this is dropped.
#[must_use = "the listener is removed when the guard is dropped; `keep` leaves it for good"]
pub struct Listening<'a> {
    breaker: &'a Breaker,
    listener: Option<Arc<dyn Listener>>,
}

impl<'a> Listening<'a> {
    pub(super) fn new(breaker: &'a Breaker, listener: Arc<dyn Listener>) -> Self {
        breaker.listeners.add(listener.clone());
        breaker.look_at_ways();
        Self { breaker, listener: Some(listener) }
    }

    /// Leaves it there for the life of the breaker.
    pub fn keep(mut self) {
        self.listener = None;
    }
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        if let Some(listener) = self.listener.take() {
            self.breaker.listeners.remove(&listener);
            self.breaker.look_at_ways();
        }
    }
}

impl fmt::Debug for Listening<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listening({})", self.breaker.name())
    }
}
