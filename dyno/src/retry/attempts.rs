//! The count of attempts that an expansion keeps.

use std::panic::Location;
use std::time::Duration;

use super::Retry;
use super::asks::Asks;
use super::decide::{Run, failed, succeeded};
use super::listen::Listener;
use super::mark::{InTask, Mark, OnThread};
use crate::clock;
use crate::outcome::Verdict;
use crate::point::{self, Event, Point, Stop};

/// The attempts of one call: plain data; the dice are touched after a failure only, the clock before
/// it when the time is limited.
///
/// `M` is inferred: where further attempts are marked.
pub struct Attempts<'r, M> {
    who: Who,
    retry: &'r Retry,
    run: Run,
    mark: M,
}

impl<'r> Attempts<'r, OnThread> {
    /// None made yet; marks the thread from the second on, until it is dropped.
    #[inline]
    #[must_use]
    pub fn start(point: &'static Point, retry: &'r Retry) -> Self {
        Self::begin(Who::Point(point), retry, OnThread::NEW)
    }

    #[inline]
    pub(super) fn inline(at: &'static Location<'static>, retry: &'r Retry) -> Self {
        Self::begin(Who::Inline(at), retry, OnThread::NEW)
    }
}

impl<'r> Attempts<'r, InTask> {
    /// None made yet; [`once_more`](super::once_more) marks the further ones.
    #[inline]
    #[must_use]
    pub fn start_async(point: &'static Point, retry: &'r Retry) -> Self {
        Self::begin(Who::Point(point), retry, InTask)
    }

    #[inline]
    pub(super) fn inline_async(at: &'static Location<'static>, retry: &'r Retry) -> Self {
        Self::begin(Who::Inline(at), retry, InTask)
    }
}

impl<'r, M: Mark> Attempts<'r, M> {
    #[inline]
    fn begin(who: Who, retry: &'r Retry, mark: M) -> Self {
        if let Some(budget) = retry.budget {
            budget.called();
        }
        if let Some(listener) = retry.listener {
            Begins { who, listener, attempt: 1 }.tell();
        }
        let began = if retry.max_elapsed.is_some() { clock::now().as_nanos() } else { 0 };
        Self { who, retry, run: Run::new(began), mark }
    }

    /// Takes note of an attempt; `Some` when another one is to follow after the pause. What the
    /// failure `asks` is looked at after a failure only.
    #[inline]
    pub fn next(&mut self, verdict: Verdict, asks: impl FnOnce() -> Asks) -> Option<Pause> {
        // The slow paths take copies: lent to them, the count could not stay in registers.
        match verdict {
            Verdict::Failure => {
                let (run, pause) = failed(self.who, *self.retry, self.run, asks());
                self.run = run;
                if pause.is_some() {
                    self.mark.set();
                }
                return pause;
            }
            Verdict::Success => {
                if let Some(budget) = self.retry.budget {
                    budget.succeeded(self.run.paid);
                }
                if self.run.failed != 0 || self.retry.listener.is_some() {
                    succeeded(self.who, *self.retry, self.run);
                }
            }
            Verdict::Ignored => {}
        }
        None
    }

    /// The next attempt, or the one under way, is not the first.
    #[inline]
    #[must_use]
    pub const fn is_again(&self) -> bool {
        self.run.failed != 0
    }

    /// Why there is no further attempt, when the last one had failed.
    pub(super) const fn stop(&self) -> Option<Stop> {
        self.run.stop
    }
}

impl<M> std::fmt::Debug for Attempts<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Attempts({} failed)", self.run.failed)
    }
}

/// Who tries.
#[derive(Clone, Copy, Debug)]
pub(super) enum Who {
    Point(&'static Point),
    Inline(&'static Location<'static>),
}

impl Who {
    /// Tells the observers of `event`, and the listener by `tell`, if there are any.
    pub(super) fn tell(
        self,
        event: Option<&Event<'_>>,
        listener: Option<&'static dyn Listener>,
        tell: impl FnOnce(&dyn Listener, &str),
    ) {
        if listener.is_none() && !point::observed() {
            return;
        }
        self.named(|name| {
            if let Some(listener) = listener {
                point::harmless("a retry listener of", name, || tell(listener, name));
            }
            if let Some(event) = event {
                point::emit(name, event);
            }
        });
    }

    fn named(self, f: impl FnOnce(&str)) {
        match self {
            Self::Point(point) => f(point.name()),
            Self::Inline(at) => f(&format!("{}:{}", at.file(), at.line())),
        }
    }
}

/// An attempt of which a listener is told when it begins.
#[derive(Clone, Copy)]
pub(super) struct Begins {
    pub(super) who: Who,
    pub(super) listener: &'static dyn Listener,
    pub(super) attempt: u32,
}

impl Begins {
    #[cold]
    fn tell(self) {
        let Self { who, listener, attempt } = self;
        who.named(|name| {
            point::harmless("a retry listener of", name, || listener.attempt(name, attempt));
        });
    }
}

/// The pause before the next attempt.
#[must_use = "the next attempt follows after the pause"]
pub struct Pause {
    pub(super) after: Duration,
    pub(super) begins: Option<Begins>,
}

impl Pause {
    /// Blocks the thread.
    pub fn block(self) {
        clock::sleep(self.after);
        if let Some(begins) = self.begins {
            begins.tell();
        }
    }

    /// Waits without blocking the thread.
    pub async fn sleep(self) {
        if !self.after.is_zero() {
            clock::sleep_async(self.after).await;
        }
        if let Some(begins) = self.begins {
            begins.tell();
        }
    }
}

impl std::fmt::Debug for Pause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pause({:?})", self.after)
    }
}
