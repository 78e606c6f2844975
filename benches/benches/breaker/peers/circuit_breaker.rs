//! `circuit_breaker`.

use std::error::Error;

use ::circuit_breaker::{CircuitBreaker, CircuitBreakerError};

use super::{HOUR, NEVER, Situation, leak};
use crate::call::{Fail, Refusing, call};
use crate::group::{Group, Whose};

pub(super) fn enter(group: &mut Group, situation: Situation) {
    let (whose, failures) = match situation {
        Situation::Counted => (Whose::Unsound("a success is not counted and ends no row"), NEVER),
        Situation::Open => (Whose::Sound, 1),
        // It has no rate, and one success closes it.
        _ => return,
    };
    let breaker = leak(CircuitBreaker::new(failures, HOUR));
    if situation == Situation::Open {
        breaker.handle_failure();
    }
    group.call(whose, "circuit_breaker", move |x| breaker.execute(|| call::<Fail>(x)));
}

impl Refusing for Box<dyn Error> {
    fn refuses(&self) -> bool {
        self.is::<CircuitBreakerError>()
    }
}
