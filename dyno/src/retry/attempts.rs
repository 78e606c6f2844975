//! The count of attempts that an expansion keeps.

use std::panic::Location;
use std::time::Duration;

use super::Retry;
use crate::clock;
use crate::outcome::Verdict;
use crate::point::{self, Event, Point};

/// The attempts of one call: plain data; the clock and the dice are touched after a failure only.
#[derive(Debug)]
pub struct Attempts {
    who: Who,
    retry: Retry,
    failed: u32,
}

#[derive(Clone, Copy, Debug)]
enum Who {
    Point(&'static Point),
    Inline(&'static Location<'static>),
}

impl Attempts {
    /// None made yet.
    #[inline]
    #[must_use]
    pub const fn start(point: &'static Point, retry: Retry) -> Self {
        Self { who: Who::Point(point), retry, failed: 0 }
    }

    pub(super) const fn inline(at: &'static Location<'static>, retry: Retry) -> Self {
        Self { who: Who::Inline(at), retry, failed: 0 }
    }

    /// Takes note of an attempt; `Some` when another one is to follow after the pause.
    #[inline]
    pub fn next(&mut self, verdict: Verdict) -> Option<Pause> {
        // The slow paths take copies: lent to them, the count could not stay in registers.
        if matches!(verdict, Verdict::Failure) {
            self.failed += 1;
            return failed(self.who, self.retry, self.failed);
        }
        if self.failed != 0 && matches!(verdict, Verdict::Success) {
            recovered(self.who, self.failed + 1);
        }
        None
    }
}

#[cold]
fn failed(who: Who, retry: Retry, attempt: u32) -> Option<Pause> {
    if attempt >= retry.attempts {
        who.tell(&Event::GaveUp { attempts: attempt, why: point::Stop::Attempts });
        return None;
    }
    let after = retry.wait.after(attempt);
    who.tell(&Event::Retry { attempt, after });
    Some(Pause(after))
}

#[cold]
fn recovered(who: Who, attempts: u32) {
    who.tell(&Event::Recovered { attempts });
}

impl Who {
    fn tell(self, event: &Event<'_>) {
        if !point::observed() {
            return;
        }
        match self {
            Self::Point(point) => point::emit(point.name(), event),
            Self::Inline(at) => point::emit(&format!("{}:{}", at.file(), at.line()), event),
        }
    }
}

/// The pause before the next attempt.
#[derive(Debug)]
#[must_use = "the next attempt follows after the pause"]
pub struct Pause(Duration);

impl Pause {
    /// Blocks the thread.
    pub fn block(self) {
        clock::sleep(self.0);
    }

    /// Waits without blocking the thread.
    pub async fn sleep(self) {
        if !self.0.is_zero() {
            clock::sleep_async(self.0).await;
        }
    }
}
