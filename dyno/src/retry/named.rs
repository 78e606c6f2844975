//! Attempts that borrow nothing, for futures that have a name.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::Retry;
use super::attempts::{Attempts, Begins, Pause, Who};
use super::mark::InTask;
use crate::ambient::{self, Ambient, Within};
use crate::clock::Sleep;
use crate::outcome::{Asks, Verdict};

/// Who tries: a name, or else the place where the retry was made.
#[derive(Clone, Copy)]
pub(crate) struct Tries(Who);

impl Tries {
    pub(crate) const fn at(place: &'static Location<'static>) -> Self {
        Self(Who::Inline(place))
    }

    pub(crate) const fn named(name: &'static str) -> Self {
        Self(Who::Name(name))
    }
}

/// As [`Attempts`], with a retry of its own.
pub(crate) struct OwnAttempts {
    retry: Retry,
    who: Who,
    failed: u32,
    paid: u32,
    began: u64,
    previous: u64,
}

impl OwnAttempts {
    pub(crate) fn start(who: Tries, retry: Retry) -> Self {
        let Attempts { who, failed, paid, began, previous, .. } =
            Attempts::begin(who.0, &retry, retry.budget, InTask);
        Self { retry, who, failed, paid, began, previous }
    }

    /// Another one may follow the one that is to be made: it is not the last, nor is this all within a
    /// further attempt of another retry.
    pub(crate) fn may_follow(&self) -> bool {
        let first = self.failed == 0 && !self.retry.nested;
        self.retry.may_follow(self.failed.saturating_add(1)) && !(first && ambient::is_again())
    }

    /// As [`Attempts::next`].
    pub(crate) fn next(&mut self, verdict: Verdict, asks: Asks) -> Option<Pause> {
        let Self { retry, who, failed, paid, began, previous } = self;
        let (who, failed, paid) = (*who, *failed, *paid);
        let (began, previous) = (*began, *previous);
        let mark = InTask;
        let (budget, stop) = (retry.budget, None);
        let mut attempts =
            Attempts { who, retry, budget, failed, paid, began, previous, stop, mark };
        let pause = attempts.next(verdict, || asks);
        let Attempts { failed, paid, previous, .. } = attempts;
        (self.failed, self.paid, self.previous) = (failed, paid, previous);
        pause
    }

    /// What is done while it is held is done once more, unless this is the first attempt.
    pub(crate) fn mark(&self) -> Option<Within> {
        (self.failed != 0).then(|| Ambient::AGAIN.enter())
    }
}

impl Retry {
    /// Another attempt may follow so many that have failed.
    pub(crate) const fn may_follow(&self, failed: u32) -> bool {
        failed < self.attempts
    }
}

impl fmt::Debug for OwnAttempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attempts({} failed)", self.failed)
    }
}

/// The pause before the next attempt, under way.
pub(crate) struct Pausing {
    pub(super) sleep: Option<Sleep>,
    pub(super) begins: Option<Begins>,
}

impl Future for Pausing {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(sleep) = &mut self.sleep {
            ready!(Pin::new(sleep).poll(cx));
        }
        self.sleep = None;
        if let Some(begins) = self.begins.take() {
            begins.tell();
        }
        Poll::Ready(())
    }
}
