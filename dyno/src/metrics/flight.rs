//! Calls in flight, lane by lane, and the most of them at a time.
//!
//! Nobody adds up all lanes at every call: who has more on its lane than before in this turn does, and
//! so somebody does whenever there are more in all.

use std::sync::atomic::AtomicU64;

use crate::sync::Counter;

/// Those of one lane.
pub(super) struct Flight<W = AtomicU64> {
    /// Calls that began here less those that ended here; below zero where they end elsewhere.
    calls: W,
    /// The most of them in a turn: the turn above, the number below.
    peak: W,
}

/// The most of all lanes at a time.
pub(super) struct Peak<W = AtomicU64> {
    /// How often it has been begun anew.
    turn: W,
    /// The most in this turn, as far as somebody looked.
    most: W,
}

impl<W: Counter> Flight<W> {
    pub(super) fn new() -> Self {
        Self { calls: W::zero(), peak: W::zero() }
    }

    /// A call begins; `true` when there are more at a time than before in this turn.
    #[inline]
    pub(super) fn begin(&self, own: bool, peak: &Peak<W>) -> bool {
        let calls = add(&self.calls, own, 1);
        height(peak.turn.peek(), calls) > self.peak.peek()
    }

    /// A call has ended.
    #[inline]
    pub(super) fn end(&self, own: bool) {
        add(&self.calls, own, u64::MAX);
    }

    pub(super) fn calls(&self) -> u64 {
        self.calls.peek()
    }
}

impl<W: Counter> Peak<W> {
    pub(super) fn new() -> Self {
        Self { turn: W::zero(), most: W::zero() }
    }

    /// There are more calls on this lane than before: perhaps there are more than ever.
    #[cold]
    pub(super) fn look(&self, lane: &Flight<W>, in_flight: impl FnOnce() -> u64) {
        lane.peak.raise(height(self.turn.peek(), lane.calls.peek()));
        // Of two that begin at the same moment, one sees both.
        W::fence();
        self.most.raise(in_flight());
    }

    /// The most in the turn that ends here, after which so many are in flight.
    pub(super) fn turn(&self, in_flight: impl FnOnce() -> u64) -> (u64, u64) {
        // First: who begins a call from now on looks at how many there are.
        self.turn.add(1);
        let ended = self.most.swap(0);
        // Who looked before that has been seen to begin, and who looks later raises it again.
        W::fence();
        let in_flight = in_flight();
        self.most.raise(in_flight);
        (ended, in_flight)
    }

    /// The most in this turn, of which so many are in flight now.
    pub(super) fn most(&self, in_flight: u64) -> u64 {
        self.most.raise(in_flight).max(in_flight)
    }
}

/// Adds to a word, and what it is then: on an own lane nobody else writes it.
#[inline]
fn add<W: Counter>(word: &W, own: bool, more: u64) -> u64 {
    if own {
        let sum = word.peek().wrapping_add(more);
        word.put(sum);
        sum
    } else {
        word.add(more).wrapping_add(more)
    }
}

/// A later turn is higher than any number of calls, and a negative number lower than none.
#[inline]
fn height(turn: u64, calls: u64) -> u64 {
    (turn << 32) | ((calls & 0xffff_ffff) ^ 0x8000_0000)
}
