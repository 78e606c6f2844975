//! Functions that are no longer waited for when they are late.

use std::time::Duration;

use super::span::Span;
use super::who::Who;
use crate::ambient::{self, Ambient};
use crate::clock;
use crate::fault::{Fault, Reason};
use crate::point::Point;
use crate::pool::blocking::{BLOCKING, Blocking};
use crate::pool::{Missed, Pool};
use crate::scope::Scope;

/// As long as the clock can count: a deadline is sooner.
const FOR_EVER: Duration = Duration::from_nanos(u64::MAX);

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

/// `body` on a thread of dyno's pool, under the limit of `point`: what an expansion returns.
pub fn on_pool<T: Send + 'static>(
    point: &'static Point,
    limit: Duration,
    body: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    run(Who::Point(point), limit, body)?
}

/// The same on a pool of the user's, with a limit if there is one.
pub fn on_named_pool<T: Send + 'static>(
    point: &'static Point,
    pool: &'static Pool,
    limit: Option<Duration>,
    body: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    run_on(Who::Point(point), pool, limit, body)?
}

pub(super) fn run<T: Send + 'static>(
    who: Who,
    limit: Duration,
    body: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let span = Span::begin(who, limit)?;
    on(&BLOCKING, Some(span), body).map_err(|missed| match missed {
        Missed::Full(load) => who.refused(Fault::refused(who.name(), load.facts(span.began), None)),
        Missed::Late => span.timed_out(),
    })
}

pub(super) fn run_on<T: Send + 'static>(
    who: Who,
    pool: &'static Pool,
    limit: Option<Duration>,
    body: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let Some(limit) = limit.or_else(|| ambient::deadline().map(|_| FOR_EVER)) else {
        let began = clock::now();
        return on(pool.list().threads(), None, body).map_err(|missed| match missed {
            Missed::Full(load) => pool.full(&load, began),
            // Nobody leaves it.
            Missed::Late => who.refuse(Reason::DeadlineSpent),
        });
    };
    let span = Span::begin(who, limit)?;
    on(pool.list().threads(), Some(span), body).map_err(|missed| match missed {
        Missed::Full(load) => pool.full(&load, span.began),
        Missed::Late => span.timed_out(),
    })
}

fn on<T: Send + 'static>(
    threads: &'static Blocking,
    span: Option<Span>,
    body: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Missed> {
    let Some(span) = span else {
        return threads.call(Scope::of_worker(), body, None, || {});
    };
    let scope = {
        let _within = Ambient::until(span.end).enter();
        Scope::of_worker()
    };
    threads.call(scope, body, Some(span.end), move || span.late(true))
}
