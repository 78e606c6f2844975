//! The latest so many calls.
//!
//! No ring of outcomes: every thread counts its calls on a lane of its own, and what failed (or was
//! slow) is remembered by its number among all calls. The share of failures in the window is at
//! least `m` of `n` exactly when the `m`-th last failure is one of the last `n` calls: one look.
//! A call that goes well writes one word that no other thread writes.
//!
//! Memory: 128 bytes a lane, and 8 bytes for every failure that the window can hold, which is
//! taken as it is needed.

use std::iter;

use once_cell::race::OnceBox;

use super::super::settings::Share;
use super::Seen;
use crate::lanes::{self, Lane, Line, Split};
use crate::sync::Word;

const SPLIT: Split = Split { count: 40, lap: 0 };
/// The generation as far as a word has room for it.
const TAGS: u64 = 1 << 24;

/// All calls, counted by lanes, and the numbers of those that stand out.
#[derive(Debug)]
pub(super) struct Calls<W> {
    all: Vec<Line<W>>,
    failed: Marks<W>,
    slow: Marks<W>,
}

/// How large the window is.
#[derive(Clone, Copy)]
pub(super) struct Size(pub(super) u64);

impl<W: Word> Calls<W> {
    pub(super) fn new() -> Self {
        // A model checker looks at every word: as few as it takes.
        let lanes = if cfg!(loom) { 2 } else { lanes::count() };
        Self {
            all: iter::repeat_with(|| Line(W::zero())).take(lanes).collect(),
            failed: Marks::new(),
            slow: Marks::new(),
        }
    }

    /// One call has ended.
    #[inline]
    pub(super) fn count(&self, lane: Lane, generation: u64) {
        let Some(Line(word)) = self.all.get(lane.index) else { return };
        let tag = generation % TAGS;
        if lane.own {
            SPLIT.count_alone(word, tag);
        } else {
            SPLIT.count(word, tag);
        }
    }

    /// The call that was counted last by this thread failed, or was slow.
    pub(super) fn mark(&self, generation: u64, failed: bool, slow: bool, size: Size) {
        let tag = generation % TAGS;
        let number = self.total(tag);
        if failed {
            self.failed.push(tag, number, size);
        }
        if slow {
            self.slow.push(tag, number, size);
        }
    }

    /// Failures are `limit` of the calls in the window or more, which holds at least `fewest`.
    pub(super) fn failed(&self, limit: Share, fewest: u64, generation: u64, size: Size) -> bool {
        let tag = generation % TAGS;
        self.failed.reach(limit, fewest, tag, || self.total(tag), size)
    }

    /// The same for slow calls.
    pub(super) fn slow(&self, limit: Share, fewest: u64, generation: u64, size: Size) -> bool {
        let tag = generation % TAGS;
        self.slow.reach(limit, fewest, tag, || self.total(tag), size)
    }

    /// All that the window holds.
    pub(super) fn seen(&self, generation: u64, size: Size) -> Seen {
        let tag = generation % TAGS;
        let total = || self.total(tag);
        let failures = self.failed.held(tag, total, size);
        let slow = self.slow.held(tag, total, size);
        Seen { in_a_row: 0, calls: total().min(size.0), failures, slow }
    }

    /// A model checker does not see what is made on the way.
    #[cfg(loom)]
    pub(super) fn prepare(&self, size: Size) {
        for index in 0..size.0 {
            self.failed.slot(index, size);
            self.slow.slot(index, size);
        }
    }

    fn total(&self, tag: u64) -> u64 {
        self.all.iter().filter_map(|Line(word)| SPLIT.count_of(word.read(), tag)).sum()
    }
}

/// The numbers of the calls that stand out, the last ones of each generation.
#[derive(Debug)]
struct Marks<W> {
    count: W,
    /// The first that may still be in the window.
    oldest: W,
    blocks: [OnceBox<Vec<W>>; BLOCKS],
}

/// Blocks double in size, from 64: together more than the largest window.
const BLOCKS: usize = 11;
const SMALLEST: usize = if cfg!(loom) { 2 } else { 64 };

impl<W: Word> Marks<W> {
    fn new() -> Self {
        Self { count: W::zero(), oldest: W::zero(), blocks: [const { OnceBox::new() }; BLOCKS] }
    }

    /// The call of this number stands out.
    fn push(&self, tag: u64, number: u64, size: Size) {
        let index = SPLIT.count(&self.count, tag);
        self.slot(index, size).write(SPLIT.tag(tag) | number);
    }

    /// Of the last `size` calls, `limit` or more stand out.
    fn reach(
        &self,
        limit: Share,
        fewest: u64,
        tag: u64,
        total: impl Fn() -> u64,
        size: Size,
    ) -> bool {
        loop {
            let count = self.settled(tag);
            // After the marks: a call is counted before it is marked, so none has a higher number.
            let total = total();
            let held = total.min(size.0);
            if held < fewest {
                return false;
            }
            let Some(index) = count.checked_sub(limit.least(held)) else { return false };
            if total <= size.0 {
                return true;
            }
            let number = SPLIT.count_of(self.slot(index, size).read(), tag);
            // Others may have gone round since: then it is the number of another mark.
            let now = SPLIT.count_of(self.count.read(), tag).unwrap_or(0);
            if now.saturating_sub(index) <= size.0 {
                return number.is_some_and(|number| number + size.0 > total);
            }
        }
    }

