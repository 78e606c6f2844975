//! How a breaker begins to share.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::super::{Breaker, State};
use super::{Shared, Storage};

const REFRESH: Duration = Duration::from_millis(100);

/// How a breaker uses a store; see [`Breaker::share`].
///
/// ```
/// use std::time::Duration;
/// use dyno::breaker::{State, store::Sharing};
///
/// let by_name = Sharing::default();
/// let sharing = Sharing::new("shop/db").refresh(Duration::from_millis(20)).fallback(State::Open);
/// ```
#[derive(Clone, Debug)]
#[must_use = "this does nothing until a breaker is shared by it"]
pub struct Sharing {
    key: Option<Arc<str>>,
    pub(super) refresh: Duration,
    pub(super) fallback: Option<State>,
}

impl Default for Sharing {
    /// Under the name of the breaker.
    fn default() -> Self {
        Self { key: None, refresh: REFRESH, fallback: None }
    }
}

impl Sharing {
    /// Under `key`: all breakers with the same key in the same store are one.
    pub fn new(key: impl Into<Arc<str>>) -> Self {
        Self { key: Some(key.into()), ..Self::default() }
    }

    /// How old the view may be by which a breaker decides, to the grain of a coarse clock (some
    /// milliseconds). Default 100 ms; zero: it looks before each call.
    pub const fn refresh(mut self, age: Duration) -> Self {
        self.refresh = age;
        self
    }

    /// The state of a new breaker while the store cannot be read and nothing is known yet. Default:
    /// that which it starts in, closed unless its settings say otherwise.
    ///
    /// One that is open so turns calls away for its time-out before it tries by itself.
    pub const fn fallback(mut self, state: State) -> Self {
        self.fallback = Some(state);
        self
    }

    pub(super) fn key_of(&self, breaker: &Breaker) -> Arc<str> {
        self.key.clone().unwrap_or_else(|| breaker.name().into())
    }
}

impl Breaker {
    /// Shares its state with all breakers that have the same key in `storage`, in this process and
    /// in others; see [`store`](super).
    ///
    /// It takes over what is stored there, as it is. Nothing is written: not even when nothing is
    /// stored, before something happens. A breaker that was not used before begins in that state and
    /// tells nobody; with others listeners hear of a change. Sharing anew, say by another key, ends
    /// the sharing before.
    ///
    /// A call of a breaker that shares costs some tens of nanoseconds more.
    #[expect(clippy::needless_pass_by_value, reason = "it is made for this")]
    pub fn share(&self, storage: Arc<dyn Storage>, sharing: Sharing) {
        let starts = self.settings().starts.unwrap_or(State::Closed);
        let fresh = self.core.is_fresh(starts);
        let shared = Arc::new(Shared::new(self, storage, &sharing));
        shared.attach(self, sharing.fallback, fresh);
        self.shared.store(Some(shared));
        self.look_at_ways();
    }

    /// Looks now what has become of the state that it shares, rather than with a call.
    ///
    /// Does nothing when it shares none, or another thread is just looking.
    pub fn sync(&self) {
        if let Some(shared) = self.shared.load().as_deref() {
            shared.look(self);
        }
    }

    /// The next call looks whether the record has changed, if its view of it is too old.
    pub(in super::super) fn look_if_due(&self) {
        if let Some(shared) = self.shared.load().as_deref() {
            shared.look_if_due(self);
        }
    }

    pub(in super::super) fn shares(&self) -> bool {
        self.ways.load(Ordering::Relaxed) & super::super::settle::SHARED != 0
    }
}
