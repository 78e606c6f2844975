//! What dyno guards: a static, and a function under the attribute, sync and async. Of each rule there
//! is one for every traffic, so that none inherits another's window.

use std::time::Duration;

use dyno::breaker;
use dyno::breaker::Breaker;

use crate::call::{Fail, Telling, call, call_async};

const HOUR: Duration = Duration::from_secs(3600);
const WINDOW: Duration = Duration::from_secs(10);
const SLOW: Duration = Duration::from_secs(2);
/// More failures than there are in a run.
const NEVER: u32 = u32::MAX;
/// As many trials as there may be before it closes.
pub(crate) const TRIALS: u32 = 4000;

macro_rules! guarded {
    ($($breaker:ident, $name:ident, $name_async:ident: $built:expr;)*) => {
        $(
            pub(crate) static $breaker: Breaker = $built;

            #[breaker($breaker)]
            pub(crate) fn $name(x: u64) -> Result<u64, Fail> {
                call(x)
            }

            #[breaker($breaker)]
            pub(crate) async fn $name_async(x: u64) -> Result<u64, Fail> {
                call_async(x).await
            }
        )*
    };
}

guarded! {
    DB, default, default_async: Breaker::new("db");
    FAILING, failing, failing_async: Breaker::new("failing").fail_max(NEVER);

    CALLS, calls, calls_async: Breaker::new("calls").window_calls(100).failure_rate(0.5);
    CALLS_MIXED, calls_mixed, calls_mixed_async:
        Breaker::new("calls-mixed").window_calls(100).failure_rate(0.5);
    CALLS_FAILING, calls_failing, calls_failing_async:
        Breaker::new("calls-failing").window_calls(100).failure_rate(1.0);

    TIME, time, time_async: Breaker::new("time").window_time(WINDOW).failure_rate(0.5);
    TIME_MIXED, time_mixed, time_mixed_async:
        Breaker::new("time-mixed").window_time(WINDOW).failure_rate(0.5);
    TIME_FAILING, time_failing, time_failing_async:
        Breaker::new("time-failing").window_time(WINDOW).failure_rate(1.0);

    SLOW_CALLS, slow, slow_async: Breaker::new("slow").slow(SLOW);

    OPEN, open, open_async: Breaker::new("open").reset_timeout(HOUR);
    BUSY, busy, busy_async: Breaker::new("busy").reset_timeout(HOUR);
    TRYING, trial, trial_async:
        Breaker::new("trying").reset_timeout(HOUR).success_threshold(TRIALS).trials(64);
}

#[breaker(fail_max = 3)]
pub(crate) fn own(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[breaker("orders")]
pub(crate) fn named(x: u64) -> Result<u64, Fail> {
    call(x)
}

pub(crate) fn by_call(x: u64) -> Result<u64, Fail> {
    DB.call(|| call(x))
}

pub(crate) async fn by_call_async(x: u64) -> Result<u64, Fail> {
    DB.call_async(|| call_async(x)).await
}

#[breaker(DB)]
pub(crate) fn telling(x: u64) -> Result<u64, Telling> {
    call(x)
}

#[breaker(OPEN)]
pub(crate) fn open_telling(x: u64) -> Result<u64, Telling> {
    call(x)
}
