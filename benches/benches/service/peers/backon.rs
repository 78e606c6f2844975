//! What one would put together of what is used most: backon, failsafe, tokio's time-out and
//! semaphore, governor.

use std::sync::LazyLock;
use std::time::Duration;

use backon::{BlockingRetryable as _, ConstantBuilder, Retryable as _};
use failsafe::failure_policy::{ConsecutiveFailures, consecutive_failures};
use failsafe::{CircuitBreaker, Config, Error, StateMachine, backoff, futures};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::prometheus::{measured, measured_async};
use crate::call::{Fail, call, call_async};
use crate::group::Group;
use crate::set::{ATTEMPT, ATTEMPTS, FAIL_MAX, LIMIT, OPEN_FOR, PLACES, PLENTY, Set};

pub(super) const NAME: &str = "backon, failsafe";

pub(super) type Breaker = StateMachine<ConsecutiveFailures<backoff::Constant>, ()>;

static BREAKER: LazyLock<Breaker> = LazyLock::new(breaker);
static PLACE: Semaphore = Semaphore::const_new(PLACES as usize);
static RATE: LazyLock<DefaultDirectRateLimiter> = LazyLock::new(|| {
    let plenty = PLENTY.try_into().expect("not zero");
    RateLimiter::direct(Quota::per_second(plenty))
});

pub(super) fn enter(group: &mut Group, set: Set) {
    match set {
        Set::One => {
            group.call(NAME, |x| broken(|| call(x)));
            group.call_async(NAME, async |x| broken_async(call_async(x)).await);
        }
        Set::Three => {
            group.call(NAME, |x| retried(|| broken(|| call(x))));
            group.call_async(NAME, async |x| {
                in_time(LIMIT, retried_async(|| broken_async(call_async(x)))).await
            });
        }
        Set::Five => {
            group.call(NAME, |x| measured(|| retried(|| broken(|| placed(|| call(x))))));
            group.call_async(NAME, async |x| {
                let attempt = || broken_async(placed_async(call_async(x)));
                measured_async(in_time(LIMIT, retried_async(attempt))).await
            });
        }
        Set::All => {
            group.call(NAME, |x| {
                let attempts = || retried(|| broken(|| placed(|| call(x))));
                measured(|| RATE.check().map_err(|_| Fail::Refused).and_then(|()| attempts()))
                    .or(Ok::<_, Fail>(0))
            });
            group.call_async(NAME, async |x| {
                let attempt = || broken_async(placed_async(in_time(ATTEMPT, call_async(x))));
                let rated = async {
                    RATE.check().map_err(|_| Fail::Refused)?;
                    retried_async(attempt).await
                };
                measured_async(in_time(LIMIT, rated)).await.or(Ok::<_, Fail>(0))
            });
        }
    }
}

pub(super) fn breaker() -> Breaker {
    let policy = consecutive_failures(FAIL_MAX, backoff::constant(OPEN_FOR));
    Config::new().failure_policy(policy).build()
}

fn broken(f: impl FnOnce() -> Result<u64, Fail>) -> Result<u64, Fail> {
    CircuitBreaker::call(&*BREAKER, f).map_err(own)
}

async fn broken_async(f: impl Future<Output = Result<u64, Fail>>) -> Result<u64, Fail> {
    futures::CircuitBreaker::call(&*BREAKER, f).await.map_err(own)
}

pub(super) fn own(error: Error<Fail>) -> Fail {
    match error {
        Error::Inner(fail) => fail,
        Error::Rejected => Fail::Refused,
    }
}

fn again() -> ConstantBuilder {
    let times = ATTEMPTS as usize - 1;
    ConstantBuilder::new().with_delay(Duration::ZERO).with_max_times(times)
}

fn retried(f: impl Fn() -> Result<u64, Fail>) -> Result<u64, Fail> {
    f.retry(again()).call()
}

async fn retried_async<F: Future<Output = Result<u64, Fail>>>(
    f: impl Fn() -> F,
) -> Result<u64, Fail> {
    f.retry(again()).await
}

async fn in_time(
    limit: Duration,
    future: impl Future<Output = Result<u64, Fail>>,
) -> Result<u64, Fail> {
    timeout(limit, future).await.unwrap_or(Err(Fail::Refused))
}

fn placed(f: impl FnOnce() -> Result<u64, Fail>) -> Result<u64, Fail> {
    let _permit = PLACE.try_acquire().map_err(|_| Fail::Refused)?;
    f()
}

async fn placed_async(f: impl Future<Output = Result<u64, Fail>>) -> Result<u64, Fail> {
    let _permit = PLACE.try_acquire().map_err(|_| Fail::Refused)?;
    f.await
}
