//! Futures that are dropped when they are late.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::span::Span;
use super::who::Who;
use super::{checked, refuse_spent};
use crate::ambient::Ambient;
use crate::clock::{self, Sleep};
use crate::fault::Fault;
use crate::point::Point;

/// `future` under the limit of `point`: what an expansion awaits.
///
/// The future of it holds `future` twice, as all that are made of `async` do; a `pin!` of it is one
/// word.
#[inline]
pub fn limited<T, F>(
    point: &'static Point,
    limit: Duration,
    future: F,
) -> impl Future<Output = Result<T, Fault>>
where
    F: Future<Output = Result<T, Fault>>,
{
    let limited = within(Who::Point(point), checked(limit), future);
    async move { limited.await? }
}

/// `future`, which is dropped at the end of `limit` nanoseconds.
pub(super) async fn within<F: Future>(who: Who, limit: u64, future: F) -> Result<F::Output, Fault> {
    if let Some(at) = Ambient::current().at() {
        refuse_spent(who, at)?;
    }
    let late = {
        let mut future = pin!(future);
        let mut own = Ambient::limited(limit);
        let mut timer = None;
        let ended = poll_fn(|cx| {
            let entered = own.enter();
            let polled = future.as_mut().poll(cx);
            own = entered.leave(own);
            match polled {
                Poll::Ready(output) => Poll::Ready(Ok(output)),
                Poll::Pending => wait(who, &mut own, &mut timer, cx).map(Err),
            }
        });
        match ended.await {
            Ok(output) => return Ok(output),
            Err(late) => late,
        }
    };
    // Told when what was late is gone, and what it held.
    Err(late.timed_out())
}

/// The future waits: ready when it is late.
fn wait(
    who: Who,
    own: &mut Ambient,
    timer: &mut Option<(Sleep, Span)>,
    cx: &mut Context<'_>,
) -> Poll<Span> {
    if timer.is_none() {
        *timer = start(who, own);
    }
    let Some((sleep, span)) = timer else { return Poll::Pending };
    sleep.poll_strictly(cx).map(|()| *span)
}

/// None where somebody further out ends it before.
#[cold]
fn start(who: Who, own: &mut Ambient) -> Option<(Sleep, Span)> {
    let began = own.began().unwrap_or_else(clock::now);
    *own = own.begun_at(began);
    let end = own.at()?;
    let around = Ambient::current();
    let end = match around.at() {
        // That it was this one that was late, is said by who set it.
        Some(at) if at <= end && around.is_kept() => return None,
        Some(at) => end.min(at),
        None => end,
    };
    Some((Sleep::until(end), Span { who, began, end }))
}
