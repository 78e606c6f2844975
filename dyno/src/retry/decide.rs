//! What follows a failure: all of it off the path of a first attempt that goes well.

use std::time::Duration;

use super::attempts::{Begins, Pause, Who};
use super::listen::Listener;
use super::{Budget, Retry};
use crate::ambient;
use crate::clock::{self, Instant, nanos};
use crate::outcome::Asks;
use crate::point::{Event, Stop};

/// Another attempt is to follow.
pub(super) struct Next {
    pub(super) pause: Pause,
    pub(super) paid: u32,
    pub(super) previous: u64,
}

#[cold]
#[inline(never)]
pub(super) fn failed(
    who: Who,
    retry: Retry,
    budget: Option<&Budget>,
    attempt: u32,
    began: u64,
    previous: u64,
    asks: Asks,
) -> Result<Next, Stop> {
    if retry.attempts == 0 {
        return Err(Stop::Attempts);
    }
    match retry.another(budget, attempt, began, previous, asks) {
        Ok((after, paid, previous)) => {
            let event = Event::Retry { attempt, after };
            who.tell(Some(&event), retry.listener, |listener, point| {
                listener.retry(point, attempt, after);
            });
            let next = attempt.saturating_add(1);
            let begins = retry.listener.map(|listener| Begins { who, listener, attempt: next });
            Ok(Next { pause: Pause { after, begins }, paid, previous })
        }
        Err(stop) => {
            let event = Event::GaveUp { attempts: attempt, why: stop };
            who.tell(Some(&event), retry.listener, |listener, point| {
                listener.gave_up(point, attempt, stop);
            });
            Err(stop)
        }
    }
}

#[cold]
#[inline(never)]
pub(super) fn succeeded(who: Who, listener: Option<&'static dyn Listener>, failed: u32) {
    let attempts = failed.saturating_add(1);
    let recovered = Event::Recovered { attempts };
    // The observers have no interest in calls that go well.
    let event = (failed != 0).then_some(&recovered);
    who.tell(event, listener, |listener, point| listener.succeeded(point, attempts));
}

impl Retry {
    /// The pause before another attempt, what it has cost and the pause by the rule, in nanoseconds;
    /// or why there is none.
    fn another(
        &self,
        budget: Option<&Budget>,
        failed: u32,
        began: u64,
        previous: u64,
        asks: Asks,
    ) -> Result<(Duration, u32, u64), Stop> {
        if failed >= self.attempts {
            return Err(Stop::Attempts);
        }
        let asked = match asks {
            asks if asks.is_late() && !self.timed_out => return Err(Stop::TimedOut),
            Asks::Rejected(..) if !self.rejected && !asks.is_late() => return Err(Stop::Rejected),
            Asks::Once => return Err(Stop::Once),
            Asks::Rejected(_, after) => after,
            Asks::After(after) => Some(after),
            Asks::Nothing | Asks::TimedOut => None,
        };
        // Later on the mark may be this retry's own.
        if failed == 1 && !self.nested && ambient::is_again() {
            return Err(Stop::Nested);
        }
        let drawn = self.wait.after(failed, Duration::from_nanos(previous)).ok_or(Stop::Pauses)?;
        // What the failure asks for is never shortened: to come sooner is to be turned away again.
        let pause = drawn.max(asked.unwrap_or_default());
        self.affordable(began, pause)?;
        let paid = match budget {
            Some(budget) => budget.withdraw(asks.is_late()).ok_or(Stop::Budget)?,
            None => 0,
        };
        Ok((pause, paid, nanos(drawn)))
    }

    /// Whether the attempt after `pause` begins in time.
    fn affordable(&self, began: u64, pause: Duration) -> Result<(), Stop> {
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
            Some(max) if next >= Instant::from_nanos(began) + max => Err(Stop::Elapsed),
            _ => Ok(()),
        }
    }
}
