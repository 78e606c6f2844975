//! The calls of the latest so long.
//!
//! Ten parts that take turns, each with its counts; a part that is too old is counted anew by the
//! first who comes. Every thread counts calls on a lane of its own; the few that fail or are slow
//! are counted in one place, so that a failure that cannot matter costs a look at ten words.
//!
//! Memory: two cache lines a lane.

use std::iter;

use super::super::sync::Word;
use super::lanes::{self, Lane};
use super::tagged::Split;
use super::{Line, Seen};
use crate::clock::Instant;

const PARTS: u64 = 10;
const SPLIT: Split = Split { count: 28 };

/// A moment in parts of the window, and the generation: what a part's counts belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    number: u64,
    generation: u64,
}

impl Part {
    /// That of a moment, where the window lasts `nanos`.
    #[inline]
    pub(super) fn at(now: Instant, nanos: u64, generation: u64) -> Self {
        Self { number: now.as_nanos() / (nanos / PARTS).max(1), generation }
    }

    fn index(self) -> usize {
        usize::try_from(self.number % PARTS).unwrap_or(0)
    }

    /// Of the generation as much as fits (16 bits), and which time round it is (20 bits).
    fn tag(self) -> u64 {
        ((self.generation & 0xffff) << 20) | ((self.number / PARTS) & 0xf_ffff)
    }

    /// The parts of the window, this one and those before.
    fn window(self) -> impl Iterator<Item = Self> {
        (0..PARTS)
            .filter_map(move |back| Some(Self { number: self.number.checked_sub(back)?, ..self }))
    }
}

#[derive(Debug)]
struct Parts<W>([W; PARTS as usize]);

impl<W: Word> Parts<W> {
    fn new() -> Self {
        Self(std::array::from_fn(|_| W::zero()))
    }

    fn held(&self, now: Part) -> u64 {
        now.window().filter_map(|p| SPLIT.count_of(self.0[p.index()].read(), p.tag())).sum()
    }

    #[inline]
    fn count(&self, own: bool, part: Part) {
        let word = &self.0[part.index()];
        if own {
            SPLIT.count_alone(word, part.tag());
        } else {
            SPLIT.count(word, part.tag());
        }
    }
}

/// All calls by lanes and parts, and those that stand out by parts.
#[derive(Debug)]
pub(super) struct Spans<W> {
    all: Vec<Line<Parts<W>>>,
    failed: Line<Parts<W>>,
    slow: Line<Parts<W>>,
}

impl<W: Word> Spans<W> {
    pub(super) fn new() -> Self {
        let line = || Line(Parts::new());
        let all = iter::repeat_with(line).take(lanes::count()).collect();
        Self { all, failed: line(), slow: line() }
    }

    /// One call has ended.
    #[inline]
    pub(super) fn count(&self, lane: Lane, part: Part) {
        if let Some(Line(parts)) = self.all.get(lane.index) {
            parts.count(lane.own, part);
        }
    }

    /// It failed, or was slow.
    pub(super) fn mark(&self, part: Part, failed: bool, slow: bool) {
        if failed {
            self.failed.0.count(false, part);
        }
        if slow {
            self.slow.0.count(false, part);
        }
    }

    pub(super) fn failures(&self, now: Part) -> u64 {
        self.failed.0.held(now)
    }

    pub(super) fn slow(&self, now: Part) -> u64 {
        self.slow.0.held(now)
    }

    pub(super) fn held(&self, now: Part) -> u64 {
        self.all.iter().map(|Line(parts)| parts.held(now)).sum()
    }

    pub(super) fn seen(&self, now: Part) -> Seen {
        let (calls, failures, slow) = (self.held(now), self.failures(now), self.slow(now));
        Seen { in_a_row: 0, calls, failures, slow }
    }
}
