//! reliakit-circuit, which is not shared by itself and reads no clock: here with a `Mutex` and with
//! milliseconds of `Instant`.

use std::sync::{LazyLock, Mutex, MutexGuard};
use std::time::Instant;

use reliakit_circuit::{CircuitBreaker, RollingBreaker, State};

use super::{NEVER, Situation, leak};
use crate::call::{Fail, call};
use crate::group::{Group, Whose};

const HOUR: u64 = 3_600_000;

static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

pub(super) fn enter(group: &mut Group, situation: Situation) {
    let (whose, breaker) = match situation {
        Situation::Counted => (Whose::Sound, CircuitBreaker::new(NEVER, HOUR)),
        Situation::Rated => {
            let breaker = leak(Mutex::new(RollingBreaker::<100>::new(NEVER, HOUR)));
            let name = "reliakit-circuit: failures in 100, in a `Mutex`";
            group.call(Whose::Sound, name, move |x| through(breaker, x));
            return;
        }
        Situation::Open => {
            let mut breaker = CircuitBreaker::new(1, HOUR);
            breaker.trip(now());
            (Whose::Sound, breaker)
        }
        Situation::Trials => {
            let mut breaker = CircuitBreaker::new(1, 0).with_success_threshold(NEVER);
            breaker.trip(now());
            (Whose::Unsound("half-open lets everybody pass"), breaker)
        }
        Situation::Slow | Situation::Busy => return,
    };
    let breaker = leak(Mutex::new(breaker));
    if situation == Situation::Trials {
        locked(breaker).allow(now());
        group.lasting("reliakit-circuit", || locked(breaker).state() == State::HalfOpen);
    }
    group.call(whose, "reliakit-circuit, in a `Mutex`", move |x| through(breaker, x));
}

/// What is asked of either breaker.
trait Machine {
    fn allow(&mut self, now: u64) -> bool;
    fn on_success(&mut self);
    fn on_failure(&mut self, now: u64);
}

impl Machine for CircuitBreaker {
    fn allow(&mut self, now: u64) -> bool {
        self.allow(now)
    }

    fn on_success(&mut self) {
        self.on_success();
    }

    fn on_failure(&mut self, now: u64) {
        self.on_failure(now);
    }
}

impl<const N: usize> Machine for RollingBreaker<N> {
    fn allow(&mut self, now: u64) -> bool {
        self.allow(now)
    }

    fn on_success(&mut self) {
        self.on_success();
    }

    fn on_failure(&mut self, now: u64) {
        self.on_failure(now);
    }
}

/// A call, with the lock held before and after it.
#[inline]
fn through<M: Machine>(breaker: &Mutex<M>, x: u64) -> Result<u64, Fail> {
    if !locked(breaker).allow(now()) {
        return Err(Fail::Refused);
    }
    let outcome = call::<Fail>(x);
    match outcome {
        Ok(_) => locked(breaker).on_success(),
        Err(_) => locked(breaker).on_failure(now()),
    }
    outcome
}

#[inline]
fn locked<M>(breaker: &Mutex<M>) -> MutexGuard<'_, M> {
    breaker.lock().expect("no call panics")
}

#[inline]
fn now() -> u64 {
    u64::try_from(BEGUN.elapsed().as_millis()).unwrap_or(u64::MAX)
}
