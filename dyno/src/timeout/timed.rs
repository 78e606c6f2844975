//! Functions that are asked to be in time: nobody can end them.

use std::fmt;
use std::time::Duration;

use super::span::Span;
use super::who::Who;
use crate::ambient::{self, Ambient, Within};
use crate::clock;
use crate::fault::{Fault, Reason};
use crate::point::{self, Point};

/// A function at work under a limit: its deadline holds for all that it calls on this thread.
#[must_use = "the limit holds until it is ended or dropped"]
pub struct Timed {
    span: Span,
    within: Within,
}

impl Timed {
    /// The limit of `point` begins.
    ///
    /// # Errors
    /// The deadline in force here has passed: rejected with
    /// [`Reason::DeadlineSpent`](crate::Reason::DeadlineSpent).
    #[inline]
    pub fn enter(point: &'static Point, limit: Duration) -> Result<Self, Fault> {
        Self::start(Who::Point(point), limit)
    }

    /// The same, where there may be no limit. A deadline that has passed refuses all the same.
    ///
    /// # Errors
    /// As [`enter`](Self::enter).
    #[inline]
    pub fn enter_if(point: &'static Point, limit: Option<Duration>) -> Result<Option<Self>, Fault> {
        match limit {
            Some(limit) => Self::enter(point, limit).map(Some),
            None => spent(Who::Point(point)).map(|()| None),
        }
    }

    /// The limit of a service, or of one attempt of it.
    ///
    /// # Errors
    /// As [`enter`](Self::enter); the fault is made where it is wanted.
    #[cfg(feature = "service")]
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is large, and every move costs")]
    pub(crate) fn named(
        name: &'static str,
        limit: Option<Duration>,
    ) -> Result<Option<Self>, Spent> {
        let Some(limit) = limit else { return Ok(None) };
        let Some((began, end)) = super::span::bounds(limit) else { return Err(Spent(())) };
        let span = Span { who: Who::Name(name), began, end };
        Ok(Some(Self { span, within: Ambient::until(end).enter() }))
    }

    /// The same of a whole call: a deadline that has passed refuses it also where it has no limit.
    #[cfg(feature = "service")]
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is large, and every move costs")]
    pub(crate) fn whole(
        name: &'static str,
        limit: Option<Duration>,
    ) -> Result<Option<Self>, Spent> {
        if limit.is_none() && is_spent() {
            return Err(Spent(()));
        }
        Self::named(name, limit)
    }

    #[inline]
    pub(super) fn start(who: Who, limit: Duration) -> Result<Self, Fault> {
        let span = Span::begin(who, limit)?;
        Ok(Self { span, within: Ambient::until(span.end).enter() })
    }

    /// Its time is over.
    #[must_use]
    pub fn is_over(timed: &Self) -> bool {
        clock::reached(timed.span.end)
    }

    /// It has returned: when that was late, the observers hear of it.
    #[inline]
    pub fn end(timed: Self) {
        let Self { span, within } = timed;
        drop(within);
        if point::observed() {
            ended(span);
        }
    }
}

#[cfg(feature = "service")]
impl Timed {
    /// When its time is over.
    #[inline]
    pub(crate) fn until(timed: &Self) -> clock::Instant {
        timed.span.end
    }

    /// The same, where there was a limit.
    #[inline]
    pub(crate) fn end_if(timed: Option<Self>) {
        if let Some(timed) = timed {
            Self::end(timed);
        }
    }
}

impl fmt::Debug for Timed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timed").field("span", &self.span).finish_non_exhaustive()
    }
}

/// A service is not called, as there is no time left.
#[cfg(feature = "service")]
pub(crate) struct Spent(());

#[cfg(feature = "service")]
impl Spent {
    /// Tells it.
    #[cold]
    pub(crate) fn fault(self, name: &'static str) -> Fault {
        let Self(()) = self;
        Who::Name(name).refuse(Reason::DeadlineSpent)
    }
}

/// There is no time left.
#[inline]
fn spent(who: Who) -> Result<(), Fault> {
    if is_spent() { Err(who.refuse(Reason::DeadlineSpent)) } else { Ok(()) }
}

#[inline]
fn is_spent() -> bool {
    ambient::deadline().is_some_and(|at| clock::now() >= at)
}

#[cold]
fn ended(span: Span) {
    if clock::reached(span.end + Duration::from_nanos(1)) {
        span.late(false);
    }
}
