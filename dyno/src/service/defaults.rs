//! The default set, and where each of its numbers comes from.

use std::time::Duration;

use super::build::Builder;
use super::given::{Guard, Places};
use crate::breaker;
use crate::retry::Retry;

/// dace: `timeout`, for the entire operation.
const TIMEOUT: Duration = Duration::from_secs(5);
/// dace: `retry_attempts` = 3, which are further ones.
const RETRIES: u32 = 3;
/// dace pauses not at all, so that all who failed together come again together; with full jitter they
/// do not (Marc Brooker, "Exponential Backoff And Jitter", AWS, 2015).
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// dace has none, so that its retries multiply the load of what is down. Finagle's `RetryBudget`.
const BUDGET: f64 = 0.2;
/// dace says "multiple errors"; `PyBreaker`: `fail_max`.
const FAIL_MAX: u32 = 5;
/// dace: `circuit_reset_timeout`.
const RESET_TIMEOUT: Duration = Duration::from_secs(10);
/// dace: `max_open_per_netloc`; the next one is refused at once.
const IN_FLIGHT: u32 = 10;

impl Builder {
    /// The set that a bare `#[service]` stands for; what is said besides takes the place of its part.
    ///
    /// | | | source |
    /// |---|---|---|
    /// | [`timeout`](Self::timeout) | 5 s for the whole call | dace |
    /// | [`retry`](Self::retry) | 3 further attempts, so 4 in all | dace |
    /// | its pauses | 50 ms to 1 s, full jitter | Brooker (AWS, 2015) |
    /// | [`budget`](Self::budget) | 20 % | Finagle's `RetryBudget` |
    /// | [`retry_on_timeout`](Self::retry_on_timeout) | no | dace |
    /// | [`breaker`](Self::breaker) | `fail_max` 5, `reset_timeout` 10 s | `PyBreaker`; dace |
    /// | [`bulkhead`](Self::bulkhead) | 10, the next one is refused at once | dace |
    /// | [`metrics`](Self::metrics) | yes | |
    ///
    /// With a [`balance`](Self::balance)r the breaker is left out, as each of its targets has one.
    pub const fn defaults(mut self) -> Self {
        let retry = Retry::retries(RETRIES).backoff(FIRST_PAUSE..LONGEST_PAUSE);
        let settings = breaker::Settings::new().fail_max(FAIL_MAX).reset_timeout(RESET_TIMEOUT);
        self.timeout = Some(TIMEOUT);
        self.retry = Some(retry);
        self.budget = Some(BUDGET);
        self.breaker = Guard::Default(settings);
        self.bulkhead = Places::Own { limit: IN_FLIGHT, wait: None, queue: None };
        self.metrics = true;
        self
    }
}
