//! seatbelt's time-out, retry and breaker; what it lacks is in the call.

use layered::{Execute, Service as _, Stack as _};
use seatbelt::RecoveryInfo;
use seatbelt::breaker::Breaker;
use seatbelt::retry::Retry;
use seatbelt::timeout::Timeout;
use tokio::sync::Semaphore;

use super::prometheus::measured_async;
use crate::call::{Fail, call_async};
use crate::group::Group;
use crate::leak;
use crate::set::{ATTEMPTS, LIMIT, OPEN_FOR, PLACES, Set};
use crate::shared::context;

pub(super) const NAME: &str = "seatbelt";

type Out = Result<u64, Fail>;

static PLACE: Semaphore = Semaphore::const_new(PLACES as usize);

// The types of its layers are too long to be spelt.
macro_rules! limit {
    ($context:expr) => {
        Timeout::layer("bench", $context).timeout(LIMIT).timeout_error(|_| Fail::Refused)
    };
}

macro_rules! retry {
    ($context:expr) => {
        Retry::layer("bench", $context)
            .clone_input()
            .recovery_with(|outcome: &Out, _| recovery(outcome))
            .max_retry_attempts(ATTEMPTS - 1)
    };
}

macro_rules! broken {
    ($context:expr) => {
        Breaker::layer("bench", $context)
            .recovery_with(|outcome: &Out, _| recovery(outcome))
            .rejected_input_error(|_, _| Fail::Refused)
            .failure_threshold(0.5)
            .min_throughput(20)
            .break_duration(OPEN_FOR)
    };
}

fn recovery(outcome: &Out) -> RecoveryInfo {
    match outcome {
        Ok(_) => RecoveryInfo::never(),
        Err(_) => RecoveryInfo::retry(),
    }
}

async fn placed(x: u64) -> Out {
    let _permit = PLACE.try_acquire().map_err(|_| Fail::Refused)?;
    call_async(x).await
}

pub(super) fn enter(group: &mut Group, set: Set) {
    let context = context();
    match set {
        Set::One => {
            let breaker = broken!(&context);
            let service = leak((breaker, Execute::new(call_async)).into_service());
            group.call_async(NAME, |x| service.execute(x));
        }
        Set::Three => {
            let (limit, retry, breaker) = (limit!(&context), retry!(&context), broken!(&context));
            let service = leak((limit, retry, breaker, Execute::new(call_async)).into_service());
            group.call_async(NAME, |x| service.execute(x));
        }
        Set::Five => {
            let (limit, retry, breaker) = (limit!(&context), retry!(&context), broken!(&context));
            let service = leak((limit, retry, breaker, Execute::new(placed)).into_service());
            group.call_async(NAME, |x| measured_async(service.execute(x)));
        }
        Set::All => {}
    }
}
