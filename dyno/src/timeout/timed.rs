//! Functions that are asked to be in time: nobody can end them.

use std::fmt;
use std::time::Duration;

use super::span::Span;
use super::who::Who;
use crate::ambient::{Ambient, Within};
use crate::clock;
use crate::fault::Fault;
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

    /// The same, where there may be no limit.
    ///
    /// # Errors
    /// As [`enter`](Self::enter), where there is one.
    #[inline]
    pub fn enter_if(point: &'static Point, limit: Option<Duration>) -> Result<Option<Self>, Fault> {
        match limit {
            Some(limit) => Self::enter(point, limit).map(Some),
            None => Ok(None),
        }
    }

    #[inline]
    pub(super) fn start(who: Who, limit: Duration) -> Result<Self, Fault> {
        let span = Span::begin(who, limit)?;
        Ok(Self { span, within: Ambient::until(span.end).enter() })
    }

    /// Its time is over.
    #[must_use]
    pub fn is_over(timed: &Self) -> bool {
        clock::now() >= timed.span.end
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

impl fmt::Debug for Timed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timed").field("span", &self.span).finish_non_exhaustive()
    }
}

#[cold]
fn ended(span: Span) {
    if clock::now() > span.end {
        span.late(false);
    }
}
