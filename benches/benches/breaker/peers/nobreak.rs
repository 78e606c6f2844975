//! nobreak.

use ::nobreak::{CircuitError, CircuitState};

use super::{NEVER, Situation, leak, wait};
use crate::call::{Fail, Refusing, call, call_async};
use crate::group::{Group, Whose};

const LATE: Whose =
    Whose::Unsound("a failure that began before it opened starts its time-out anew");

pub(super) fn enter(group: &mut Group, situation: Situation) {
    let (whose, failures) = match situation {
        Situation::Counted => (Whose::Sound, NEVER as usize),
        Situation::Open => (LATE, 1),
        Situation::Trials => (Whose::Unsound("half-open lets everybody pass"), 1),
        // It has no rate, and no bound on trials.
        Situation::Rated | Situation::Slow | Situation::Busy => return,
    };
    let builder = ::nobreak::builder().with_open_duration(situation.open_for());
    let builder = builder.with_failure_threshold(failures).with_success_threshold(usize::MAX);
    let breaker = leak(builder.build());
    if situation.trips() {
        let _ = breaker.call(|| Err::<(), _>(()));
    }
    if situation == Situation::Trials {
        wait();
        group.lasting("nobreak", || breaker.state() == CircuitState::HalfOpen);
    }
    group.call(whose, "nobreak", move |x| breaker.call(|| call::<Fail>(x)));
    group.call_async(whose, "nobreak", move |x| breaker.call_async(move || call_async(x)));
}

impl Refusing for CircuitError<Fail> {
    fn refuses(&self) -> bool {
        matches!(self, Self::Open)
    }
}
