//! tower-resilience-circuitbreaker, which is async, of which every thread has a service of its own
//! that shares the circuit.

use std::future::poll_fn;
use std::time::Duration;

use ::tower::{Layer as _, Service as _, service_fn};
use benches::block_on;
use tower_resilience_circuitbreaker::{
    CircuitBreakerConfigBuilder, CircuitBreakerError, CircuitBreakerLayer, CircuitState,
    DefaultClassifier,
};

use super::{NEVER, Situation, begin, leak, wait};
use crate::call::{ENDLESS, Fail, GOOD, Refusing, call_or_hang};
use crate::group::{Group, Whose};

const ENDLESS_CALLS: Whose = Whose::Unsound("its window of calls never moves on");
const HUNG: Whose = Whose::Unsound("a trial that hangs locks it for good");

pub(super) fn enter(group: &mut Group, situation: Situation) {
    let builder = CircuitBreakerLayer::builder().name("bench");
    let rate = builder.failure_rate_threshold(1.0).sliding_window_size(100);
    let rate = rate.minimum_number_of_calls(20);
    let (whose, name, builder) = match situation {
        Situation::Counted => {
            (Whose::Sound, "tower-resilience", rate.consecutive_failures(NEVER as usize))
        }
        Situation::Rated => (ENDLESS_CALLS, "tower-resilience: rate of 100", rate),
        Situation::Slow => {
            let slow = rate.slow_call_duration_threshold(Duration::from_secs(2));
            (ENDLESS_CALLS, "tower-resilience: slow calls in 100", slow)
        }
        Situation::Open => (Whose::Sound, "tower-resilience", rate),
        Situation::Busy => (HUNG, "tower-resilience", rate.permitted_calls_in_half_open(1)),
        Situation::Trials => {
            (HUNG, "tower-resilience", rate.permitted_calls_in_half_open(NEVER as usize))
        }
    };
    enter_as(group, situation, whose, name, builder);
}

fn enter_as(
    group: &mut Group,
    situation: Situation,
    whose: Whose,
    name: &str,
    builder: CircuitBreakerConfigBuilder<DefaultClassifier>,
) {
    let builder = builder.wait_duration_in_open(situation.open_for());
    let (layer, handle) = builder.build_with_handle().expect("settings that it allows");
    let layer = leak(layer);
    if situation.trips() {
        block_on(handle.force_open());
    }
    let make = || {
        let mut service = layer.layer(service_fn(call_or_hang));
        async move |x| {
            poll_fn(|context| service.poll_ready(context)).await?;
            service.call(x).await
        }
    };
    if situation.half_open() {
        wait();
        let mut call = make();
        if situation == Situation::Busy {
            begin(async move { call(ENDLESS).await });
        } else {
            let _ = block_on(call(GOOD));
        }
        group.lasting(name, move || handle.state() == CircuitState::HalfOpen);
    }
    group.call_own(whose, name, make);
}

impl Refusing for CircuitBreakerError<Fail> {
    fn refuses(&self) -> bool {
        matches!(self, Self::OpenCircuit)
    }
}
