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
use crate::outcome::{Asks, Outcome, Verdict};
use crate::retry::pinned;
use crate::service::at::At;
use crate::service::end::End;
use crate::service::judge::Judge;
use crate::service::with::With;
use crate::service::{Call, Service};
use crate::timeout::{attempt_named, limit_named, whole_named};
use crate::timing::SpanAsync;

/// What a call is asked for with: lent to its layers, each of which would keep all that it is handed.
struct Asked<'c, J, C> {
    service: &'c Service,
    at: Option<&'c At<'c>>,
    judge: J,
    f: C,
    why: Why,
}

pub(in crate::service) async fn call_async<R, By, F, J, O>(
    with: With<'_, J, O>,
    f: impl FnMut(Call) -> F,
) -> R
where
    R: Outcome,
    F: Future<Output = R>,
    J: Judge<R, By>,
    O: End<R>,
{
    let With { service, at, judge, or } = with;
    let mut asked = Asked { service, at: at.as_ref(), judge, f, why: Why::NONE };
    let mut or = Some(or);
    let Some(limit) = service.given.deadline else {
        return counted(&mut asked, &mut or).await;
    };
    let ended = {
        let inside = pin!(counted(&mut asked, &mut or));
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
    asked: &mut Asked<'_, J, impl FnMut(Call) -> F>,
    or: &mut Option<O>,
) -> R
where
    R: Outcome,
    F: Future<Output = R>,
    J: Judge<R, By>,
    O: End<R>,
{
    let service = asked.service;
    let counting = Counting::start(service);
    let (seen, out) = {
        // Pinned where it is made: it is large, and every move costs.
        let inside = pin!(async {
            let end = reported(asked).await;
            let seen = counting.see::<R, O>(&end);
            (seen, stand_in(service, or, end))
        });
        if service.given.timing {
            SpanAsync::begin(service.name()).run(inside).await
        } else {
            inside.await
        }
    };
    counting.end(seen, &out, &asked.judge);
    out
}

async fn reported<R, By, F: Future<Output = R>, J: Judge<R, By>>(
    asked: &mut Asked<'_, J, impl FnMut(Call) -> F>,
) -> Result<R, Fault> {
    let Some(harness) = &asked.service.harness else {
        let end = limited(asked).await;
        return asked.why.of(end);
    };
    let end = caught_async(pin!(limited(asked))).await;
    match end {
        Ok(end) => {
            let end = asked.why.of(end);
            report(harness, &end, &asked.judge);
            end
        }
        Err(panic) => harness.panicked(panic, &no_fields, None),
    }
}

async fn limited<R, By, F: Future<Output = R>, J: Judge<R, By>>(
    asked: &mut Asked<'_, J, impl FnMut(Call) -> F>,
) -> Result<R, Refused> {
    let service = asked.service;
    let ended = {
        let limit = asked.judge.limit(service.given.timeout);
        let inside = pin!(attempts(asked));
        whole_named(service.name(), limit, inside).await
    };
    match ended {
        Ok(end) => end,
        Err(late) => Err(asked.why.put(late.fault())),
    }
}

async fn attempts<R, By, F: Future<Output = R>, J: Judge<R, By>>(
    asked: &mut Asked<'_, J, impl FnMut(Call) -> F>,
) -> Result<R, Refused> {
    let Asked { service, at, .. } = *asked;
    if let Some(rate) = service.rate.rate() {
        if let Err(refused) = rate.enter_async().await {
            return Err(asked.why.put(refused.fault()));
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
            let attempt = pin!(attempt(asked, &run, number));
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
        asked.why.clear();
        pause.sleep().await;
    }
}

/// As on a thread: one that went well, or one that is to be looked at.
async fn attempt<R, By, F: Future<Output = R>, J: Judge<R, By>>(
    asked: &mut Asked<'_, J, impl FnMut(Call) -> F>,
    run: &Run<'_>,
    number: u32,
) -> Result<R, Ended<R>> {
    let service = asked.service;
    if let Some(resolving) = service.unresolved() {
        if let Err(fault) = resolving.await {
            return Err(Ended::refused(fault, &mut asked.why));
        }
    }
    let mut passed = Passed::ASKING;
    if let Err(fault) = run.choose(&mut passed) {
        return Err(Ended::refused(fault, &mut asked.why));
    }
    if let Err(refused) = run.pass(&mut passed) {
        return Err(Ended::refused(refused.fault(), &mut asked.why));
    }
    let place = match run.enter_free() {
        Some(place) => place,
        None => match run.enter_async(&passed).await {
            Ok(place) => place,
            Err(fault) => return Err(Ended::refused(fault, &mut asked.why)),
        },
    };
    let ended = {
        let (call, f) = (run.call(number, &passed), &mut asked.f);
        // Called within as well: `f` may do some of its work before it returns a future.
        let made = pin!(async { f(call).await });
        attempt_named(service.name(), service.given.attempt_timeout, made).await
    };
    drop(place);
    let Asked { judge, why, .. } = asked;
    let ended = match ended {
        Ok(out) => match judge.judge(&out) {
            judged if passed.is_done(judged) => return Ok(out),
            judged => passed.ended(out, judged, judge, None, why),
        },
        Err(late) => passed.late(late.fault(), judge, why),
    };
    Err(if judge.repeats() { ended } else { Ended { asks: Asks::Once, ..ended } })
}
