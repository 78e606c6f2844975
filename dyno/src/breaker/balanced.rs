//! What a balancer asks of the breakers of its targets.

use std::panic::Location;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::core::{Real, Time};
use super::permit::dropped;
use super::word::{Phase, Ticks, UNWINDING};
use super::{Breaker, Permit, Report, Settings};
use crate::fault::{Facts, Fault, Reason};
use crate::outcome::Verdict;

/// A permit of a breaker that its holder has otherwise; it says nothing when it is dropped.
#[derive(Clone, Copy)]
pub(crate) struct Held {
    stamp: u64,
    since: u64,
}

impl Held {
    /// A panic is under way that began after it was given.
    pub(crate) fn has_panicked(self) -> bool {
        thread::panicking() && self.stamp & UNWINDING == 0
    }
}

impl Permit<'_> {
    #[inline]
    pub(crate) fn hold(self) -> Held {
        let held = Held { stamp: self.stamp, since: self.since };
        self.forget();
        held
    }
}

/// Why it would turn a call away now.
pub(crate) struct Refusing {
    pub(crate) reason: Reason,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) last: Facts,
}

impl Breaker {
    /// The breaker of a target.
    pub(crate) fn of_target(
        name: Arc<str>,
        at: &'static Location<'static>,
        settings: Settings,
    ) -> Self {
        Self::keyed(name, at, settings)
    }

    #[inline]
    pub(crate) fn settle_held(
        &self,
        held: Held,
        verdict: Verdict,
        report: &Report<'_>,
    ) -> Option<Fault> {
        self.settle(held.stamp, held.since, verdict, report)
    }

    pub(crate) fn drop_held(&self, held: Held) {
        dropped(self, held.stamp, held.since);
    }

    /// It is closed, or as good as that: one load.
    #[inline]
    pub(crate) fn is_passing(&self) -> bool {
        let phase = self.core.view().phase;
        matches!(phase, Phase::Closed | Phase::Disabled | Phase::MetricsOnly)
    }

    /// Whether a call may hope to pass. Nothing is changed by it, nor told to anybody.
    pub(crate) fn may_pass(&self) -> bool {
        let view = self.core.view();
        match view.phase {
            Phase::Closed | Phase::Disabled | Phase::MetricsOnly | Phase::Recovering => true,
            Phase::ForcedOpen => false,
            Phase::Open => {
                let due = || {
                    let settings = self.settings_in_force();
                    let since = self.core.open_since(&settings, &Real);
                    since.is_none_or(|(passed, lasts)| passed >= lasts && lasts != Ticks::EVER)
                };
                self.core.still_open(&Real).is_none() && due()
            }
            Phase::HalfOpen => {
                let settings = self.settings_in_force();
                view.tally().busy < settings.permits()
                    || self.core.has_lasted(view.generation, settings.probe(), &Real)
            }
        }
    }

    /// What it would say to a call that it turns away.
    pub(crate) fn refusing(&self) -> Refusing {
        let reason = match self.core.view().phase {
            Phase::ForcedOpen => Reason::ForcedOpen,
            Phase::HalfOpen => Reason::HalfOpenBusy,
            Phase::Recovering => Reason::Recovering,
            _ => Reason::BreakerOpen,
        };
        let retry_after = self.retry_after(&self.settings_in_force());
        let last = self.facts_of(reason);
        Refusing { reason, retry_after, last }
    }
}

impl<W: crate::sync::Word> super::core::Core<W> {
    /// Whether this state has lasted so long.
    fn has_lasted(&self, generation: u64, limit: Duration, time: &impl Time) -> bool {
        let limit = Ticks::lasting(limit);
        let began = self.moment(generation);
        began.is_none_or(|began| limit != Ticks::EVER && time.passed(began.since, limit) >= limit)
    }
}
