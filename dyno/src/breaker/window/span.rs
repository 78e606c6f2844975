//! The calls of the latest so long.
//!
//! Ten parts that take turns, each with its counts; a part that is too old is counted anew by the
//! first who comes. Every thread counts calls on a lane of its own; the few that fail or are slow
//! are counted in one place, so that a failure that cannot matter costs a look at ten words.
//!
//! Memory: 128 bytes a lane.

use std::iter;
use std::time::Duration;

use super::Seen;
use crate::clock::Instant;
use crate::lanes::{self, Lane, Line, Split};
use crate::sync::Word;

const PARTS: u64 = COUNT as u64;
const COUNT: usize = 10;
const SPLIT: Split = Split { count: 28, lap: 20 };
/// The bits of a part's number, where a generation stands above it.
const NUMBER: u32 = 36;

/// A moment in parts of the window, and the generation: what a part's counts belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    number: u64,
    generation: u64,
}

/// How long a part lasts, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Width(u64);

impl Width {
    #[inline]
    pub(super) fn of(window: Duration) -> Self {
        // A window lasts 100 ms or more, and 584 years are as good as for ever.
        let seconds = window.as_secs().saturating_mul(1_000_000_000);
        Self(seconds.saturating_add(u64::from(window.subsec_nanos())) / PARTS)
    }
}

impl Part {
    /// That of a moment.
    #[inline]
    pub(super) fn at(now: Instant, width: Width, generation: u64) -> Self {
        Self { number: now.as_nanos() / width.0.max(1), generation }
    }

    /// That of a later moment, in the same generation.
    pub(super) fn later(self, now: Instant, width: Width) -> Self {
        Self::at(now, width, self.generation)
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
struct Parts<W>([W; COUNT]);

impl<W: Word> Parts<W> {
    fn new() -> Self {
        Self(std::array::from_fn(|_| W::zero()))
    }

    fn held(&self, now: Part) -> u64 {
        now.window().filter_map(|p| SPLIT.count_of(self.0[p.index()].read(), p.tag())).sum()
    }

    #[inline]
    fn word(&self, part: Part) -> &W {
        &self.0[part.index()]
    }
}

/// The calls of one lane.
#[derive(Debug)]
struct LaneParts<W> {
    parts: Parts<W>,
    /// The part that its thread counted in last, and when that began: most calls come in the same
    /// one, and are spared a division.
    part: W,
    began: W,
}

impl<W: Word> LaneParts<W> {
    fn new() -> Self {
        Self { parts: Parts::new(), part: W::zero(), began: W::zero() }
    }

    /// For the one thread that has this lane.
    #[inline]
    fn part(&self, now: Instant, width: Width, generation: u64) -> Part {
        let known = self.part.peek();
        let passed = now.as_nanos().wrapping_sub(self.began.peek());
        if known >> NUMBER == generation && passed < width.0 && known != 0 {
            return Part { number: known & ((1 << NUMBER) - 1), generation };
        }
        let part = Part::at(now, width, generation);
        self.part.write((generation << NUMBER) | part.number);
        self.began.write(part.number * width.0);
        part
    }
}

/// All calls by lanes and parts, and those that stand out by parts.
#[derive(Debug)]
pub(super) struct Spans<W> {
    all: Vec<Line<LaneParts<W>>>,
    failed: Line<Parts<W>>,
    slow: Line<Parts<W>>,
}

impl<W: Word> Spans<W> {
    pub(super) fn new() -> Self {
        let all = iter::repeat_with(|| Line(LaneParts::new())).take(lanes::count()).collect();
        Self { all, failed: Line(Parts::new()), slow: Line(Parts::new()) }
    }

    /// One call has ended.
    #[inline]
    pub(super) fn count(&self, lane: Lane, now: Instant, width: Width, generation: u64) {
        let Some(Line(calls)) = self.all.get(lane.index) else { return };
        if lane.own {
            let part = calls.part(now, width, generation);
            SPLIT.count_alone(calls.parts.word(part), part.tag());
        } else {
            let part = Part::at(now, width, generation);
            SPLIT.count(calls.parts.word(part), part.tag());
        }
    }

    /// It failed, or was slow.
    pub(super) fn mark(&self, part: Part, failed: bool, slow: bool) {
        if failed {
            SPLIT.count(self.failed.0.word(part), part.tag());
        }
        if slow {
            SPLIT.count(self.slow.0.word(part), part.tag());
        }
    }

    pub(super) fn failures(&self, now: Part) -> u64 {
        self.failed.0.held(now)
    }

    pub(super) fn slow(&self, now: Part) -> u64 {
        self.slow.0.held(now)
    }

    pub(super) fn held(&self, now: Part) -> u64 {
        self.all.iter().map(|Line(calls)| calls.parts.held(now)).sum()
    }

    pub(super) fn seen(&self, now: Part) -> Seen {
        let (calls, failures, slow) = (self.held(now), self.failures(now), self.slow(now));
        Seen { in_a_row: 0, calls, failures, slow }
    }
}
