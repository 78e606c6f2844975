//! The way of a call through the breaker, where it is not the short one.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use arc_swap::Guard;

use super::core::{self, Leave, Real, Refusal, Time};
use super::ended::{self, Ended};
use super::listen::Happened;
use super::rule::{Panicked, judge, judge_by_rule};
use super::settings::Settings;
use super::why::Why;
use super::word::{Phase, UNGUARDED, UNWINDING, generation};
use super::{Breaker, Report};
use crate::fault::{Fault, Reason};
use crate::lanes::Lane;
use crate::outcome::Verdict;

/// Somebody listens.
pub(super) const LISTENED: u8 = 1;
/// A window is kept.
const WATCHED: u8 = 2;
/// Calls are timed.
const TIMED: u8 = 4;
/// The settings have been changed.
const CHANGED: u8 = 8;
/// The state is shared.
pub(super) const SHARED: u8 = 16;

pub(super) const fn ways(settings: &Settings) -> u8 {
    let watched = if settings.watches() { WATCHED } else { 0 };
    let timed = settings.slow.is_some() || settings.expected_in.is_some();
    watched | if timed { TIMED } else { 0 }
}

/// The settings in force.
pub(super) enum InForce<'a> {
    Given(&'a Settings),
    Changed(Guard<Option<Arc<Settings>>>),
}

impl Deref for InForce<'_> {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        match self {
            Self::Given(settings) => settings,
            // It is never taken away again.
            Self::Changed(guard) => guard.as_deref().unwrap_or(const { &Settings::new() }),
        }
    }
}

