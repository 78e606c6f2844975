//! seatbelt, which is async and knows nothing but a rate.

use ::seatbelt::breaker::Breaker;
use ::seatbelt::{RecoveryInfo, ResilienceContext};
use benches::poll_once;
use layered::{Execute, Service as _, Stack as _};
use tick::Clock;
use tokio::runtime;

use super::{HOUR, Situation, leak};
use crate::call::{BAD, Fail, call_async};
use crate::group::{Group, Whose};

pub(super) fn enter(group: &mut Group, situation: Situation) {
    let name = match situation {
        Situation::Rated => "seatbelt: rate of 30 s",
        Situation::Open => "seatbelt",
        // Half-open, its one trial gives its place away after as long as it was open.
        _ => return,
    };
    // The clock wants a runtime about it, and to be read it needs none.
    let runtime = leak(runtime::Builder::new_current_thread().enable_time().build());
    let _here = runtime.as_ref().expect("a runtime").enter();
    let context = ResilienceContext::new(Clock::new_tokio());
    // At 1.0 it panics, and just below it would round to that.
    let rate = if situation == Situation::Open { 0.01 } else { 0.99 };
    let layer = Breaker::layer("bench", &context)
        .recovery_with(|outcome: &Result<u64, Fail>, _| match outcome {
            Ok(_) => RecoveryInfo::never(),
            Err(_) => RecoveryInfo::retry(),
        })
        .rejected_input_error(|_, _| Fail::Refused)
        .failure_threshold(rate)
        .min_throughput(20)
        .break_duration(HOUR);
    let service = leak((layer, Execute::new(call_async)).into_service());
    if situation == Situation::Open {
        for _ in 0..100 {
            let _ = poll_once(service.execute(BAD));
        }
    }
    group.call_async(Whose::Sound, name, move |x| service.execute(x));
}
