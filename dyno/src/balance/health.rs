//! Whether a target is called or passed over, and how much of its share it gets when it is back.

use std::time::Duration;

use crate::sync::Word;

/// The least share of its calls that a target gets when it is back.
pub(super) const LEAST_WARMTH: f64 = 0.1;

/// Since when a target is passed over, or is called again.
#[derive(Debug)]
pub(super) struct Standing<W> {
    /// When it was passed over first, and which of those that are it was; 0: it is called.
    out: W,
    /// When it was back; 0: it has never been out, or that is long past.
    back: W,
}

impl<W: Word> Standing<W> {
    pub(super) fn new() -> Self {
        Self { out: W::zero(), back: W::zero() }
    }

    /// It is called: one load.
    #[inline]
    pub(super) fn is_in(&self) -> bool {
        self.out.peek() == 0
    }

    /// The smaller, the longer it has been out; 0: it is called.
    pub(super) fn out_since(&self) -> u64 {
        self.out.peek()
    }

    /// It is new among others since then; 0: they are new as well.
    pub(super) fn begin(&self, now: u64) {
        self.back.write(now);
    }

    /// Goes after a breaker that `passes` calls or not, until both agree; `tell` is told of each
    /// change: how long it was out, where it comes back.
    pub(super) fn follow(
        &self,
        passes: impl Fn() -> bool,
        now: impl Fn() -> u64,
        mut tell: impl FnMut(Option<Duration>),
    ) {
        while self.is_in() != passes() {
            if self.is_in() {
                if self.leave(now()) {
                    tell(None);
                }
            } else if let Some(out) = self.come_back(now()) {
                tell(Some(out));
            }
        }
    }

    /// Out from now on; `true` for the one caller that has done it.
    fn leave(&self, now: u64) -> bool {
        self.out.replace(0, now.max(1))
    }

    /// Called again from now on; how long it was out, for the one caller that has done it.
    fn come_back(&self, now: u64) -> Option<Duration> {
        let since = self.out.read();
        if since == 0 {
            return None;
        }
        self.back.write(now.max(1));
        let mine = self.out.replace(since, 0);
        mine.then(|| Duration::from_nanos(now.saturating_sub(since)))
    }

    /// The share of its calls that it gets, above 0 to 1.
    #[inline]
    pub(super) fn warmth(&self, now: u64, slow_start: u64) -> f64 {
        let back = self.back.peek();
        if back == 0 { 1.0 } else { self.warming(back, now, slow_start) }
    }

    #[cold]
    fn warming(&self, back: u64, now: u64, slow_start: u64) -> f64 {
        let passed = now.saturating_sub(back);
        if passed >= slow_start {
            self.back.replace(back, 0);
            return 1.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let share = passed as f64 / slow_start as f64;
        share.max(LEAST_WARMTH)
    }
}
