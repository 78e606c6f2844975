//! circuitbreaker-rs.

use circuitbreaker_rs::{BreakerError, CircuitBreaker, DefaultPolicy, State};

use super::{NEVER, Situation, leak, wait};
use crate::call::{Fail, Refusing, call, call_async};
use crate::group::{Group, Whose};

pub(super) fn enter(group: &mut Group, situation: Situation) {
    let name = "circuitbreaker-rs";
    let whose = match situation {
        Situation::Counted => Whose::Sound,
        Situation::Open => Whose::Unsound("now and then it is half-open at once"),
        Situation::Trials => Whose::Unsound("a trial that hangs locks it for good"),
        // Its rate counts all calls since the start, and its bound on trials is one on all of them.
        Situation::Rated | Situation::Slow | Situation::Busy => return,
    };
    // No rate is above 1, so that only failures in a row count.
    let builder = CircuitBreaker::<DefaultPolicy, Fail>::builder().failure_threshold(2.0);
    let builder = builder.consecutive_failures(NEVER.into()).consecutive_successes(u64::MAX);
    let breaker = leak(builder.cooldown(situation.open_for()).probe_interval(NEVER).build());
    if situation.trips() {
        breaker.force_open();
    }
    if situation == Situation::Trials {
        wait();
        let _ = breaker.call(|| Ok(()));
        group.lasting(name, || breaker.current_state() == State::HalfOpen);
    }
    group.call(whose, name, move |x| breaker.call(|| call(x)));
    group.call_async(whose, name, move |x| breaker.call_async(move || call_async(x)));
}

impl Refusing for BreakerError<Fail> {
    fn refuses(&self) -> bool {
        matches!(self, Self::Open)
    }
}
