//! A call on a thread.

use std::sync::Arc;

use super::count::Counting;
use super::run::{Ended, Run};
use crate::fault::Fault;
use crate::harness::{Harness, caught, no_fields};
use crate::limit;
use crate::outcome::Outcome;
use crate::service::at::At;
use crate::service::end::End;
use crate::service::judge::Judge;
use crate::service::with::With;
use crate::service::{Call, Service};
use crate::timeout::Timed;
use crate::timing::Span;

#[inline]
pub(in crate::service) fn call<R, By, J, O>(
    with: With<'_, J, O>,
    mut f: impl FnMut(&Call) -> R,
) -> R
where
    R: Outcome,
    J: Judge<R, By>,
    O: End<R>,
{
    if with.service.given.pool.is_some() {
        needs_a_pool(with.service);
    }
    made(with, |call| Ok(f(&call)))
}

pub(in crate::service) fn call_on_pool<R, By, J, O>(
    with: With<'_, J, O>,
    f: impl Fn(&Call) -> R + Send + Sync + 'static,
) -> R
where
    R: Outcome + Send + 'static,
    J: Judge<R, By>,
    O: End<R>,
{
    let Some(pool) = with.service.given.pool else { has_no_pool(with.service) };
    let f = Arc::new(f);
    made(with, |call| {
        let f = f.clone();
        pool.run(move || f(&call))
    })
}

#[cold]
fn needs_a_pool(service: &Service) -> ! {
    panic!(
        "service \"{}\": its calls are made on a pool, so what they call goes to another thread: use \
         `call_on_pool`",
        service.name()
    )
}

#[cold]
fn has_no_pool(service: &Service) -> ! {
    panic!("service \"{}\": it has no pool: give `pool`, or use `call`", service.name())
}

/// The call, of which an attempt may not be made after all, or be left to itself.
#[inline]
fn made<R, By, J, O>(with: With<'_, J, O>, mut f: impl FnMut(Call) -> Result<R, Fault>) -> R
where
    R: Outcome,
    J: Judge<R, By>,
    O: End<R>,
{
    let With { service, at, judge, or } = with;
    let Some(limit) = service.given.deadline else {
        return counted(service, at, &judge, or, &mut f);
    };
    match Timed::named(service.name(), Some(limit)) {
        Ok(timed) => {
            let out = counted(service, at, &judge, or, &mut f);
            Timed::end_if(timed);
            out
        }
        Err(fault) => or.end(service.name(), Err(fault)),
    }
}

/// Metrics, timing, and what stands in.
#[inline]
fn counted<R, By, J, O>(
    service: &Service,
    at: Option<At<'_>>,
    judge: &J,
    or: O,
    f: &mut impl FnMut(Call) -> Result<R, Fault>,
) -> R
where
    R: Outcome,
    J: Judge<R, By>,
    O: End<R>,
{
    let counting = Counting::start(service);
    let span = if service.given.timing { Some(Span::begin(service.name())) } else { None };
    let end = reported(service, at, judge, f);
    let seen = counting.see::<R, O>(&end);
    let out = or.end(service.name(), end);
    drop(span);
    counting.end(seen, &out, judge);
    out
}

#[inline]
fn reported<R, By>(
    service: &Service,
    at: Option<At<'_>>,
    judge: &impl Judge<R, By>,
    f: &mut impl FnMut(Call) -> Result<R, Fault>,
) -> Result<R, Fault> {
    let Some(harness) = &service.harness else { return limited(service, at, judge, f) };
    match caught(|| limited(service, at, judge, f)) {
        Ok(end) => {
            report(harness, &end, judge);
            end
        }
        Err(panic) => harness.panicked(panic, &no_fields, None),
    }
}

/// Reports an end that was no success.
pub(super) fn report<R, By>(harness: &Harness, end: &Result<R, Fault>, judge: &impl Judge<R, By>) {
    match end {
        Ok(out) if judge.judge(out).0.is_failure() => {
            judge.told(out, &mut |told| harness.failed(told, &no_fields, None));
        }
        Ok(_) => {}
        Err(fault) => harness.refused(fault, &no_fields, None),
    }
}

#[inline]
fn limited<R, By>(
    service: &Service,
    at: Option<At<'_>>,
    judge: &impl Judge<R, By>,
    f: &mut impl FnMut(Call) -> Result<R, Fault>,
) -> Result<R, Fault> {
    let timed = Timed::whole(service.name(), service.given.timeout)?;
    service.enter_rate().map_err(limit::Refused::fault)?;
    let end = attempts(service, at, judge, f);
    Timed::end_if(timed);
    end
}

#[inline]
fn attempts<R, By>(
    service: &Service,
    at: Option<At<'_>>,
    judge: &impl Judge<R, By>,
    f: &mut impl FnMut(Call) -> Result<R, Fault>,
) -> Result<R, Fault> {
    let run = Run::new(service, at);
    let mut attempts = service.own_attempts();
    loop {
        let Ended { end, verdict, asks, refused } =
            attempt(service, &run, attempts.number(), judge, f);
        if refused && !service.retry().tries_rejected() {
            return end;
        }
        let Some(pause) = attempts.next(verdict, || asks) else { return end };
        // What a failure holds is let go before the pause.
        drop(end);
        pause.block();
    }
}

#[inline]
fn attempt<R, By>(
    service: &Service,
    run: &Run<'_>,
    number: u32,
    judge: &impl Judge<R, By>,
    f: &mut impl FnMut(Call) -> Result<R, Fault>,
) -> Ended<R> {
    let passed = match run.pass() {
        Ok(passed) => passed,
        Err(fault) => return Ended::refused(fault),
    };
    let place = match run.enter(&passed) {
        Ok(place) => place,
        Err(fault) => return Ended::refused(fault),
    };
    let timed = match Timed::named(service.name(), service.given.attempt_timeout) {
        Ok(timed) => timed,
        Err(fault) => return Ended::refused(fault),
    };
    let limit = timed.as_ref().map(Timed::until);
    let made = f(run.call(number, &passed));
    Timed::end_if(timed);
    drop(place);
    match made {
        Ok(out) => passed.ended(out, judge, limit),
        Err(fault) if fault.is_timed_out() => passed.late(fault),
        Err(fault) => Ended::refused(fault),
    }
}
