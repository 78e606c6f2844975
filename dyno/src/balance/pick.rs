//! A target for one call.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::member::{Member, now};
use super::target::Target;
use crate::breaker::{Held, Report};
use crate::fault::Fault;
use crate::outcome::Verdict;

/// A target for one call, and the duty to say how it went; made by
/// [`Balancer::pick`](super::Balancer::pick).
///
/// It counts as a call in flight until it is settled or dropped. Dropped it is ignored, as when a
/// future is cancelled; dropped by a panic that began after it was made it is a failure. An ignored
/// call counts nowhere, but that the target has been at it for so long is remembered.
#[must_use = "a pick that is dropped counts as an ignored call"]
pub struct Pick {
    member: Arc<Member>,
    /// Of its breaker; none when it is settled.
    held: Option<Held>,
    begun: u64,
}

impl Pick {
    #[inline]
    pub(super) fn new(member: Arc<Member>, held: Held, begun: u64) -> Self {
        member.live.0.calls.begin();
        Self { member, held: Some(held), begun }
    }

    /// Whom to call.
    #[inline]
    #[must_use]
    pub fn target(&self) -> &Arc<Target> {
        &self.member.target
    }

    /// The same, with its breaker and what is known of it.
    #[must_use]
    pub fn member(&self) -> &Arc<Member> {
        &self.member
    }

    /// How the call went and, if it failed, with what: the target's breaker counts it, and how long
    /// it took since the pick goes into the target's mean.
    ///
    /// `Some` only for the call that opens a breaker with
    /// [`TripError::Rejected`](crate::breaker::TripError): what is to be returned in place of its own
    /// outcome.
    #[inline]
    pub fn settle(mut self, verdict: Verdict, report: &Report<'_>) -> Option<Fault> {
        let held = self.held.take()?;
        self.end(verdict);
        let instead = self.member.breaker.settle_held(held, verdict, report);
        self.member.review();
        instead
    }

    /// The call succeeded.
    #[inline]
    pub fn success(self) {
        drop(self.settle(Verdict::Success, &Report::NOTHING));
    }

    /// The call failed.
    #[inline]
    pub fn failure(self) {
        drop(self.settle(Verdict::Failure, &Report::NOTHING));
    }

    /// The call says nothing about the target.
    #[inline]
    pub fn ignored(self) {
        drop(self.settle(Verdict::Ignored, &Report::NOTHING));
    }

    #[inline]
    fn end(&self, verdict: Verdict) {
        let live = &self.member.live.0;
        live.calls.end();
        if matches!(verdict, Verdict::Failure) {
            live.failures.fetch_add(1, Ordering::Relaxed);
        }
        let now = now();
        live.load.observe(now.saturating_sub(self.begun), verdict, now, self.member.decay);
    }

    #[cold]
    fn dropped(&self, held: Held) {
        let panicked = held.has_panicked();
        self.end(if panicked { Verdict::Failure } else { Verdict::Ignored });
        self.member.breaker.drop_held(held);
        self.member.review();
    }
}

impl Drop for Pick {
    #[inline]
    fn drop(&mut self) {
        if let Some(held) = self.held.take() {
            self.dropped(held);
        }
    }
}

impl fmt::Debug for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pick({})", self.member.target)
    }
}
