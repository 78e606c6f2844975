//! What contradicts itself, or can do nothing.

use std::time::Duration;

use super::build::Builder;
use super::given::{Guard, Places};

#[track_caller]
pub(super) const fn above_zero(time: Duration, or_else: &'static str) {
    assert!(!time.is_zero(), "{}", or_else);
}

/// # Panics
/// When something is not right.
#[track_caller]
pub(super) const fn all(given: &Builder) {
    limits(given);
    retries(given);
    circuit(given);
    targets(given);
}

const fn is_below(limit: Option<Duration>, other: Option<Duration>) -> bool {
    match (limit, other) {
        (Some(limit), Some(other)) => limit.as_nanos() < other.as_nanos(),
        _ => true,
    }
}

#[track_caller]
const fn limits(given: &Builder) {
    assert!(
        is_below(given.attempt_timeout, given.timeout),
        "service: `attempt_timeout` must be below `timeout`, which else ends every attempt first"
    );
    assert!(
        is_below(given.timeout, given.deadline),
        "service: `timeout` must be below `deadline`, which else ends every call first"
    );
    assert!(
        is_below(given.attempt_timeout, given.deadline),
        "service: `attempt_timeout` must be below `deadline`, which else ends every attempt first"
    );
}

#[track_caller]
const fn retries(given: &Builder) {
    let Some(retry) = given.retry else {
        assert!(
            given.budget.is_none(),
            "service: `budget` is for further attempts, and there are none: give `retry`"
        );
        assert!(
            !given.retry_on_timeout,
            "service: `retry_on_timeout` is for further attempts, and there are none: give `retry`"
        );
        return;
    };
    assert!(
        given.budget.is_none() || retry.pays().is_none(),
        "service: there are two budgets: leave out `budget`, or that of `retry`"
    );
    assert!(
        !given.retry_on_timeout || retry.again_when_timed_out(),
        "service: `retry_on_timeout` contradicts `not_timed_out` of `retry`"
    );
}

#[track_caller]
const fn circuit(given: &Builder) {
    if given.balance.is_some() {
        assert!(
            matches!(given.breaker, Guard::None | Guard::Default(_)),
            "service: the balancer says itself when a target is out: give the settings to \
             `Balancer::breaker`, and leave out `breaker`"
        );
        assert!(
            given.expected_in.is_none(),
            "service: the balancer says itself when a target is out: give `expected_in` to \
             `Balancer::breaker`"
        );
    }
    assert!(
        given.expected_in.is_none() || matches!(given.breaker, Guard::Own(_) | Guard::Default(_)),
        "service: `expected_in` is for a breaker of the service's own: give `breaker`"
    );
    assert!(
        is_below(given.expected_in, given.attempt_timeout)
            && is_below(given.expected_in, given.timeout)
            && is_below(given.expected_in, given.deadline),
        "service: `expected_in` must be below the time-outs, which else end what is slower"
    );
}

#[track_caller]
const fn targets(given: &Builder) {
    if !given.per_target {
        assert!(
            given.targets.is_none(),
            "service: `targets` is for state that is kept by target: give `per_target`"
        );
        return;
    }
    let breaks = matches!(given.breaker, Guard::Own(_) | Guard::Default(_));
    let places = matches!(given.bulkhead, Places::Own { .. });
    assert!(
        places || breaks && given.balance.is_none(),
        "service: `per_target` is for a breaker or a bulkhead of the service's own, and there is none"
    );
    assert!(
        !matches!(given.breaker, Guard::Shared(_)),
        "service: a breaker that others share is one for all targets: leave out `per_target`"
    );
    assert!(
        !matches!(given.bulkhead, Places::Shared(_)),
        "service: a bulkhead that others share is one for all targets: leave out `per_target`"
    );
}
