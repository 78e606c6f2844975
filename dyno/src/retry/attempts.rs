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

#[derive(Debug)]
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
        if matches!(verdict, Verdict::Failure) {
            return self.failure();
        }
        if self.failed != 0 && matches!(verdict, Verdict::Success) {
            self.recovered();
        }
        None
    }

    #[cold]
    fn failure(&mut self) -> Option<Pause> {
        self.failed += 1;
        if self.failed >= self.retry.attempts {
            self.tell(&Event::GaveUp { attempts: self.failed });
            return None;
        }
        let after = self.retry.wait.after(self.failed);
        self.tell(&Event::Retry { attempt: self.failed, after });
        Some(Pause(after))
    }

    #[cold]
    fn recovered(&self) {
        self.tell(&Event::Recovered { attempts: self.failed + 1 });
    }

    fn tell(&self, event: &Event<'_>) {
        if !point::observed() {
            return;
        }
        match self.who {
            Who::Point(point) => point::emit(point.name(), event),
            Who::Inline(at) => point::emit(&format!("{}:{}", at.file(), at.line()), event),
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
