//! A call on a thread.

use std::sync::Arc;

use super::count::Counting;
use super::run::{Ended, Passed, Refused, Run, Targeted, Why};
use crate::fault::Fault;
use crate::harness::{Harness, caught, no_fields};
use crate::outcome::{Asks, Outcome, Verdict};
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
    match Timed::named(service.name(), service.given.deadline) {
        Ok(timed) => {
            let out = counted(service, at.as_ref(), &judge, or, &mut f);
            Timed::end_if(timed);
            out
        }
        Err(spent) => or.end(service.name(), Err(spent.fault(service.name()))),
    }
}

/// Metrics, timing, and what stands in.
#[inline]
fn counted<R, By, J, O>(
    service: &Service,
    at: Option<&At<'_>>,
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
    at: Option<&At<'_>>,
    judge: &impl Judge<R, By>,
    f: &mut impl FnMut(Call) -> Result<R, Fault>,
) -> Result<R, Fault> {
    let mut why = Why::NONE;
    let Some(harness) = &service.harness else {
        let end = limited(service, at, judge, f, &mut why);
        return why.of(end);
    };
    match caught(|| limited(service, at, judge, f, &mut why)) {
        Ok(end) => {
            let end = why.of(end);
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
    at: Option<&At<'_>>,
    judge: &impl Judge<R, By>,
    f: &mut impl FnMut(Call) -> Result<R, Fault>,
    why: &mut Why,
) -> Result<R, Refused> {
    let timed = match Timed::whole(service.name(), service.given.timeout) {
        Ok(timed) => timed,
        Err(spent) => return Err(why.put(spent.fault(service.name()))),
    };
    if let Err(refused) = service.enter_rate() {
        return Err(why.put(refused.fault()));
    }
    let end = attempts(service, at, judge, f, why);
    Timed::end_if(timed);
    end
}

#[inline]
fn attempts<R, By>(
    service: &Service,
    at: Option<&At<'_>>,
    judge: &impl Judge<R, By>,
    f: &mut impl FnMut(Call) -> Result<R, Fault>,
    why: &mut Why,
) -> Result<R, Refused> {
    let own;
    let targeted = if Targeted::is(service, at) {
        own = Targeted::new(service, at);
        Some(&own)
    } else {
        None
    };
    let run = Run::new(service, at, targeted);
    let mut attempts = service.own_attempts();
    loop {
        let Ended { end, verdict, asks, refused } =
            match attempt(service, &run, attempts.number(), judge, f, why) {
                Ok(out) => {
                    let _none = attempts.next(Verdict::Success, || Asks::Nothing);
                    return Ok(out);
                }
                Err(ended) => ended,
            };
        if refused && !service.retry().tries_rejected() {
            return end;
        }
        let Some(pause) = attempts.next(verdict, || asks) else { return end };
        // What a failure holds is let go before the pause.
        drop(end);
        why.clear();
        pause.block();
    }
}

/// An attempt that went well, of which nothing more is to be done, or one that is to be looked at.
#[inline]
fn attempt<R, By>(
    service: &Service,
    run: &Run<'_>,
    number: u32,
    judge: &impl Judge<R, By>,
    f: &mut impl FnMut(Call) -> Result<R, Fault>,
    why: &mut Why,
) -> Result<R, Ended<R>> {
    let mut passed = Passed::ASKING;
    if let Err(fault) = run.choose(&mut passed) {
        return Err(Ended::refused(fault, why));
    }
    if let Err(refused) = run.pass(&mut passed) {
        return Err(Ended::refused(refused.fault(), why));
    }
    let place = match run.enter(&passed) {
        Ok(place) => place,
        Err(fault) => return Err(Ended::refused(fault, why)),
    };
    let timed = match Timed::named(service.name(), service.given.attempt_timeout) {
        Ok(timed) => timed,
        Err(spent) => return Err(Ended::refused(spent.fault(service.name()), why)),
    };
    let limit = timed.as_ref().map(Timed::until);
    let made = f(run.call(number, &passed));
    Timed::end_if(timed);
    drop(place);
    match made {
        Ok(out) => match judge.judge(&out) {
            judged if passed.is_done(judged) => Ok(out),
            judged => Err(passed.ended(out, judged, judge, limit, why)),
        },
        Err(fault) if fault.is_timed_out() => Err(passed.late(fault, judge, why)),
        Err(fault) => Err(Ended::refused(fault, why)),
    }
}
