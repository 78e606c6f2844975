//! What follows a failure: all of it off the path of a first attempt that goes well.

use std::time::Duration;

use super::Retry;
use super::asks::Asks;
use super::attempts::{Begins, Pause, Who};
use super::wait::nanos;
use crate::ambient;
use crate::clock::{self, Instant};
use crate::point::{Event, Stop};

/// How far the attempts of one call have come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) failed: u32,
    /// What the last further attempt took from the budget.
    pub(super) paid: u32,
    /// When the first attempt began, if anybody will ask.
    began: u64,
    /// The last pause by the rule, in nanoseconds.
    previous: u64,
    pub(super) stop: Option<Stop>,
}

impl Run {
    #[inline]
    pub(super) const fn new(began: u64) -> Self {
        Self { failed: 0, paid: 0, began, previous: 0, stop: None }
    }
}

#[cold]
#[inline(never)]
pub(super) fn failed(who: Who, retry: Retry, mut run: Run, asks: Asks) -> (Run, Option<Pause>) {
    run.failed = run.failed.saturating_add(1);
    let attempt = run.failed;
    let stop = match retry.another(&mut run, asks) {
        Ok(after) => {
            let event = Event::Retry { attempt, after };
            who.tell(Some(&event), retry.listener, |listener, point| {
                listener.retry(point, attempt, after);
            });
            let next = attempt.saturating_add(1);
            let begins = retry.listener.map(|listener| Begins { who, listener, attempt: next });
            return (run, Some(Pause { after, begins }));
        }
        Err(stop) => stop,
    };
    run.stop = Some(stop);
    let event = Event::GaveUp { attempts: attempt, why: stop };
    who.tell(Some(&event), retry.listener, |listener, point| {
        listener.gave_up(point, attempt, stop);
    });
    (run, None)
}

#[cold]
#[inline(never)]
pub(super) fn succeeded(who: Who, retry: Retry, run: Run) {
    let attempts = run.failed.saturating_add(1);
    let recovered = Event::Recovered { attempts };
    // The observers have no interest in calls that go well.
    let event = (run.failed != 0).then_some(&recovered);
    who.tell(event, retry.listener, |listener, point| listener.succeeded(point, attempts));
}

impl Retry {
    /// The pause before another attempt, or why there is none.
    fn another(&self, run: &mut Run, asks: Asks) -> Result<Duration, Stop> {
        if run.failed >= self.attempts {
            return Err(Stop::Attempts);
        }
        let asked = match asks {
            Asks::Rejected(_) if !self.rejected => return Err(Stop::Rejected),
            Asks::Rejected(after) => after,
            Asks::After(after) => Some(after),
            Asks::Nothing | Asks::TimedOut => None,
        };
        // Later on the mark may be this retry's own.
        if run.failed == 1 && !self.nested && ambient::is_again() {
            return Err(Stop::Nested);
        }
        let drawn = self.wait.after(run.failed, Duration::from_nanos(run.previous));
        let drawn = drawn.ok_or(Stop::Pauses)?;
        run.previous = nanos(drawn);
        // What the failure asks for is never shortened: to come sooner is to be turned away again.
        let pause = drawn.max(asked.unwrap_or_default());
        self.affordable(run, pause)?;
        if let Some(budget) = self.budget {
            let paid = budget.withdraw(matches!(asks, Asks::TimedOut));
            run.paid = paid.ok_or(Stop::Budget)?;
        }
        Ok(pause)
    }

    /// Whether the attempt after `pause` begins in time.
    fn affordable(&self, run: &Run, pause: Duration) -> Result<(), Stop> {
        // Asked for in any case: a limit further out must have begun before the mark is put up.
        let deadline = ambient::deadline();
        if deadline.is_none() && self.max_elapsed.is_none() {
            return Ok(());
        }
        let next = clock::now() + pause;
        if deadline.is_some_and(|deadline| next >= deadline) {
            return Err(Stop::Deadline);
        }
        match self.max_elapsed {
            Some(max) if next >= Instant::from_nanos(run.began) + max => Err(Stop::Elapsed),
            _ => Ok(()),
        }
    }
}
