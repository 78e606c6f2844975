//! Futures that are dropped when they are late.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use super::checked;
use super::span::Span;
use super::who::Who;
use crate::ambient::{self, Ambient};
use crate::clock::{self, Sleep};
use crate::fault::{Fault, Reason};
use crate::point::Point;

/// `future` under the limit of `point`: what an expansion awaits. It is to be dropped, with all that
/// it holds, before what became of it is told by [`Late::fault`].
#[inline]
pub fn limited_here<'f, F: Future>(
    point: &'static Point,
    limit: Duration,
    future: Pin<&'f mut F>,
) -> Limited<'f, F> {
    limited(Who::Point(point), limit, future)
}

#[inline]
pub(super) fn limited<F: Future>(who: Who, limit: Duration, future: Pin<&mut F>) -> Limited<'_, F> {
    Limited { future, limit: Limit::new(who, checked(limit)) }
}

/// The same, where there may be no limit: a spent deadline refuses all the same.
#[inline]
pub fn limited_if<'f, F: Future>(
    point: &'static Point,
    limit: Option<Duration>,
    future: Pin<&'f mut F>,
) -> Limited<'f, F> {
    Limited { future, limit: Limit::new(Who::Point(point), limit.map_or(u64::MAX, checked)) }
}

/// The same, of a call in which attempts are made [one by one](attempted): before what is late is
/// dropped, the attempt under way is told that it is.
#[inline]
pub fn limited_whole<'f, F: Future>(
    point: &'static Point,
    limit: Option<Duration>,
    future: Pin<&'f mut F>,
) -> Limited<'f, F> {
    whole(Who::Point(point), limit, future)
}

/// One attempt of such a call, with or without a limit of its own: late is also what the limit of
/// the whole call ends.
#[inline]
pub fn attempted<'f, F: Future>(
    point: &'static Point,
    limit: Option<Duration>,
    future: Pin<&'f mut F>,
) -> Limited<'f, F> {
    attempt(Who::Point(point), limit, future)
}

#[inline]
pub(super) fn whole<F: Future>(
    who: Who,
    limit: Option<Duration>,
    future: Pin<&mut F>,
) -> Limited<'_, F> {
    let limit = Limit { tells: true, ..Limit::new(who, limit.map_or(u64::MAX, checked)) };
    Limited { future, limit }
}

#[inline]
pub(super) fn attempt<F: Future>(
    who: Who,
    limit: Option<Duration>,
    future: Pin<&mut F>,
) -> Limited<'_, F> {
    let limit = Limit { hears: true, ..Limit::new(who, limit.map_or(u64::MAX, checked)) };
    Limited { future, limit }
}

/// `future`, which is dropped at the end of `limit` nanoseconds.
#[inline]
pub(super) async fn within<F: Future>(who: Who, limit: u64, future: F) -> Result<F::Output, Fault> {
    let ended = Limited { future: pin!(future), limit: Limit::new(who, limit) }.await;
    ended.map_err(Late::fault)
}

/// A future under its limit.
#[must_use = "a future does nothing until it is polled"]
pub struct Limited<'f, F> {
    future: Pin<&'f mut F>,
    limit: Limit,
}

impl<F: Future> Future for Limited<'_, F> {
    type Output = Result<F::Output, Late>;

    /// Its own answer comes first: what is there is not late.
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { future, limit } = &mut *self;
        limit.poll(future.as_mut(), cx)
    }
}

impl<F> fmt::Debug for Limited<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Limited")
    }
}

/// That a future was late, which nobody knows yet.
#[derive(Clone, Copy, Debug)]
pub struct Late(Why);

#[derive(Clone, Copy, Debug)]
enum Why {
    Spent(Who),
    Out(Span),
    /// The limit was that of the whole call, which tells of it.
    Around(Span),
}

impl Late {
    /// Tells it.
    #[cold]
    #[must_use]
    pub fn fault(self) -> Fault {
        match self.0 {
            Why::Spent(who) => who.refuse(Reason::DeadlineSpent),
            Why::Out(span) => span.timed_out(),
            Why::Around(span) => span.fault(),
        }
    }

    /// How a future ended, told if it was late.
    ///
    /// # Errors
    /// It was late.
    #[inline]
    pub fn ended<T>(ended: Result<T, Self>) -> Result<T, Fault> {
        ended.map_err(Self::fault)
    }

    /// The same of a future that ends with a refusal or without.
    ///
    /// # Errors
    /// Its own refusal, or that it was late.
    #[inline]
    pub fn told<T>(ended: Result<Result<T, Fault>, Self>) -> Result<T, Fault> {
        ended.unwrap_or_else(|late| Err(late.fault()))
    }
}

