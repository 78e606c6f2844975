//! How a call is counted.

use crate::fault::{Fault, Reason};
use crate::metrics::{self, Metrics};
use crate::outcome::{Asks, Verdict};
use crate::service::Service;
use crate::service::end::End;
use crate::service::judge::Judge;

/// A call that is counted, where the service counts.
pub(super) struct Counting(Option<metrics::Call>);

/// Why a call was refused, where nothing stands in for it.
#[derive(Clone, Copy)]
pub(super) enum Seen {
    /// It is as its outcome says.
    Outcome,
    Late,
    Rejected(Option<Reason>),
}

impl Counting {
    #[inline]
    pub(super) fn start(service: &Service) -> Self {
        Self(service.metrics.as_ref().map(Metrics::start))
    }

    #[inline]
    pub(super) fn see<R, O: End<R>>(&self, end: &Result<R, Fault>) -> Seen {
        match end {
            Err(fault) if self.0.is_some() && !O::STANDS_IN => seen(fault),
            _ => Seen::Outcome,
        }
    }

    #[inline]
    pub(super) fn end<R, By>(self, seen: Seen, out: &R, judge: &impl Judge<R, By>) {
        let Some(call) = self.0 else { return };
        match seen {
            Seen::Outcome => match judge.judge(out) {
                (Verdict::Success, _) => call.success(),
                (verdict, asks) => told(call, verdict, asks),
            },
            Seen::Late => call.failure(),
            Seen::Rejected(reason) => call.reject(reason),
        }
    }
}

/// It did not succeed.
#[cold]
fn told(call: metrics::Call, verdict: Verdict, asks: Asks) {
    call.end_unless_rejected(verdict, || asks);
}

#[cold]
fn seen(fault: &Fault) -> Seen {
    if fault.is_timed_out() { Seen::Late } else { Seen::Rejected(fault.reason()) }
}
