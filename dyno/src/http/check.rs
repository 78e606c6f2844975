//! What a client is told that contradicts itself, or can do nothing.

use std::time::Duration;

use super::Builder;

impl Builder {
    /// What contradicts itself, or can do nothing.
    pub(super) fn contradiction(&self) -> Option<&'static str> {
        let settings = &self.settings;
        let is_below = |limit: Option<Duration>, other: Option<Duration>| {
            limit.is_none_or(|limit| other.is_none_or(|other| limit < other))
        };
        let is_share = |share: f64| (0.0001..=1.0).contains(&share);
        let balanced = self.balance.is_some();
        let cases = [
            (
                !is_below(settings.attempt_timeout, settings.timeout),
                "`attempt_timeout` must be below `timeout`, which else ends every attempt first",
            ),
            (
                !is_below(settings.expected_in, settings.attempt_timeout)
                    || !is_below(settings.expected_in, settings.timeout),
                "`expected_in` must be below the time-outs, which else end what is slower",
            ),
            (
                settings.budget.is_some_and(|share| !is_share(share)),
                "`budget` must be from 0.0001 to 1: it is a share of the calls",
            ),
            (
                settings.retry_on_timeout && settings.retries == 0,
                "`retry_on_timeout` is for further attempts, and there are none",
            ),
            (
                balanced && (self.says_breaker || settings.expected_in.is_some()),
                "the balancer says itself when a target is out: give `breaker` and `expected_in` to it",
            ),
            (
                balanced && self.sharing.is_some(),
                "the circuits are the balancer's: leave out `share`",
            ),
            (
                settings.breaker.is_none() && settings.expected_in.is_some(),
                "`expected_in` is for a breaker, and there is none",
            ),
            (
                settings.breaker.is_none() && self.sharing.is_some(),
                "`share` is for a breaker, and there is none",
            ),
        ];
        cases.into_iter().find(|(wrong, _)| *wrong).map(|(_, says)| says)
    }
}
