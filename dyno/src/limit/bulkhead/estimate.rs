//! How long it takes until a place becomes free.
//!
//! From the moment when a call is not let in at once to the next one that leaves, smoothed: a quarter
//! of each new span, three of what was known before. Where nobody has to wait nothing is measured.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock;

pub(super) struct Estimate {
    /// Since when somebody would like to come in, in nanoseconds.
    since: AtomicU64,
    /// Nanoseconds; 0: it is not known yet.
    span: AtomicU64,
}

impl Estimate {
    pub(super) const fn new() -> Self {
        Self { since: AtomicU64::new(0), span: AtomicU64::new(0) }
    }

    /// Somebody is not let in at once.
    pub(super) fn begin(&self) {
        self.since.store(clock::now().as_nanos(), Ordering::Relaxed);
    }

    /// A place has become free.
    pub(super) fn end(&self) {
        let since = self.since.load(Ordering::Relaxed);
        let span = clock::now().as_nanos().saturating_sub(since).max(1);
        let before = self.span.load(Ordering::Relaxed);
        // What two threads make of it at a time may be lost: so be it.
        let now = if before == 0 { span } else { before - before / 4 + span / 4 };
        self.span.store(now, Ordering::Relaxed);
    }

    pub(super) fn span(&self) -> Option<Duration> {
        match self.span.load(Ordering::Relaxed) {
            0 => None,
            span => Some(Duration::from_nanos(span)),
        }
    }
}
