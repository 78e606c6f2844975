//! The count of attempts that an expansion keeps.

use std::panic::Location;
use std::time::Duration;

use super::decide::{failed, succeeded};
use super::listen::Listener;
use super::mark::{InTask, Mark, OnThread};
#[cfg(feature = "tower")]
use super::named::Pausing;
use super::{Budget, Retry};
use crate::clock;
use crate::outcome::{Asks, Verdict};
use crate::point::{self, Event, Point, Stop};

/// The attempts of one call: plain data; the dice are touched after a failure only, the clock before
/// it when the time is limited.
///
/// `M` is inferred: where further attempts are marked.
pub struct Attempts<'r, M> {
    pub(super) who: Who,
    pub(super) retry: &'r Retry,
    /// That of the retry, or of whoever has one of its own.
    pub(super) budget: Option<&'r Budget>,
    pub(super) failed: u32,
    /// What the last further attempt took from the budget.
    pub(super) paid: u32,
    /// When the first attempt began, if anybody will ask.
    pub(super) began: u64,
    /// The last pause by the rule, in nanoseconds.
    pub(super) previous: u64,
    pub(super) stop: Option<Stop>,
    pub(super) mark: M,
}

impl<'r> Attempts<'r, OnThread> {
    /// None made yet; marks the thread from the second on, until it is dropped.
    #[inline]
    #[must_use]
    pub fn start(point: &'static Point, retry: &'r Retry) -> Self {
        Self::begin(Who::Point(point), retry, retry.budget, OnThread::NEW)
    }

    /// Those of a service, which has its budget itself.
    #[cfg(feature = "service")]
    #[inline]
    pub(crate) fn paid(who: Who, retry: &'r Retry, budget: Option<&'r Budget>) -> Self {
        Self::begin(who, retry, budget.or(retry.budget), OnThread::NEW)
    }

    #[inline]
    pub(super) fn inline(at: &'static Location<'static>, retry: &'r Retry) -> Self {
        Self::begin(Who::Inline(at), retry, retry.budget, OnThread::NEW)
    }
}

impl<'r> Attempts<'r, InTask> {
    /// None made yet; [`pinned`](super::pinned) marks the further ones.
    #[inline]
    #[must_use]
    pub fn start_async(point: &'static Point, retry: &'r Retry) -> Self {
        Self::begin(Who::Point(point), retry, retry.budget, InTask)
    }

    /// Those of a service, which has its budget itself.
    #[cfg(feature = "service")]
    #[inline]
    pub(crate) fn paid_async(who: Who, retry: &'r Retry, budget: Option<&'r Budget>) -> Self {
        Self::begin(who, retry, budget.or(retry.budget), InTask)
    }

    #[inline]
    pub(super) fn inline_async(at: &'static Location<'static>, retry: &'r Retry) -> Self {
        Self::begin(Who::Inline(at), retry, retry.budget, InTask)
    }
}

impl<'r, M: Mark> Attempts<'r, M> {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called, it would have the attempts kept in memory")]
    pub(super) fn begin(who: Who, retry: &'r Retry, budget: Option<&'r Budget>, mark: M) -> Self {
        if let Some(budget) = budget {
            budget.called();
        }
        if let Some(listener) = retry.listener {
            Begins { who, listener, attempt: 1 }.tell();
        }
        let began = if retry.max_elapsed.is_some() { clock::now().as_nanos() } else { 0 };
        Self { who, retry, budget, failed: 0, paid: 0, began, previous: 0, stop: None, mark }
    }

    /// Takes note of an attempt; `Some` when another one is to follow after the pause. What the
    /// failure `asks` is looked at after a failure only.
    #[inline]
    pub fn next(&mut self, verdict: Verdict, asks: impl FnOnce() -> Asks) -> Option<Pause> {
        self.step(verdict, asks)
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called, it would have the attempts kept in memory")]
    fn step(&mut self, verdict: Verdict, asks: impl FnOnce() -> Asks) -> Option<Pause> {
        // The slow paths take copies, word by word: lent to them, or as one value, the attempts could
        // not stay in registers.
        match verdict {
            Verdict::Failure => {
                self.failed = self.failed.saturating_add(1);
                let next = failed(
                    self.who,
                    *self.retry,
                    self.budget,
                    self.failed,
                    self.began,
                    self.previous,
                    aside(asks),
                );
                match next {
                    Ok(next) => {
                        (self.paid, self.previous) = (next.paid, next.previous);
                        self.mark.set();
                        return Some(next.pause);
                    }
                    Err(stop) => self.stop = Some(stop),
                }
            }
            Verdict::Success => {
                if let Some(budget) = self.budget {
                    budget.succeeded(self.paid);
                }
                if self.failed != 0 || self.retry.listener.is_some() {
                    succeeded(self.who, self.retry.listener, self.failed);
                }
            }
            Verdict::Ignored => {}
        }
        None
    }

    /// What follows an attempt of this outcome, which is handed back: looked at where it stands, it
    /// could not stay in registers.
    #[inline]
    pub fn after<R>(&mut self, verdict: Verdict, out: R, asks: impl FnOnce(&R) -> Asks) -> Next<R> {
        // Nothing is asked where nothing has failed: what two ways share goes through memory.
        if !verdict.is_failure() {
            let _none = self.either(verdict, || Asks::Nothing);
            return Next::Done(out);
        }
        let (out, asks) = asked(out, asks);
        match self.either(Verdict::Failure, || asks) {
            Some(pause) => Next::More(out, pause),
            None => Next::Done(out),
        }
    }

    /// In a future the attempts are in memory in any case: the less is done in place the better.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "called, it would have the attempts kept in memory")]
    fn either(&mut self, verdict: Verdict, asks: impl FnOnce() -> Asks) -> Option<Pause> {
        if M::IN_REGISTERS { self.step(verdict, asks) } else { self.next(verdict, asks) }
    }

    /// The next attempt, or the one under way, is not the first.
    #[inline]
    #[must_use]
    pub const fn is_again(&self) -> bool {
        self.failed != 0
    }

    /// The number of the attempt under way, the first being 1.
    #[inline]
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.failed.saturating_add(1)
    }

    /// Why there is no further attempt, when the last one had failed.
    pub(super) const fn stop(&self) -> Option<Stop> {
        self.stop
    }
}

impl<M> std::fmt::Debug for Attempts<'_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Attempts({} failed)", self.failed)
    }
}

/// What follows an attempt.
#[derive(Debug)]
pub enum Next<R> {
    /// Nothing: this is the outcome.
    Done(R),
    /// Another one after the pause; this is what the last one left.
    More(R, Pause),
}

#[cold]
#[inline(never)]
fn asked<R>(out: R, asks: impl FnOnce(&R) -> Asks) -> (R, Asks) {
    let asks = asks(&out);
    (out, asks)
}

#[cold]
#[inline(never)]
fn aside(asks: impl FnOnce() -> Asks) -> Asks {
    asks()
}

/// Who tries.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    Point(&'static Point),
    Inline(&'static Location<'static>),
    #[cfg_attr(not(any(feature = "service", feature = "tower")), allow(dead_code))]
    Name(&'static str),
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
            Self::Name(name) => f(name),
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
    #[inline(never)]
    pub(super) fn tell(self) {
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
    /// Begins it: a future with a name.
    #[cfg(feature = "tower")]
    pub(crate) fn begin(self) -> Pausing {
        let sleep = (!self.after.is_zero()).then(|| clock::sleep_async(self.after));
        Pausing { sleep, begins: self.begins }
    }

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
