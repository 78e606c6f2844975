//! What no breaker can go by, told when it is defined: in a `static` by the compiler.

use std::time::Duration;

use super::settings::Span;

/// As many as a word has room for while it is half-open.
pub(super) const TRIALS: u32 = 64;
const SUCCESSES: u32 = 4000;
pub(super) const WINDOW: u32 = 100_000;
const SHORTEST: Duration = Duration::from_millis(100);

#[track_caller]
pub(super) const fn at_least_one(count: u32, or_else: &'static str) {
    assert!(count != 0, "{}", or_else);
}

#[track_caller]
pub(super) const fn above_zero(time: Duration, or_else: &'static str) {
    assert!(!time.is_zero(), "{}", or_else);
}

#[track_caller]
pub(super) const fn share(share: f64, or_else: &'static str) {
    // Written so that NaN is refused, too.
    assert!(share > 0.0 && share <= 1.0, "{}", or_else);
}

#[track_caller]
pub(super) const fn jitter(share: f64) {
    assert!(share >= 0.0 && share <= 1.0, "breaker: `jitter` must be in 0 to 1 (100%)");
}

#[track_caller]
pub(super) const fn growing(first: Duration, last: Duration) {
    assert!(
        first.as_nanos() < last.as_nanos(),
        "breaker: a growing `reset_timeout` must end above its beginning: give one time for a fixed one"
    );
}

#[track_caller]
pub(super) const fn success_threshold(successes: u32) {
    assert!(
        successes != 0,
        "breaker: `success_threshold` must be at least 1: it is the trial that closes it"
    );
    assert!(successes <= SUCCESSES, "breaker: `success_threshold` must be at most 4000");
}

#[track_caller]
pub(super) const fn trials(permits: u32) {
    assert!(permits != 0, "breaker: `trials` must be at least 1, else it never closes again");
    assert!(permits <= TRIALS, "breaker: `trials` must be at most 64");
}

#[track_caller]
pub(super) const fn window_calls(calls: u32) {
    assert!(calls != 0, "breaker: a `window` must hold at least 1 call");
    assert!(
        calls <= WINDOW,
        "breaker: a `window` holds at most 100 000 calls; give a time for more"
    );
}

#[track_caller]
pub(super) const fn window_time(time: Duration) {
    assert!(
        time.as_nanos() >= SHORTEST.as_nanos(),
        "breaker: a `window` must last at least 100 ms"
    );
}

#[track_caller]
pub(super) const fn min_calls(calls: Option<u32>, window: Option<Span>) {
    if let (Some(calls), Some(Span::Calls(window))) = (calls, window) {
        assert!(
            calls <= window,
            "breaker: `min_calls` is more than the `window` holds, so no rate would ever count"
        );
    }
}

#[track_caller]
pub(super) const fn slow_in_time(slow: Option<Duration>, expected: Option<Duration>) {
    assert!(
        !is_slow_too_late(slow, expected),
        "breaker: `slow` must be shorter than `expected_in`: a call that takes longer than that has failed already"
    );
}

/// No call could be slow that has not failed.
pub(super) const fn is_slow_too_late(slow: Option<Duration>, expected: Option<Duration>) -> bool {
    match (slow, expected) {
        (Some(slow), Some(expected)) => slow.as_nanos() >= expected.as_nanos(),
        _ => false,
    }
}

#[track_caller]
pub(super) const fn stages(stages: &[f64]) {
    assert!(!stages.is_empty(), "breaker: `recover` needs at least one stage, such as 10%");
    let (mut at, mut before) = (0, 0.0);
    while at < stages.len() {
        assert!(
            stages[at] > before && stages[at] < 1.0,
            "breaker: the stages of `recover` must rise, above 0 and below 1 (100%)"
        );
        before = stages[at];
        at += 1;
    }
}
