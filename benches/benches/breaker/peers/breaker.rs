//! `breaker`, which is async.

use ::breaker::{
    BackoffStrategy, CircuitBreaker, CircuitBreakerConfig, CircuitBreakerError, State,
};

use super::{NEVER, Situation, begin, leak, wait};
use crate::call::{ENDLESS, Fail, Refusing, call_async, call_or_hang};
use crate::group::{Group, Whose};

const HUNG: Whose = Whose::Unsound(
    "a trial that hangs locks it for good, and a call from before it opened can close it",
);

pub(super) fn enter(group: &mut Group, situation: Situation) {
    let (whose, name) = match situation {
        Situation::Counted | Situation::Open => (Whose::Sound, "breaker"),
        Situation::Rated => (Whose::Sound, "breaker: rate of 100"),
        Situation::Busy | Situation::Trials => (HUNG, "breaker"),
        Situation::Slow => return,
    };
    let config = CircuitBreakerConfig::builder()
        .consecutive_failures(NEVER)
        .failure_rate_threshold(if situation == Situation::Rated { 1.0 } else { 0.0 })
        .sliding_window_size(100)
        .minimum_calls(20)
        .half_open_max_calls(if situation == Situation::Busy { 1 } else { 64 })
        .success_threshold(NEVER)
        .backoff(BackoffStrategy::Fixed(situation.open_for()));
    let breaker = leak(CircuitBreaker::new(config.build()));
    if situation.trips() {
        breaker.trip();
    }
    if situation.half_open() {
        wait();
        group.lasting(name, || breaker.state() == State::HalfOpen);
    }
    if situation == Situation::Busy {
        begin(breaker.call(|| call_or_hang(ENDLESS)));
    }
    group.call_async(whose, name, move |x| breaker.call(move || call_async(x)));
}

impl Refusing for CircuitBreakerError<Fail> {
    fn refuses(&self) -> bool {
        matches!(self, Self::CircuitOpen | Self::Rejected)
    }
}
