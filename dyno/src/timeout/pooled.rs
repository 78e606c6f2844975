//! Functions that are no longer waited for when they are late.

use std::panic::resume_unwind;
use std::time::Duration;

use super::span::Span;
use super::who::Who;
use crate::ambient::Ambient;
use crate::clock;
use crate::fault::{Fault, Reason};
use crate::point::Point;
use crate::pool::blocking::{BLOCKING, Left};
use crate::scope::Scope;

/// Bodies that nobody waits for any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Abandoned {
    /// How many are still at work, each on a thread of its own, with all that it holds.
    pub running: usize,
    /// How many there have been in the life of the program.
    pub ever: u64,
}

/// How many bodies on dyno's pool were late, and how many of them are still at work.
///
/// Each keeps a thread of [`BLOCKING_THREADS`](crate::pool::BLOCKING_THREADS): a number that grows
/// tells of calls that hang, and when all threads are taken by them calls are rejected at once.
#[must_use]
pub fn abandoned() -> Abandoned {
    let (running, ever) = BLOCKING.abandoned();
    Abandoned { running, ever }
}

/// `body` on a thread of the pool, under the limit of `point`: what an expansion returns.
pub fn on_pool<T: Send + 'static>(
    point: &'static Point,
    limit: Duration,
    body: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    run(Who::Point(point), limit, body)?
}

pub(super) fn run<T: Send + 'static>(
    who: Who,
    limit: Duration,
    body: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let span = Span::begin(who, limit)?;
    let end = span.end;
    let scope = {
        let _within = Ambient::until(end).enter();
        Scope::of_worker()
    };
    let Some(ticket) = BLOCKING.start(scope, body, end, move || span.late(true)) else {
        return Err(who.refuse(Reason::BulkheadFull));
    };
    clock::wait_until(end, |waker| ticket.is_over(waker));
    match ticket.leave() {
        Left::With(Ok(value)) => Ok(value),
        Left::With(Err(panic)) => resume_unwind(panic),
        Left::Late => Err(span.timed_out()),
        Left::Waiting => Err(who.refuse(Reason::BulkheadFull)),
    }
}
