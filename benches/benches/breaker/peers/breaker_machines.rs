//! breaker-machines, whose sync call wants the breaker for itself: here in a `Mutex`.

use std::sync::{Mutex, MutexGuard};

use ::breaker_machines::{AsyncCircuitBreaker, CircuitBreaker, CircuitError};

use super::{NEVER, Situation, begin, leak, wait};
use crate::call::{BAD, ENDLESS, Fail, GOOD, Refusing, call, call_async, call_or_hang};
use crate::group::{Group, Whose};

const SHORT: Whose = Whose::Unsound(
    "its window of a minute keeps the last 1000 calls, and when it has recovered one failure opens \
     it again",
);
const HUNG: Whose = Whose::Unsound("a trial that hangs locks it for good");

pub(super) fn enter(group: &mut Group, situation: Situation) {
    let (whose, name) = match situation {
        Situation::Counted => (SHORT, "breaker-machines"),
        Situation::Rated => (SHORT, "breaker-machines: rate of 60 s"),
        Situation::Open => (Whose::Sound, "breaker-machines"),
        Situation::Busy | Situation::Trials => (HUNG, "breaker-machines"),
        Situation::Slow => return,
    };
    let in_async = leak(AsyncCircuitBreaker::from_circuit(built(situation)));
    if situation == Situation::Busy {
        begin(in_async.call(|| call_or_hang(ENDLESS)));
    } else {
        // With the breaker to itself, a call that is under way leaves no other to be turned away.
        let breaker = leak(Mutex::new(built(situation)));
        group.call(whose, &format!("{name}, in a `Mutex`"), move |x| {
            locked(breaker).call(move || call::<Fail>(x))
        });
    }
    if situation.half_open() {
        group.lasting(name, || in_async.state_name() == "HalfOpen");
    }
    group.call_async(whose, name, move |x| in_async.call(move || call_async(x)));
}

fn built(situation: Situation) -> CircuitBreaker {
    let builder = CircuitBreaker::builder("bench").failure_window_secs(60.0);
    let builder = match situation {
        Situation::Counted => builder.failure_threshold(NEVER as usize),
        Situation::Rated => builder.disable_failure_threshold().failure_rate(1.0).minimum_calls(20),
        Situation::Trials => builder.failure_threshold(1).success_threshold(usize::MAX),
        _ => builder.failure_threshold(1).success_threshold(1),
    };
    let open = situation.open_for().as_secs_f64();
    let mut breaker = builder.half_open_timeout_secs(open).build();
    if situation.trips() {
        let _ = breaker.call(|| call::<Fail>(BAD));
    }
    if situation.half_open() {
        wait();
    }
    if situation == Situation::Trials {
        let _ = breaker.call(|| call::<Fail>(GOOD));
    }
    breaker
}

fn locked(breaker: &Mutex<CircuitBreaker>) -> MutexGuard<'_, CircuitBreaker> {
    breaker.lock().expect("no call panics")
}

impl Refusing for CircuitError<Fail> {
    fn refuses(&self) -> bool {
        !matches!(self, Self::Execution(_))
    }
}
