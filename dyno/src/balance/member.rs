//! A target, and what is known of it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use super::health::Standing;
use super::load::{Decay, Load};
use super::sticky;
use super::target::Target;
use crate::breaker::Breaker;
use crate::lanes::Line;
use crate::point::{self, Event, Name};

/// A target of a balancer, with its breaker and what is known of it.
pub struct Member {
    /// No two of the program have the same.
    pub(super) id: u64,
    pub(super) target: Arc<Target>,
    /// Its own number among those that a key may stick to: the hash of its text.
    pub(super) place: u64,
    pub(super) breaker: Breaker,
    /// Of its balancer.
    pub(super) balancer: Name,
    pub(super) decay: Decay,
    pub(super) live: Line<Live>,
}

/// What every call reads or writes.
pub(super) struct Live {
    pub(super) calls: Calls,
    pub(super) load: Load<AtomicU64>,
    pub(super) standing: Standing<AtomicU64>,
    /// When its turn was, counted in picks.
    pub(super) turn: AtomicU64,
    /// What it has saved up for its next turn; changed under a lock.
    pub(super) credit: AtomicI64,
    pub(super) failures: AtomicU64,
}

impl Member {
    pub(super) fn new(balancer: Name, target: Target, breaker: Breaker, decay: Decay) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self {
            id: LAST.fetch_add(1, Ordering::Relaxed) + 1,
            place: sticky::hash(target.url()),
            target: Arc::new(target),
            breaker,
            balancer,
            decay,
            live: Line(Live {
                calls: Calls::new(),
                load: Load::new(),
                standing: Standing::new(),
                turn: AtomicU64::new(0),
                credit: AtomicI64::new(0),
                failures: AtomicU64::new(0),
            }),
        }
    }

    /// The target.
    #[must_use]
    pub const fn target(&self) -> &Arc<Target> {
        &self.target
    }

    /// Its breaker, called `balancer/host:port`; to be listened to, or opened by hand.
    #[must_use]
    pub const fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// How many calls are under way.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.live.0.calls.in_flight()
    }

    /// The mean latency of its calls, which follows a longer one at once; `None` before the first.
    #[must_use]
    pub fn latency(&self) -> Option<Duration> {
        self.live.0.load.latency(now(), self.decay)
    }

    /// What another call to it costs.
    #[inline]
    pub(super) fn cost(&self, now: u64) -> f64 {
        self.live.0.load.cost(self.in_flight(), now, self.decay)
    }

    /// The share of its calls that it gets.
    pub(super) fn warmth(&self, now: u64, slow_start: u64) -> f64 {
        let standing = &self.live.0.standing;
        let stage = if standing.is_in() { None } else { self.breaker.stage_share() };
        stage.unwrap_or_else(|| standing.warmth(now, slow_start))
    }

    /// Makes its standing what its breaker says.
    #[inline]
    pub(super) fn review(&self) {
        if self.live.0.standing.is_in() != self.breaker.is_passing() {
            self.change_standing();
        }
    }

    #[cold]
    fn change_standing(&self) {
        let target = self.target.url();
        let tell = |returned: Option<Duration>| {
            let event = match returned {
                None => Event::Ejected { target },
                Some(after) => {
                    if self.breaker.recovers_by_stages() {
                        // It is warm already.
                        self.live.0.standing.begin(0);
                    }
                    Event::Returned { target, after }
                }
            };
            point::emit(&self.balancer, &event);
        };
        self.live.0.standing.follow(|| self.breaker.is_passing(), now, tell);
    }
}

pub(super) fn now() -> u64 {
    crate::clock::now().as_nanos()
}

/// How many calls there were and how many are under way, in one word.
pub(super) struct Calls(AtomicU64);

impl Calls {
    const BITS: u32 = 24;

    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    #[inline]
    pub(super) fn begin(&self) {
        self.0.fetch_add((1 << Self::BITS) + 1, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn end(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn in_flight(&self) -> u64 {
        self.0.load(Ordering::Relaxed) & ((1 << Self::BITS) - 1)
    }

    pub(super) fn picks(&self) -> u64 {
        self.0.load(Ordering::Relaxed) >> Self::BITS
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (state, in_flight) = (self.breaker.state(), self.in_flight());
        write!(f, "Member({}, {state}, {in_flight} in flight)", self.target)
    }
}
