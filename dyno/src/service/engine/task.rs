//! A call in a task.
//!
//! The same as on a thread, and what is late is dropped. The attempt that the limit of the whole call
//! ends hears of it first: dropped unheard it would count nowhere, and a dependency that hangs would
//! never open the breaker.

use std::future::Future;
use std::pin::pin;

use super::count::Counting;
use super::here::report;
use super::run::{Ended, Run};
use crate::fault::Fault;
use crate::harness::{caught_async, no_fields};
use crate::limit;
use crate::outcome::{Asks, Outcome};
use crate::retry::pinned;
use crate::service::at::At;
use crate::service::end::End;
use crate::service::judge::Judge;
use crate::service::with::With;
use crate::service::{Call, Service};
use crate::timeout::{Late, attempt_named, limit_named, whole_named};
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
        return counted(service, at, &mut judge, &mut or, &mut f).await;
    };
    let mut or = Some(or);
    let ended = {
        let inside = pin!(counted(service, at, &mut judge, &mut or, &mut f));
        limit_named(service.name(), limit, inside).await
    };
    match ended {
        Ok(out) => out,
        Err(late) => stand_in(service, &mut or, Err(late.fault())),
    }
}

/// What the caller gets of how a call ended. It is asked for once: what ends the call from outside
/// finds it unasked, as there is nothing to wait for once it is.
fn stand_in<R, O: End<R>>(service: &Service, or: &mut Option<O>, end: Result<R, Fault>) -> R {
    match or.take() {
        Some(or) => or.end(service.name(), end),
        None => unreachable!("service \"{}\": the call has ended twice", service.name()),
    }
}

/// Metrics, timing, and what stands in.
async fn counted<R, By, F, J, O>(
    service: &Service,
    at: Option<At<'_>>,
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
    let inside = async {
        let end = reported(service, at, judge, f).await;
        let seen = counting.see::<R, O>(&end);
        (seen, stand_in(service, or, end))
    };
    let (seen, out) = if service.given.timing {
        SpanAsync::begin(service.name()).run(pin!(inside)).await
    } else {
        inside.await
    };
    counting.end(seen, &out, judge);
    out
}

async fn reported<R, By, F: Future<Output = R>, J: Judge<R, By>>(
    service: &Service,
    at: Option<At<'_>>,
    judge: &mut J,
    f: &mut impl FnMut(Call) -> F,
) -> Result<R, Fault> {
    let Some(harness) = &service.harness else { return limited(service, at, judge, f).await };
    let end = caught_async(pin!(limited(service, at, judge, f))).await;
    match end {
        Ok(end) => {
            report(harness, &end, judge);
            end
        }
        Err(panic) => harness.panicked(panic, &no_fields, None),
    }
}

async fn limited<R, By, F: Future<Output = R>, J: Judge<R, By>>(
    service: &Service,
    at: Option<At<'_>>,
    judge: &mut J,
    f: &mut impl FnMut(Call) -> F,
) -> Result<R, Fault> {
    let ended = {
        let limit = judge.limit(service.given.timeout);
        let inside = pin!(attempts(service, at, judge, f));
        whole_named(service.name(), limit, inside).await
    };
    Late::told(ended)
}

async fn attempts<R, By, F: Future<Output = R>, J: Judge<R, By>>(
    service: &Service,
    at: Option<At<'_>>,
    judge: &mut J,
    f: &mut impl FnMut(Call) -> F,
) -> Result<R, Fault> {
    service.enter_rate_async().await.map_err(limit::Refused::fault)?;
    let run = Run::new(service, at);
    let mut attempts = service.own_attempts_async();
    loop {
        let (again, number) = (attempts.is_again(), attempts.number());
        let attempt = pin!(attempt(service, &run, number, judge, f));
        let Ended { end, verdict, asks, refused } = pinned(again, attempt).await;
        if refused && !service.retry().tries_rejected() {
            return end;
        }
        let Some(pause) = attempts.next(verdict, || asks) else { return end };
        drop(end);
        pause.sleep().await;
    }
}

async fn attempt<R, By, F: Future<Output = R>, J: Judge<R, By>>(
    service: &Service,
    run: &Run<'_>,
    number: u32,
    judge: &mut J,
    f: &mut impl FnMut(Call) -> F,
) -> Ended<R> {
    let ready = match service.unresolved() {
        Some(resolving) => resolving.await,
        None => Ok(()),
    };
    let passed = match ready.and_then(|()| run.pass()) {
        Ok(passed) => passed,
        Err(fault) => return Ended::refused(fault),
    };
    let place = match run.enter_async(&passed).await {
        Ok(place) => place,
        Err(fault) => return Ended::refused(fault),
    };
    let ended = {
        let call = run.call(number, &passed);
        // Called within as well: `f` may do some of its work before it returns a future.
        let made = pin!(async { f(call).await });
        attempt_named(service.name(), service.given.attempt_timeout, made).await
    };
    drop(place);
    let ended = match ended {
        Ok(out) => passed.ended(out, judge, None),
        Err(late) => passed.late(late.fault()),
    };
    if judge.repeats() { ended } else { Ended { asks: Asks::Once, ..ended } }
}
