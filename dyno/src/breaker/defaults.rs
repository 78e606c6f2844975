//! What holds where nothing is said.

use std::time::Duration;

use super::settings::{Settings, Share, Span};

const FAIL_MAX: u32 = 5;
const RESET_TIMEOUT: Duration = Duration::from_secs(60);
const WINDOW: u32 = 100;
const MIN_CALLS: u32 = 20;
const FAILURE_RATE: Share = Share::of(0.5);
const SLOW_RATE: Share = Share::of(1.0);
/// Growing time-outs are drawn from their upper half ("equal jitter"), fixed ones are kept.
const GROWING_JITTER: Share = Share::of(0.5);

impl Settings {
    /// `None`: failures in a row do not count.
    pub(super) fn max_failures(&self) -> Option<u32> {
        let others = self.failure_share().is_some() || self.rule.is_some();
        if others { self.fail_max } else { Some(self.fail_max.unwrap_or(FAIL_MAX)) }
    }

    pub(super) fn first_reset(&self) -> Duration {
        self.reset.map_or(RESET_TIMEOUT, |(first, _)| first)
    }

    pub(super) fn last_reset(&self) -> Duration {
        self.reset.map_or(RESET_TIMEOUT, |(_, last)| last)
    }

    pub(super) fn jitter_share(&self) -> f64 {
        let grows = self.first_reset() < self.last_reset();
        let share = self.jitter.or(grows.then_some(GROWING_JITTER));
        share.map_or(0.0, Share::as_f64)
    }

    pub(super) fn needed_successes(&self) -> u32 {
        self.success_threshold.unwrap_or(1)
    }

    pub(super) fn permits(&self) -> u32 {
        self.trials.unwrap_or(1)
    }

    pub(super) fn probe(&self) -> Duration {
        self.probe_timeout.unwrap_or_else(|| self.first_reset())
    }

    /// The failure rate, where it counts.
    pub(super) const fn failure_share(&self) -> Option<Share> {
        let for_it = (self.window.is_some() || self.min_calls.is_some())
            && self.slow.is_none()
            && self.rule.is_none();
        match self.failure_rate {
            None if for_it => Some(FAILURE_RATE),
            given => given,
        }
    }

    /// The limit of a slow call and the rate, where they count.
    pub(super) fn slow_share(&self) -> Option<(Duration, Share)> {
        self.slow.map(|limit| (limit, self.slow_rate.unwrap_or(SLOW_RATE)))
    }

    pub(super) fn span(&self) -> Span {
        self.window.unwrap_or(Span::Calls(WINDOW))
    }

    pub(super) fn least_calls(&self) -> u32 {
        match (self.min_calls, self.span()) {
            (Some(calls), Span::Calls(window)) => calls.min(window),
            (Some(calls), Span::Time(_)) => calls,
            (None, Span::Calls(window)) => MIN_CALLS.min(window),
            (None, Span::Time(_)) => MIN_CALLS,
        }
    }

    /// A window is kept.
    pub(super) const fn watches(&self) -> bool {
        self.failure_share().is_some() || self.slow.is_some() || self.rule.is_some()
    }
}
