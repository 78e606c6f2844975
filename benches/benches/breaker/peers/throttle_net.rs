//! throttle-net, with a limiter that lets everybody pass: what is measured is its breaker.

use std::mem;
use std::time::Duration;

use ::throttle_net::{BreakerState, CallError, CircuitBreaker, Decision, Limiter, Trip};

use super::{NEVER, Situation, leak, wait};
use crate::call::{Fail, Refusing, call, call_async};
use crate::group::{Group, Whose};

const HUNG: Whose = Whose::Unsound("a trial that hangs locks it for good");

pub(super) fn enter(group: &mut Group, situation: Situation) {
    let in_100 = Trip::Ratio { window: 100, ratio: 1.0, min_calls: 20 };
    let (whose, name, trip) = match situation {
        Situation::Counted => (Whose::Sound, "throttle-net", Trip::Consecutive(NEVER)),
        Situation::Rated => (Whose::Sound, "throttle-net: rate of 100", in_100),
        Situation::Open => (Whose::Sound, "throttle-net", Trip::Consecutive(1)),
        Situation::Busy | Situation::Trials => (HUNG, "throttle-net", Trip::Consecutive(1)),
        Situation::Slow => return,
    };
    let trials = if situation == Situation::Trials { NEVER } else { 1 };
    let builder = CircuitBreaker::builder().trip(trip).cooldown(situation.open_for());
    let builder = builder.half_open(trials, trials);
    let breaker: &'static Breaker = leak(builder.build(Unlimited));
    if situation.trips() {
        breaker.record_failure();
    }
    if situation.half_open() {
        wait();
        let trial = breaker.try_acquire();
        if situation == Situation::Busy {
            mem::forget(trial);
        }
        group.lasting("throttle-net", || breaker.state() == BreakerState::HalfOpen);
    }
    group.call(whose, name, move |x| through(breaker, x));
    group.call_async(whose, name, move |x| breaker.call(move || call_async(x)));
}

type Breaker = CircuitBreaker<Unlimited>;

#[inline]
fn through(breaker: &Breaker, x: u64) -> Result<u64, CallError<Fail>> {
    let permit = breaker.try_acquire().map_err(CallError::Rejected)?;
    let permit = permit.expect("the limiter lets everybody pass");
    match call::<Fail>(x) {
        Ok(value) => {
            permit.success();
            Ok(value)
        }
        Err(error) => {
            permit.failure();
            Err(CallError::Failed(error))
        }
    }
}

struct Unlimited;

impl Limiter for Unlimited {
    fn peek(&self, _: u32) -> Decision {
        Decision::Acquired
    }

    fn acquire_cost(&self, _: u32) -> Decision {
        Decision::Acquired
    }

    fn available(&self) -> u32 {
        u32::MAX
    }

    fn capacity(&self) -> u32 {
        u32::MAX
    }

    fn reserve(&self, _: u32, _: Duration) -> Option<Duration> {
        Some(Duration::ZERO)
    }
}

impl Refusing for CallError<Fail> {
    fn refuses(&self) -> bool {
        matches!(self, Self::Rejected(_))
    }
}