thread_local! {
    /// The limit of the whole call has passed: the poll under way is the last.
    static LAST: Cell<Option<Span>> = const { Cell::new(None) };
}

/// Takes the mark away again, be it by a panic.
struct Last;

impl Drop for Last {
    fn drop(&mut self) {
        LAST.set(None);
    }
}

/// The limit of one future.
pub(crate) struct Limit {
    who: Who,
    own: Ambient,
    polled: bool,
    /// The attempt under way is told when it is late.
    tells: bool,
    /// It is such an attempt.
    hears: bool,
    /// Made when the future first waits, where nobody further out ends it before.
    timer: Option<Sleep>,
}

impl Limit {
    #[inline]
    pub(crate) const fn new(who: Who, limit: u64) -> Self {
        let own = Ambient::limited(limit);
        Self { who, own, polled: false, tells: false, hears: false, timer: None }
    }

    /// The same, which begins now.
    #[cfg(feature = "tower")]
    pub(crate) fn begun(who: Who, limit: u64) -> Self {
        Self { own: Ambient::limited(limit).begun_at(clock::now()), ..Self::new(who, limit) }
    }

    /// Whether the deadline that is in force here leaves no time: looked at once.
    ///
    /// # Errors
    /// It has passed.
    #[inline]
    pub(crate) fn look(&mut self) -> Result<(), Late> {
        if !self.polled {
            self.polled = true;
            if Ambient::current().at().is_some_and(clock::reached) {
                return Err(Late(Why::Spent(self.who)));
            }
        }
        Ok(())
    }

    /// The same of one that has begun, of which nothing may be left either.
    ///
    /// # Errors
    /// It is over, or the deadline has passed.
    #[cfg(feature = "tower")]
    pub(crate) fn look_begun(&mut self) -> Result<(), Late> {
        if self.own.at().is_some_and(clock::reached) {
            return Err(Late(Why::Spent(self.who)));
        }
        self.look()
    }

    /// Runs `f`, which makes the future, under the limit.
    #[cfg(feature = "tower")]
    pub(crate) fn run<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let entered = self.own.enter();
        let made = f();
        entered.leave(&mut self.own);
        made
    }

    /// `future` under the limit.
    #[inline]
    pub(crate) fn poll<F: Future>(
        &mut self,
        mut future: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<F::Output, Late>> {
        if self.hears && self.polled {
            if let Some(span) = LAST.take() {
                return Poll::Ready(Err(Late(Why::Around(span))));
            }
        }
        if let Err(late) = self.look() {
            return Poll::Ready(Err(late));
        }
        if let Poll::Ready(output) = self.poll_here(future.as_mut(), cx) {
            return Poll::Ready(Ok(output));
        }
        match self.wait(cx) {
            Poll::Ready(Late(Why::Out(span))) if self.tells => {
                Poll::Ready(self.last(span, future, cx))
            }
            waits => waits.map(Err),
        }
    }

    #[inline]
    fn poll_here<F: Future>(
        &mut self,
        future: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<F::Output> {
        let entered = self.own.enter();
        let polled = future.poll(cx);
        entered.leave(&mut self.own);
        polled
    }

    /// The last poll of what is late, so that the attempt under way hears of it.
    #[cold]
    fn last<F: Future>(
        &mut self,
        span: Span,
        future: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Result<F::Output, Late> {
        LAST.set(Some(span));
        let mark = Last;
        let polled = self.poll_here(future, cx);
        let heard = LAST.take().is_none();
        drop(mark);
        match polled {
            Poll::Ready(output) if !heard => Ok(output),
            _ => Err(Late(Why::Out(span))),
        }
    }

    /// The future waits: ready when it is late.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<Late> {
        if self.own.is_none() {
            return Poll::Pending;
        }
        if self.timer.is_none() {
            self.timer = self.start();
        }
        let Some(timer) = &mut self.timer else { return Poll::Pending };
        if timer.poll_strictly(cx).is_pending() {
            return Poll::Pending;
        }
        let end = timer.deadline();
        let began = self.own.began().unwrap_or(end);
        Poll::Ready(Late(Why::Out(Span { who: self.who, began, end })))
    }

    #[cold]
    fn start(&mut self) -> Option<Sleep> {
        // Those further out have begun before, or wait from now on as well.
        let around = if self.own.began().is_some() {
            let _begun = ambient::deadline();
            Ambient::current()
        } else {
            let now = clock::now();
            self.own = self.own.begun_at(now);
            ambient::begun_at(now)
        };
        let end = self.own.at()?;
        let end = match around.at() {
            // That it was this one that was late, is said by who set it.
            Some(at) if at <= end && around.is_kept() => return None,
            Some(at) => end.min(at),
            None => end,
        };
        Some(Sleep::until(end))
    }
}
