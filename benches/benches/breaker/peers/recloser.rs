//! recloser.

use ::recloser::{AsyncRecloser, Error, Recloser};

use super::{HOUR, Situation, leak};
use crate::call::{Fail, Refusing, call, call_async};
use crate::group::{Group, Whose};

pub(crate) const RATED: &str = "recloser: rate of 100";

const AGELESS: Whose = Whose::Unsound(
    "no outcome ages, nothing is judged before the ring is full, and a success can open it",
);

pub(super) fn enter(group: &mut Group, situation: Situation) {
    let (whose, name, len) = match situation {
        Situation::Rated => (AGELESS, RATED, 100),
        Situation::Open => (Whose::Sound, "recloser", 1),
        // It knows nothing but a rate, and half-open it lets everybody pass.
        _ => return,
    };
    let built = || Recloser::custom().error_rate(1.0).closed_len(len).open_wait(HOUR).build();
    let (breaker, in_async) = (leak(built()), leak(AsyncRecloser::from(built())));
    if situation == Situation::Open {
        for _ in 0..2 {
            let _ = breaker.call(call_failing);
            let _ = benches::poll_once(in_async.call(async { call_failing() }));
        }
    }
    group.call(whose, name, move |x| breaker.call(|| call::<Fail>(x)));
    group.call_async(whose, name, move |x| in_async.call(call_async(x)));
}

fn call_failing() -> Result<u64, Fail> {
    Err(Fail::Own)
}

impl Refusing for Error<Fail> {
    fn refuses(&self) -> bool {
        matches!(self, Self::Rejected)
    }
}
