//! tower-resilience: a stack for each thread, whose layers share what they know.

use std::time::Duration;

use tower::{Layer as _, ServiceBuilder, service_fn};
use tower_resilience_bulkhead::{BulkheadConfigBuilder, BulkheadLayer};
use tower_resilience_circuitbreaker::{CircuitBreakerLayer, DefaultClassifier};
use tower_resilience_ratelimiter::{RateLimiterLayer, WindowType};
use tower_resilience_retry::{RetryBudgetBuilder, RetryLayer};
use tower_resilience_timelimiter::{FixedTimeout, TimeLimiterLayer};

use super::prometheus::measured_async;
use crate::call::{Fail, call_async};
use crate::group::Group;
use crate::leak;
use crate::set::{ATTEMPT, ATTEMPTS, FAIL_MAX, LIMIT, OPEN_FOR, PLACES, PLENTY, Set};
use crate::shared::serve;

pub(super) const NAME: &str = "tower-resilience";

pub(super) fn enter(group: &mut Group, set: Set) {
    let (breaker, place, in_time) = (leak(breaker()), leak(place()), leak(limit(LIMIT)));
    match set {
        Set::One => group.call_own(NAME, move || {
            let mut service = breaker.layer(service_fn(call_async));
            async move |x| refused(serve(&mut service, x).await)
        }),
        Set::Three => {
            let retry = leak(retry());
            group.call_own(NAME, move || {
                let layers = ServiceBuilder::new().layer(in_time).layer(retry);
                let mut service = layers.layer(breaker).service(service_fn(call_async));
                async move |x| refused(serve(&mut service, x).await)
            });
        }
        Set::Five => {
            let retry = leak(retry());
            group.call_own(NAME, move || {
                let layers = ServiceBuilder::new().layer(in_time).layer(retry);
                let layers = layers.layer(breaker).layer(place);
                let mut service = layers.service(service_fn(call_async));
                async move |x| refused(measured_async(serve(&mut service, x)).await)
            });
        }
        Set::All => {
            let (retry, rate, attempt) = (leak(retry()), leak(rate()), leak(limit(ATTEMPT)));
            group.call_own(NAME, move || {
                let layers = ServiceBuilder::new().layer(in_time).layer(rate);
                let layers = layers.layer(retry).layer(breaker);
                let layers = layers.layer(place).layer(attempt);
                let mut service = layers.service(service_fn(call_async));
                async move |x| {
                    refused(measured_async(serve(&mut service, x)).await).or(Ok::<_, Fail>(0))
                }
            });
        }
    }
}

/// Each of its layers has an error of its own around that of what is within.
fn refused<E>(out: Result<u64, E>) -> Result<u64, Fail> {
    out.map_err(|_| Fail::Refused)
}

fn breaker() -> CircuitBreakerLayer<DefaultClassifier> {
    let builder = CircuitBreakerLayer::builder().name("bench").wait_duration_in_open(OPEN_FOR);
    let builder = builder.consecutive_failures(FAIL_MAX as usize);
    builder.build_with_handle().expect("settings that it allows").0
}

fn place() -> BulkheadLayer {
    let builder = BulkheadConfigBuilder::new().max_concurrent_calls(PLACES as usize);
    builder.reject_when_full().build_with_handle().expect("settings that it allows").0
}

fn limit(limit: Duration) -> TimeLimiterLayer<FixedTimeout> {
    TimeLimiterLayer::builder().timeout_duration(limit).build()
}

fn rate() -> RateLimiterLayer {
    let builder = RateLimiterLayer::builder().limit_for_period(PLENTY as usize);
    let builder = builder.refresh_period(Duration::from_secs(1)).timeout_duration(Duration::ZERO);
    let builder = builder.window_type(WindowType::Fixed);
    builder.build_with_handle().expect("settings that it allows").0
}

fn retry<E: 'static>() -> RetryLayer<u64, u64, E> {
    let bucket = RetryBudgetBuilder::new().token_bucket().build().expect("settings that it allows");
    let builder = RetryLayer::builder().budget(bucket).max_attempts(ATTEMPTS as usize);
    builder.fixed_backoff(Duration::ZERO).build()
}
