//! What a breaker remembers of its calls, to take rates of.
//!
//! Two kinds, made when they are first used: the latest so many calls, or those of the latest so
//! long. Both belong to a generation, so that a breaker that closes starts with an empty one.

mod calls;
mod span;

use std::mem;

use once_cell::race::OnceBox;

use self::calls::{Calls, Size};
use self::span::{Part, Spans, Width};
use super::settings::{Settings, Share, Span};
use super::why::Why;
use crate::clock;
use crate::lanes::Lane;
use crate::sync::Word;

/// What a breaker has seen, for a [`Rule`](super::Rule) to judge: its window, and the failures in a
/// row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// Failures in a row.
    pub in_a_row: u32,
    /// Calls in the window.
    pub calls: u64,
    /// Of these, failed.
    pub failures: u64,
    /// Of these, slow.
    pub slow: u64,
}

/// How a call ended, in the eyes of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) failed: bool,
    pub(super) slow: bool,
}

#[derive(Debug)]
pub(super) struct Window<W> {
    calls: OnceBox<Calls<W>>,
    spans: OnceBox<Spans<W>>,
}

impl<W> Window<W> {
    pub(super) const fn new() -> Self {
        Self { calls: OnceBox::new(), spans: OnceBox::new() }
    }
}

impl<W: Word> Window<W> {
    fn calls(&self) -> &Calls<W> {
        self.calls.get_or_init(|| Box::new(Calls::new()))
    }

    /// A model checker does not see what is made on the way.
    #[cfg(loom)]
    pub(super) fn prepare(&self, calls: u32) {
        self.calls().prepare(Size(u64::from(calls)));
    }

    fn spans(&self) -> &Spans<W> {
        self.spans.get_or_init(|| Box::new(Spans::new()))
    }

    /// A call has ended well.
    #[inline]
    pub(super) fn success(&self, generation: u64, lane: Lane, settings: &Settings) {
        match settings.span() {
            Span::Calls(_) => self.calls().count(lane, generation),
            Span::Time(time) => {
                self.spans().count(lane, clock::coarse(), Width::of(time), generation);
            }
        }
    }

    /// A call has failed or was slow; why the breaker is to open, if a rate says so.
    pub(super) fn bad(
        &self,
        generation: u64,
        lane: Lane,
        end: End,
        settings: &Settings,
    ) -> Option<Why> {
        match settings.span() {
            Span::Calls(size) => {
                let (calls, size) = (self.calls(), Size(u64::from(size)));
                calls.count(lane, generation);
                calls.mark(generation, end.failed, end.slow, size);
                calls.judge(generation, size, end, settings)
            }
            Span::Time(time) => {
                let (spans, now, width) = (self.spans(), clock::coarse(), Width::of(time));
                let part = Part::at(now, width, generation);
                spans.count(lane, now, width, generation);
                spans.mark(part, end.failed, end.slow);
                spans.judge(part, width, end, settings)
            }
        }
    }

    /// The same, and nothing where no call has been counted yet.
    pub(super) fn seen_if_made(&self, generation: u64, settings: &Settings) -> Seen {
        let made = match settings.span() {
            Span::Calls(_) => self.calls.get().is_some(),
            Span::Time(_) => self.spans.get().is_some(),
        };
        if made { self.seen(generation, settings) } else { Seen::default() }
    }

    /// All that it holds.
    pub(super) fn seen(&self, generation: u64, settings: &Settings) -> Seen {
        match settings.span() {
            Span::Calls(size) => self.calls().seen(generation, Size(u64::from(size))),
            Span::Time(time) => {
                self.spans().seen(Part::at(clock::coarse(), Width::of(time), generation))
            }
        }
    }
}

impl<W: Word> Calls<W> {
    fn judge(&self, generation: u64, size: Size, end: End, settings: &Settings) -> Option<Why> {
        let fewest = u64::from(settings.least_calls());
        if let Some(limit) = settings.failure_share().filter(|_| end.failed) {
            if self.failed(limit, fewest, generation, size) {
                let seen = self.seen(generation, size);
                return Some(Why::failure_rate(seen.failures, seen.calls, limit));
            }
        }
        let (_, limit) = settings.slow_share().filter(|_| end.slow)?;
        self.slow(limit, fewest, generation, size).then(|| {
            let seen = self.seen(generation, size);
            Why::slow_rate(seen.slow, seen.calls, limit)
        })
    }
}

impl<W: Word> Spans<W> {
    fn judge(&self, now: Part, width: Width, end: End, settings: &Settings) -> Option<Why> {
        let fewest = u64::from(settings.least_calls());
        if let Some(limit) = settings.failure_share().filter(|_| end.failed) {
            if let Some((failures, calls)) = self.reach(limit, fewest, now, width, Self::failures) {
                return Some(Why::failure_rate(failures, calls, limit));
            }
        }
        let (_, limit) = settings.slow_share().filter(|_| end.slow)?;
        let (slow, calls) = self.reach(limit, fewest, now, width, Self::slow)?;
        Some(Why::slow_rate(slow, calls, limit))
    }

    /// How many of how many, when that is `limit` or more.
    fn reach(
        &self,
        limit: Share,
        fewest: u64,
        mut now: Part,
        width: Width,
        count: fn(&Self, Part) -> u64,
    ) -> Option<(u64, u64)> {
        loop {
            let bad = count(self, now);
            // Too few whatever the number of calls: most failures are done with here.
            if bad < limit.least(fewest) {
                return None;
            }
            let held = self.held(now);
            if held < fewest || bad < limit.least(held) {
                return None;
            }
            // A part that was counted anew meanwhile is missing from the one and not the other.
            let later = now.later(clock::coarse(), width);
            if mem::replace(&mut now, later) == later {
                return Some((bad, held));
            }
        }
    }
}
