//! Which targets of a table one pick has done with.

/// A bit for each target of a table, in one word: those whose places are 64 apart share one, so that
/// what is said of one may pass another by.
#[derive(Clone, Copy)]
pub(super) struct Marks(u64);

impl Marks {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self(u64::MAX);

    #[inline]
    pub(super) const fn has(self, at: usize) -> bool {
        self.0 & Self::bit(at) != 0
    }

    #[inline]
    pub(super) const fn put(&mut self, at: usize) {
        self.0 |= Self::bit(at);
    }

    #[inline]
    pub(super) const fn remove(&mut self, at: usize) {
        self.0 &= !Self::bit(at);
    }

    const fn bit(at: usize) -> u64 {
        1 << (at % 64)
    }
}
