//! What a client goes by.

use std::time::Duration;

use ::http::{HeaderMap, HeaderName};

use super::Statuses;
use crate::breaker;
use crate::retry::Retry;

pub(super) const TIMEOUT: Duration = Duration::from_secs(5);
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
pub(super) const RETRIES: u32 = 3;
pub(super) const FAIL_MAX: u32 = 5;
pub(super) const RESET_TIMEOUT: Duration = Duration::from_secs(10);
pub(super) const MAX_OPEN: u32 = 10;
pub(super) const POOL_SIZE: usize = 10;
pub(super) const REDIRECTS: usize = 10;
pub(super) const BUDGET: f64 = 0.2;
pub(super) const BACKOFF: std::ops::Range<Duration> =
    Duration::from_millis(50)..Duration::from_secs(1);

/// What a [`Client`](super::Client) goes by: its defaults, and what its builder was told.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Settings {
    /// Of the whole call: all attempts, the pauses between them, and the body of the answer.
    pub timeout: Option<Duration>,
    /// Of one attempt, to the head of its answer.
    pub attempt_timeout: Option<Duration>,
    /// Until there is a connection.
    pub connect_timeout: Option<Duration>,
    /// Attempts after the first one.
    pub retries: u32,
    /// The pauses between them.
    pub retry: Retry,
    /// The share of the calls that may be tried again.
    pub budget: Option<f64>,
    /// What was too late is tried again, too.
    pub retry_on_timeout: bool,
    /// Of the circuit breaker that each host has.
    pub breaker: Option<breaker::Settings>,
    /// A success that took longer counts against the circuit.
    pub expected_in: Option<Duration>,
    /// Requests under way at a host; the next one is refused at once.
    pub max_open: Option<u32>,
    /// Connections at a host; the next one waits.
    pub pool_size: usize,
    /// Hops that are followed; 0: a redirect is an answer.
    pub redirects: usize,
    /// The proxies that the environment names are used.
    pub use_proxy: bool,
    /// Which statuses are failures.
    pub statuses: Statuses,
    /// An answer of 4xx or 5xx is an error.
    pub error_for_status: bool,
    /// In which header the deadline goes along.
    pub deadline_header: Option<HeaderName>,
    /// In which header the idempotency key goes along.
    pub idempotency_header: Option<HeaderName>,
    /// Sent with every request that does not say otherwise.
    pub headers: HeaderMap,
    /// Calls are counted under the name of the client, and attempts under that of the host.
    pub metrics: bool,
    /// Calls that fail are reported.
    pub harness: bool,
    /// A balancer chooses the targets.
    pub balanced: bool,
}

impl Settings {
    pub(super) fn new() -> Self {
        Self {
            timeout: Some(TIMEOUT),
            attempt_timeout: None,
            connect_timeout: Some(CONNECT_TIMEOUT),
            retries: RETRIES,
            retry: Retry::new(RETRIES + 1).backoff(BACKOFF),
            budget: Some(BUDGET),
            retry_on_timeout: false,
            breaker: Some(breaker::Settings::new().fail_max(FAIL_MAX).reset_timeout(RESET_TIMEOUT)),
            expected_in: None,
            max_open: Some(MAX_OPEN),
            pool_size: POOL_SIZE,
            redirects: REDIRECTS,
            use_proxy: false,
            statuses: Statuses::DEFAULT,
            error_for_status: false,
            deadline_header: Some(HeaderName::from_static(crate::deadline::HEADER)),
            idempotency_header: None,
            headers: HeaderMap::new(),
            metrics: true,
            harness: false,
            balanced: false,
        }
    }

    /// Hops that a request follows which is to follow.
    pub(super) fn hops(&self) -> usize {
        if self.redirects == 0 { REDIRECTS } else { self.redirects }
    }

    /// A connection and nothing else: what is around it has all policies.
    pub(super) fn plain() -> Self {
        Self {
            timeout: None,
            retries: 0,
            retry: Retry::new(1),
            budget: None,
            breaker: None,
            max_open: None,
            metrics: false,
            ..Self::new()
        }
    }
}
