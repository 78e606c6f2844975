//! Futures that are dropped when they are late.

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
    Limited { future, limit: Limit::new(Who::Point(point), checked(limit)) }
}

/// The same, where there may be no limit: a spent deadline refuses all the same.
#[inline]
pub fn limited_if<'f, F: Future>(
    point: &'static Point,
    limit: Option<Duration>,
    future: Pin<&'f mut F>,
) -> Limited<'f, F> {
    limited(Who::Point(point), limit, future)
}

#[inline]
fn limited<F: Future>(who: Who, limit: Option<Duration>, future: Pin<&mut F>) -> Limited<'_, F> {
    Limited { future, limit: Limit::new(who, limit.map_or(u64::MAX, checked)) }
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
}

impl Late {
    /// Tells it.
    #[cold]
    #[must_use]
    pub fn fault(self) -> Fault {
        match self.0 {
            Why::Spent(who) => who.refuse(Reason::DeadlineSpent),
            Why::Out(span) => span.timed_out(),
        }
    }

    /// How a future ended, told if it was late.
    ///
    /// # Errors
    /// Its own refusal, or that it was late.
    #[inline]
    pub fn told<T>(ended: Result<Result<T, Fault>, Self>) -> Result<T, Fault> {
        ended.unwrap_or_else(|late| Err(late.fault()))
    }
}

/// The limit of one future.
pub(crate) struct Limit {
    who: Who,
    own: Ambient,
    polled: bool,
    /// Made when the future first waits, where nobody further out ends it before.
    timer: Option<Sleep>,
}

impl Limit {
    #[inline]
    pub(crate) const fn new(who: Who, limit: u64) -> Self {
        Self { who, own: Ambient::limited(limit), polled: false, timer: None }
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
            if Ambient::current().at().is_some_and(|at| clock::now() >= at) {
                return Err(Late(Why::Spent(self.who)));
            }
        }
        Ok(())
    }

    /// It has begun, and nothing is left of it or of the deadline that is in force here.
    #[cfg(feature = "tower")]
    pub(crate) fn is_over(&mut self) -> bool {
        let over = self.own.at().is_some_and(|at| clock::now() >= at);
        over || self.look().is_err()
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
        future: Pin<&mut F>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<F::Output, Late>> {
        if let Err(late) = self.look() {
            return Poll::Ready(Err(late));
        }
        let entered = self.own.enter();
        let polled = future.poll(cx);
        entered.leave(&mut self.own);
        match polled {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => self.wait(cx).map(Err),
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
