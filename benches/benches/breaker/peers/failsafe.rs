//! failsafe.

use std::time::Duration;

use ::failsafe::failure_policy::{consecutive_failures, success_rate_over_time_window};
use ::failsafe::{CircuitBreaker, Config, Error, FailurePolicy, StateMachine, backoff, futures};

use super::{HOUR, NEVER, Situation, leak};
use crate::call::{Fail, Refusing, call, call_async};
use crate::group::{Group, Whose};

pub(crate) const NAME: &str = "failsafe";

pub(super) fn enter(group: &mut Group, situation: Situation) {
    let in_a_row = |failures| consecutive_failures(failures, backoff::constant(HOUR));
    match situation {
        Situation::Counted => {
            enter_as(group, NAME, built(in_a_row(NEVER)));
        }
        // Its default, but for the rates. It asks for successes.
        Situation::Rated => {
            let window = Duration::from_secs(30);
            let rate = success_rate_over_time_window(0.0, 5, window, backoff::constant(HOUR));
            enter_as(
                group,
                "failsafe: rate of 30 s, or in a row",
                built(rate.or_else(in_a_row(NEVER))),
            );
        }
        Situation::Open => {
            let breaker = built(in_a_row(1));
            let _ = CircuitBreaker::call(breaker, || Err::<(), _>(()));
            enter_as(group, NAME, breaker);
        }
        // One success closes it, and it has no bound on trials.
        Situation::Slow | Situation::Busy | Situation::Trials => {}
    }
}

fn built<P: FailurePolicy>(policy: P) -> &'static StateMachine<P, ()> {
    leak(Config::new().failure_policy(policy).build())
}

fn enter_as<P>(group: &mut Group, name: &str, breaker: &'static StateMachine<P, ()>)
where
    P: FailurePolicy + Send + Sync,
{
    group.call(Whose::Sound, name, move |x| CircuitBreaker::call(breaker, || call::<Fail>(x)));
    group.call_async(Whose::Sound, name, move |x| {
        futures::CircuitBreaker::call(breaker, call_async(x))
    });
}

impl Refusing for Error<Fail> {
    fn refuses(&self) -> bool {
        matches!(self, Self::Rejected)
    }
}
