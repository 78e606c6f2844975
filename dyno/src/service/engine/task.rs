//! A call in a task.
//!
//! The same as on a thread, and what is late is dropped. The attempt that the limit of the whole call
//! ends hears of it first: dropped unheard it would count nowhere, and a dependency that hangs would
//! never open the breaker.

use std::future::Future;
use std::pin::pin;

use super::count::Counting;
use super::here::report;
use super::run::{Ended, Passed, Refused, Run, Targeted, Why};
use crate::fault::Fault;
use crate::harness::{caught_async, no_fields};
use crate::outcome::{Outcome, Verdict};
use crate::retry::{Asks, pinned};
use crate::service::at::At;
use crate::service::end::End;
use crate::service::judge::Judge;
use crate::service::with::With;
use crate::service::{Call, Service};
use crate::timeout::{attempt_named, limit_named, whole_named};
use crate::timing::SpanAsync;

pub(in crate::service) async fn call_async<R, By, F, J, O>(
    with: With<'_, J, O>,
    mut f: impl FnMut(Call) -> F,
) -> R
where
    R: Outcome,
    F: Future<Output = R>,
    J: Judge<R, By>,
    O: End<R>,
{
    let With { service, at, mut judge, or } = with;
    let Some(limit) = service.given.deadline else {
        let mut or = Some(or);
        return counted(service, at.as_ref(), &mut judge, &mut or, &mut f).await;
    };
    let mut or = Some(or);
    let ended = {
        let inside = pin!(counted(service, at.as_ref(), &mut judge, &mut or, &mut f));
        limit_named(service.name(), limit, inside).await
    };
    match ended {
        Ok(out) => out,
        Err(late) => stand_in(service, &mut or, Err(late.fault())),
    }
}

/// What the caller gets of how a call ended. It is asked for once: what ends the call from outside
/// finds it unasked, as there is nothing to wait for once it is.
#[inline]
fn stand_in<R, O: End<R>>(service: &Service, or: &mut Option<O>, end: Result<R, Fault>) -> R {
    match or.take() {
        Some(or) => or.end(service.name(), end),
        None => unreachable!("service \"{}\": the call has ended twice", service.name()),
    }
}

/// Metrics, timing, and what stands in.
async fn counted<R, By, F, J, O>(
    service: &Service,
    at: Option<&At<'_>>,
    judge: &mut J,
    or: &mut Option<O>,
    f: &mut impl FnMut(Call) -> F,
) -> R
where
    R: Outcome,
    F: Future<Output = R>,
    J: Judge<R, By>,
    O: End<R>,
{
    let counting = Counting::start(service);
    let (seen, out) = {
        // Pinned where it is made: it is large, and every move costs.
        let inside = pin!(async {
            let end = reported(service, at, judge, f).await;
            let seen = counting.see::<R, O>(&end);
            (seen, stand_in(service, or, end))
        });
        if service.given.timing {
            SpanAsync::begin(service.name()).run(inside).await
        } else {
            inside.await
        }
    };
    counting.end(seen, &out, judge);
    out
}

async fn reported<R, By, F: Future<Output = R>, J: Judge<R, By>>(
    service: &Service,
    at: Option<&At<'_>>,
    judge: &mut J,
    f: &mut impl FnMut(Call) -> F,
) -> Result<R, Fault> {
    let mut why = Why::NONE;
    let Some(harness) = &service.harness else {
        let end = limited(service, at, judge, f, &mut why).await;
        return why.of(end);
    };
    let end = caught_async(pin!(limited(service, at, judge, f, &mut why))).await;
    match end {
        Ok(end) => {
            let end = why.of(end);
            report(harness, &end, judge);
            end
        }
        Err(panic) => harness.panicked(panic, &no_fields, None),
    }
}

async fn limited<R, By, F: Future<Output = R>, J: Judge<R, By>>(
    service: &Service,
    at: Option<&At<'_>>,
    judge: &mut J,
    f: &mut impl FnMut(Call) -> F,
    why: &mut Why,
) -> Result<R, Refused> {
    let ended = {
        let limit = judge.limit(service.given.timeout);
        let inside = pin!(attempts(service, at, judge, f, why));
        whole_named(service.name(), limit, inside).await
    };
    match ended {
        Ok(end) => end,
        Err(late) => Err(why.put(late.fault())),
    }
}

async fn attempts<R, By, F: Future<Output = R>, J: Judge<R, By>>(
    service: &Service,
    at: Option<&At<'_>>,
    judge: &mut J,
    f: &mut impl FnMut(Call) -> F,
    why: &mut Why,
) -> Result<R, Refused> {
    if let Some(rate) = service.rate.rate() {
        if let Err(refused) = rate.enter_async().await {
            return Err(why.put(refused.fault()));
        }
    }
    let own;
    let targeted = if Targeted::is(service, at) {
        own = Targeted::new(service, at);
        Some(&own)
    } else {
        None
    };
    let run = Run::new(service, at, targeted);
    let mut attempts = service.own_attempts_async();
    loop {
        let pause = {
            let (again, number) = (attempts.is_again(), attempts.number());
            let attempt = pin!(attempt(service, &run, number, judge, f, why));
            let Ended { end, verdict, asks, refused } = match pinned(again, attempt).await {
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
            pause
        };
        why.clear();
        pause.sleep().await;
    }
}

/// As on a thread: one that went well, or one that is to be looked at.
async fn attempt<R, By, F: Future<Output = R>, J: Judge<R, By>>(
    service: &Service,
    run: &Run<'_>,
    number: u32,
    judge: &mut J,
    f: &mut impl FnMut(Call) -> F,
    why: &mut Why,
) -> Result<R, Ended<R>> {
    if let Some(balancer) = service.given.balance {
        if balancer.has_to_wait() {
            // Rare, and large: it makes no other call larger.
            if let Err(fault) = Box::pin(balancer.ready_async()).await {
                return Err(Ended::refused(fault, why));
            }
        }
    }
    let mut passed = Passed::ASKING;
    if let Err(fault) = run.choose(&mut passed) {
        return Err(Ended::refused(fault, why));
    }
    if let Err(refused) = run.pass(&mut passed) {
        return Err(Ended::refused(refused.fault(), why));
    }
    let place = match run.enter_free() {
        Some(place) => place,
        None => match run.enter_async(&passed).await {
            Ok(place) => place,
            Err(fault) => return Err(Ended::refused(fault, why)),
        },
    };
    let ended = {
        let call = run.call(number, &passed);
        // Called within as well: `f` may do some of its work before it returns a future.
        let made = pin!(async { f(call).await });
        attempt_named(service.name(), service.given.attempt_timeout, made).await
    };
    drop(place);
    let ended = match ended {
        Ok(out) => match judge.judge(&out) {
            judged if passed.is_done(judged) => return Ok(out),
            judged => passed.ended(out, judged, judge, why),
        },
        Err(late) => passed.late(late.fault(), why),
    };
    Err(if judge.repeats() { ended } else { Ended { asks: Asks::Once, ..ended } })
}