impl Breaker {
    #[inline]
    pub(super) fn settings_in_force(&self) -> InForce<'_> {
        self.settings_by(self.ways.load(Ordering::Relaxed))
    }

    #[inline]
    fn settings_by(&self, ways: u8) -> InForce<'_> {
        if ways & CHANGED == 0 {
            InForce::Given(&self.given)
        } else {
            InForce::Changed(self.changed.load())
        }
    }

    fn is_in_force(&self, settings: &InForce<'_>) -> bool {
        let now = self.changed.load();
        match settings {
            InForce::Given(_) => now.is_none(),
            InForce::Changed(then) => match (&**then, &*now) {
                (Some(then), Some(now)) => Arc::ptr_eq(then, now),
                (then, now) => then.is_none() && now.is_none(),
            },
        }
    }

    /// Looks again whether calls may take the short way.
    pub(super) fn look_at_ways(&self) {
        loop {
            let now = self.ways_now();
            self.ways.store(now, Ordering::Relaxed);
            self.core.go_long(now & !CHANGED != 0);
            // Of two threads at it, the one that writes last looks again.
            if self.ways_now() == now {
                return;
            }
        }
    }

    fn ways_now(&self) -> u8 {
        let changed = self.changed.load();
        let of_settings = ways(changed.as_deref().unwrap_or(&self.given));
        let listened = if self.listeners.is_empty() { 0 } else { LISTENED };
        let shared = if self.shared.load().is_some() { SHARED } else { 0 };
        of_settings | listened | shared | if changed.is_some() { CHANGED } else { 0 }
    }

    /// The stamp of a permit, when it is closed and all that keeps it from the short way is a window.
    #[inline]
    pub(super) fn pass_watched(&self) -> Option<u64> {
        let plain = self.ways.load(Ordering::Relaxed) == WATCHED;
        if plain { self.core.pass_long() } else { None }
    }

    /// Asks when the short way is closed: the stamp of a permit, and when the call began.
    #[inline(never)]
    pub(super) fn knock(&self) -> Result<(u64, u64), Refusal> {
        let ways = self.ways.load(Ordering::Relaxed);
        if ways & SHARED != 0 {
            self.look_if_due();
        }
        if let Some(stamp) = self.core.pass_long() {
            if ways & (LISTENED | TIMED) == 0 {
                return Ok((stamp, 0));
            }
            return Ok(self.begin(Leave { stamp, since: 0, change: None }, ways));
        }
        if let Some(left) = self.core.still_open(&Real) {
            return Err(self.reject(Refusal { reason: Reason::BreakerOpen, left }));
        }
        let settings = self.settings_by(ways);
        let answer = if ways & SHARED == 0 {
            self.core.admit(&settings, &Real)
        } else {
            self.admit_shared(&settings)
        };
        match answer {
            Ok(leave) => Ok(self.begin(leave, ways)),
            Err(refusal) => {
                // What it remembers now may be by settings that have changed meanwhile.
                if !self.is_in_force(&settings) {
                    self.core.forget_end();
                }
                Err(self.reject(refusal))
            }
        }
    }

    pub(super) fn begin(&self, leave: Leave, ways: u8) -> (u64, u64) {
        if let Some(change) = leave.change {
            self.tell_change(change);
        }
        if ways & LISTENED != 0 {
            self.listeners.tell(self, Happened::BeforeCall);
        }
        let timed = ways & TIMED != 0 && leave.since == 0;
        (leave.stamp, if timed { Real.nanos().0 } else { leave.since })
    }

    #[inline]
    pub(super) fn settle(
        &self,
        stamp: u64,
        since: u64,
        verdict: Verdict,
        report: &Report<'_>,
    ) -> Option<Fault> {
        let done = match verdict {
            Verdict::Success => self.is_done(stamp),
            Verdict::Failure => self.count_failure(stamp),
            Verdict::Ignored => false,
        };
        if done {
            return None;
        }
        self.settle_slowly(stamp, since, verdict, report)
    }

    /// A success that changes nothing, or nothing but a window, which then has counted it.
    #[inline]
    pub(super) fn is_done(&self, stamp: u64) -> bool {
        if self.core.at_rest(stamp) {
            return true;
        }
        let watched = self.core.at_rest_long(stamp) && self.ways.load(Ordering::Relaxed) == WATCHED;
        if watched {
            self.count_success(stamp);
        }
        watched
    }

    /// The plain failure of a plain breaker: one compare-and-swap.
    #[inline(never)]
    pub(super) fn count_failure(&self, stamp: u64) -> bool {
        let permit = stamp & !UNWINDING;
        self.ways.load(Ordering::Relaxed) == 0 && self.core.count_failure(permit, &self.given)
    }

    /// The common end where a window is kept, and nothing else.
    #[inline(never)]
    fn count_success(&self, permit: u64) {
        self.window.success(generation(permit), Lane::here(), &self.given);
    }

    #[inline(never)]
    fn settle_slowly(
        &self,
        stamp: u64,
        since: u64,
        verdict: Verdict,
        report: &Report<'_>,
    ) -> Option<Fault> {
        if stamp & UNGUARDED != 0 {
            return None;
        }
        let ways = self.ways.load(Ordering::Relaxed);
        let permit = stamp & !UNWINDING;
        let settings = self.settings_by(ways);
        let timed = ways & TIMED != 0 && !matches!(verdict, Verdict::Ignored);
        let took = if timed { ended::took(since) } else { None };
        let (slow, limit) = ended::judge(took, &settings);
        match (verdict, took, limit) {
            (Verdict::Success, Some(took), Some(limit)) => {
                let tell = move |f: &mut fmt::Formatter<'_>| {
                    write!(f, "took {took:.1?}, was expected in {limit:.1?}")
                };
                let report = &Report::new(&tell);
                let ended = Ended { verdict: Verdict::Failure, slow, late: true, report };
                // What it returned is good, and nothing is returned in its place.
                drop(self.settle_ended(permit, since, ended, &settings, ways));
                None
            }
            _ => {
                let ended = Ended { verdict, slow, late: false, report };
                self.settle_ended(permit, since, ended, &settings, ways)
            }
        }
    }

    fn settle_ended(
        &self,
        permit: u64,
        since: u64,
        ended: Ended<'_>,
        settings: &Settings,
        ways: u8,
    ) -> Option<Fault> {
        let Some(phase) = self.core.phase_of(permit) else {
            // It counts nowhere, and needs its place no more.
            self.core.leave_place(permit, since);
            return None;
        };
        let Ended { verdict, slow, report, .. } = ended;
        match phase {
            Phase::HalfOpen => self.settle_trial(permit, since, ended, settings),
            Phase::Closed | Phase::Recovering | Phase::MetricsOnly => match verdict {
                Verdict::Success if !slow => {
                    if ways & WATCHED != 0 {
                        self.window.success(generation(permit), Lane::here(), settings);
                    }
                    if ways & SHARED == 0 {
                        self.core.success(permit);
                    } else {
                        self.succeed_shared(permit);
                    }
                    self.tell_end(ways, verdict, report);
                    None
                }
                Verdict::Ignored => {
                    self.tell_end(ways, verdict, report);
                    None
                }
                Verdict::Success | Verdict::Failure => {
                    self.settle_bad(permit, ended, settings, ways)
                }
            },
            // Nothing counts, but a listener that heard it begin hears it end.
            Phase::Disabled => {
                self.tell_end(ways, verdict, report);
                None
            }
            Phase::Open | Phase::ForcedOpen => None,
        }
    }

    /// A call that failed, or took too long.
    fn settle_bad(
        &self,
        permit: u64,
        ended: Ended<'_>,
        settings: &Settings,
        ways: u8,
    ) -> Option<Fault> {
        let generation = generation(permit);
        let (end, report) = (ended.end(), ended.report);
        let rate = if ways & WATCHED == 0 {
            None
        } else {
            self.window.bad(generation, Lane::here(), end, settings)
        };
        let seen = || self.window.seen(generation, settings);
        let panicked = Panicked::default();
        // A success says nothing of how long it is to be left alone.
        let asked = || if end.failed { report.asked() } else { None };
        let verdict = if ways & SHARED == 0 {
            let why = |in_a_row| rate.or_else(|| judge(settings, seen, in_a_row, &panicked));
            self.core.failure(permit, end.failed, settings, why, asked, &Real)
        } else {
            let why =
                |in_a_row| rate.or_else(|| judge_by_rule(settings, seen, in_a_row, &panicked));
            self.fail_shared(permit, end.failed, settings, why, asked)
        };
        if let core::Verdict::Opened(change) = verdict {
            self.keep_error(report, end, change.why, settings);
        }
        if verdict != core::Verdict::Late {
            self.tell_end(ways, ended.verdict, report);
        }
        let instead = match verdict {
            core::Verdict::Counted | core::Verdict::Late | core::Verdict::Closed(_) => None,
            core::Verdict::Exceeded(why) => {
                self.listeners.tell(self, Happened::Exceeded { why });
                None
            }
            core::Verdict::Opened(change) => {
                self.tell_change(change);
                self.instead(settings, end.failed)
            }
        };
        panicked.go_on();
        instead
    }

    fn settle_trial(
        &self,
        permit: u64,
        since: u64,
        trial: Ended<'_>,
        settings: &Settings,
    ) -> Option<Fault> {
        let ways = self.ways.load(Ordering::Relaxed);
        let ended = if ways & SHARED == 0 {
            self.core.report(permit, since, trial.of_trial(), settings, &Real)
        } else {
            self.report_shared(permit, since, trial.of_trial(), settings)
        };
        let Ended { verdict, report, .. } = trial;
        match ended {
            core::Verdict::Late => {}
            core::Verdict::Counted | core::Verdict::Exceeded(_) => {
                self.tell_end(ways, verdict, report);
            }
            core::Verdict::Closed(change) => {
                self.tell_change(change);
                self.tell_end(ways, verdict, report);
            }
            core::Verdict::Opened(mut change) => {
                if trial.only_slow() {
                    change.why = Why::SlowTrial;
                }
                self.keep_error(report, trial.end(), change.why, settings);
                if let Some(time) = trial.failed().then(|| report.asked()).flatten() {
                    self.keep_open(time);
                }
                self.tell_end(ways, verdict, report);
                self.tell_change(change);
                return self.instead(settings, trial.failed());
            }
        }
        None
    }

    /// The time to the next trial, while it is open.
    pub(super) fn retry_after(&self, settings: &Settings) -> Option<Duration> {
        let (passed, lasts) = self.core.open_since(settings, &Real)?;
        passed.left_of(lasts)
    }
}
