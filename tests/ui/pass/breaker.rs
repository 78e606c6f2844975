//! Every key of a breaker, as literals and as expressions.
#![deny(warnings)]

use dyno::breaker;
use dyno::breaker::{Breaker, Rule, Seen};
use std::time::Duration;

struct Never;
impl Rule for Never {
    fn name(&self) -> &'static str {
        "never"
    }
    fn opens(&self, _seen: &Seen) -> bool {
        false
    }
}
static NEVER: Never = Never;
static DB: Breaker = Breaker::new("db");

const COUNT: u32 = 3;
const TIME: Duration = Duration::from_secs(3);
const SHARE: f64 = 0.3;
const STAGES: &[f64] = &[0.1, 0.3];

#[breaker(
    fail_max = 5, reset_timeout = 1s..60s, jitter = 0%, success_threshold = 3, success_rate = 80%, trials = 2,
    probe_timeout = 5s, window = 100, failure_rate = 50%, min_calls = 20, slow = 2s, slow_rate = 100%,
    recover = [1%, 10%, 50%], rule = NEVER, trip_error = rejected, starts = half_open, skip = id == 0,
    only = _ if e == "down", excluded = success, retry_after = |_| None,
)]
fn literals(id: u8) -> Result<u8, String> {
    Ok(id)
}

#[breaker(
    fail_max = COUNT, reset_timeout = TIME..TIME * 2, jitter = SHARE, success_threshold = COUNT, success_rate = SHARE,
    trials = COUNT, probe_timeout = TIME, window = TIME, failure_rate = SHARE, min_calls = COUNT, slow = TIME,
    slow_rate = SHARE, recover = STAGES, except_if = |e| e.is_empty(), excluded = ignored,
)]
fn constants() -> Result<u8, String> {
    Ok(1)
}

#[breaker("named", window = 10s, recover = [SHARE, 2.0 * SHARE])]
fn named() -> Option<u8> {
    Some(1)
}

#[breaker(DB, skip = false, except = e if e.is_empty(), excluded = success, retry_after = wait, fallback = Ok(1))]
fn beside_a_static() -> Result<u8, String> {
    Ok(1)
}
fn wait(_error: &String) -> Option<Duration> {
    None
}

#[breaker(slow = 2s, wrap)]
fn slow_only() -> Result<u8, std::convert::Infallible> {
    Ok(1)
}

fn main() {
    assert_eq!((literals(1), constants(), named()), (Ok(1), Ok(1), Some(1)));
    assert_eq!((beside_a_static(), slow_only().ok()), (Ok(1), Some(1)));
}
