//! What a balancer asks of the breakers of its targets.

use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use super::core::{Leave, Real, Time};
use super::permit::dropped;
use super::word::{Phase, Ticks, UNWINDING, View};
use super::{Breaker, Permit, Refused, Report, Settings};
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

/// What a call may hope for.
pub(crate) enum Hope {
    None,
    /// To be a trial.
    Trial,
    /// To be among the share that passes while it recovers.
    Stage,
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

    /// What a call may hope for that is not simply let pass. Nothing is changed by asking, nor told
    /// to anybody.
    pub(crate) fn hope(&self) -> Hope {
        let view = self.core.view();
        let may_try = match view.phase {
            Phase::Closed | Phase::Disabled | Phase::MetricsOnly => true,
            Phase::Recovering => return Hope::Stage,
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
        };
        if may_try { Hope::Trial } else { Hope::None }
    }

    /// The share of the calls that pass at its stage; `None`: it does not recover, or is through.
    pub(crate) fn stage_share(&self) -> Option<f64> {
        self.stage_of(self.core.view()).map(|(share, _)| share)
    }

    fn stage_of(&self, view: View) -> Option<(f64, Duration)> {
        let recovers = view.phase == Phase::Recovering;
        recovers.then(|| self.core.stage(view, &self.settings_in_force(), &Real)).flatten()
    }

    pub(crate) fn recovers_by_stages(&self) -> bool {
        self.settings_in_force().recover.is_some()
    }

    /// As [`enter`](Self::enter), for a call that is among the share of its stage already: whether it
    /// is, is not drawn once more.
    pub(crate) fn enter_drawn(&self) -> Result<Permit<'_>, Refused<'_>> {
        if self.shares() {
            self.look_if_due();
        }
        let view = self.core.view();
        if self.stage_of(view).is_none() {
            return self.enter();
        }
        let leave = Leave::plain(view.generation);
        let (stamp, since) = self.begin(leave, self.ways.load(Ordering::Relaxed));
        Ok(Permit::new(self, stamp, since))
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
