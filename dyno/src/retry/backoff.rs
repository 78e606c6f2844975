//! Pauses by a rule of one's own, and pauses for a loop of one's own.

use std::time::Duration;

use super::Retry;

/// A rule for pauses: a closure, or a type of one's own.
pub trait Backoff: Send + Sync {
    /// The pause after the `failed`-th attempt, from 1, `previous` being what this said last (zero at
    /// first), though the pause was longer where the failure asked for that. `None` ends the retry.
    fn pause(&self, failed: u32, previous: Duration) -> Option<Duration>;
}

impl<F: Fn(u32, Duration) -> Option<Duration> + Send + Sync> Backoff for F {
    fn pause(&self, failed: u32, previous: Duration) -> Option<Duration> {
        self(failed, previous)
    }
}

/// The pauses of a [schedule](Retry::schedule), one fewer than attempts.
#[derive(Clone, Debug)]
#[must_use = "an iterator does nothing until it is asked"]
pub struct Pauses {
    retry: Retry,
    failed: u32,
    previous: Duration,
    over: bool,
}

impl Pauses {
    pub(super) const fn new(retry: Retry) -> Self {
        Self { retry, failed: 0, previous: Duration::ZERO, over: false }
    }
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        if self.over || self.failed + 1 >= self.retry.attempts {
            return None;
        }
        self.failed += 1;
        let Some(pause) = self.retry.wait.after(self.failed, self.previous) else {
            self.over = true;
            return None;
        };
        self.previous = pause;
        Some(pause)
    }
}

impl std::iter::FusedIterator for Pauses {}