    /// How many of the last `size` calls stand out. What has left the window is passed over once.
    fn held(&self, tag: u64, total: impl Fn() -> u64, size: Size) -> u64 {
        let count = self.settled(tag);
        let total = total();
        let known = SPLIT.count_of(self.oldest.read(), tag).unwrap_or(0);
        let mut oldest = known.max(count.saturating_sub(size.0));
        while oldest < count && !self.is_within(oldest, tag, total, size) {
            oldest += 1;
        }
        self.oldest.write(SPLIT.tag(tag) | oldest);
        count.saturating_sub(oldest)
    }

    /// A mark that is only just being made is within.
    fn is_within(&self, index: u64, tag: u64, total: u64, size: Size) -> bool {
        let number = SPLIT.count_of(self.slot(index, size).read(), tag);
        // Calls are numbered from 1: nothing is written yet where there is a 0.
        number.is_none_or(|number| number == 0 || number + size.0 > total)
    }

    /// How many there are, read by a read-modify-write: of two threads that mark at the same moment
    /// the one that comes here later sees the marks of both, so that neither overlooks the other's.
    fn settled(&self, tag: u64) -> u64 {
        loop {
            let word = self.count.read();
            if self.count.replace(word, word) {
                return SPLIT.count_of(word, tag).unwrap_or(0);
            }
        }
    }

    fn slot(&self, index: u64, size: Size) -> &W {
        let at = usize::try_from(index % size.0).unwrap_or(0) / SMALLEST + 1;
        let block = at.ilog2() as usize;
        let first = ((1 << block) - 1) * SMALLEST;
        let block = self.blocks[block]
            .get_or_init(|| Box::new(iter::repeat_with(W::zero).take(SMALLEST << block).collect()));
        &block[usize::try_from(index % size.0).unwrap_or(0) - first]
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    #[test]
    fn blocks_hold_the_largest_window() {
        let size = Size(u64::from(super::super::super::check::WINDOW));
        let marks = Marks::<AtomicU64>::new();
        for index in [0, 63, 64, 191, 192, size.0 - 1, size.0] {
            marks.slot(index, size).write(index);
            assert_eq!(marks.slot(index, size).read(), index);
        }
        assert_eq!(marks.slot(size.0, size).read(), marks.slot(0, size).read());
    }

    #[test]
    fn it_agrees_with_a_ring_of_outcomes() {
        let mut dice = fastrand::Rng::with_seed(7);
        for size in [1_u64, 2, 7, 64, 100] {
            let (calls, lane) = (Calls::<AtomicU64>::new(), Lane { index: 0, own: true });
            let mut ring = std::collections::VecDeque::new();
            // Miri takes its time.
            for _ in 0..if cfg!(miri) { 30 } else { 1000 } {
                let (failed, slow) = (dice.u8(..10) < 3, dice.u8(..10) < 2);
                calls.count(lane, 5);
                if failed || slow {
                    calls.mark(5, failed, slow, Size(size));
                }
                ring.push_back((failed, slow));
                if ring.len() as u64 > size {
                    ring.pop_front();
                }
                let failures = ring.iter().filter(|(failed, _)| *failed).count() as u64;
                let slow = ring.iter().filter(|(_, slow)| *slow).count() as u64;
                let seen = Seen { in_a_row: 0, calls: ring.len() as u64, failures, slow };
                assert_eq!(calls.seen(5, Size(size)), seen);
                for limit in [0.1, 0.3, 0.5, 1.0] {
                    let limit = Share::of(limit);
                    let least = limit.least(seen.calls);
                    let enough = seen.calls >= 5.min(size);
                    let reached = calls.failed(limit, 5.min(size), 5, Size(size));
                    assert_eq!(reached, enough && failures >= least, "{least} of {size}");
                    let reached = calls.slow(limit, 5.min(size), 5, Size(size));
                    assert_eq!(reached, enough && slow >= least, "{least} of {size}");
                }
            }
            assert_eq!(calls.seen(6, Size(size)).calls, 0, "another generation starts anew");
        }
    }

    #[test]
    fn who_is_late_wipes_nothing_out() {
        let (calls, lane) = (Calls::<AtomicU64>::new(), Lane { index: 0, own: false });
        let fail = |generation| {
            calls.count(lane, generation);
            calls.mark(generation, true, false, Size(100));
        };
        (0..19).for_each(|_| fail(3));
        fail(1);
        let seen = calls.seen(3, Size(100));
        assert_eq!((seen.calls, seen.failures), (19, 19));
        fail(4);
        assert_eq!(calls.seen(4, Size(100)).calls, 1, "a later one begins anew");
        // Generations go round: what was not used for so long is not taken for a later one.
        fail(TAGS + 3);
        assert_eq!(calls.seen(TAGS + 3, Size(100)).calls, 0, "4 is one ahead of it");
        fail(TAGS / 2 + 3);
        assert_eq!(calls.seen(TAGS / 2 + 3, Size(100)).calls, 1);
    }
}
