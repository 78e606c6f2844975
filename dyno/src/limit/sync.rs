//! What the limits are made of, so that a model checker can put in its own.

use std::sync::atomic::Ordering;

/// A shared word.
pub(super) trait Word {
    /// Reads it, ordered against nothing.
    fn peek(&self) -> u64;
    /// Writes it, ordered against nothing.
    fn put(&self, new: u64);
    /// Writes `new` if it still is `current`, else tells what it is.
    fn replace(&self, current: u64, new: u64) -> Result<u64, u64>;
    /// Takes one off, for those who come after; what it was.
    fn less(&self) -> u64;
    /// Sets bits; what it was.
    fn set(&self, bits: u64) -> u64;
    /// Clears bits; what it was.
    fn clear(&self, bits: u64) -> u64;
}

macro_rules! word {
    ($atomic:ty) => {
        impl Word for $atomic {
            #[inline]
            fn peek(&self) -> u64 {
                self.load(Ordering::Relaxed)
            }

            #[inline]
            fn put(&self, new: u64) {
                self.store(new, Ordering::Relaxed);
            }

            #[inline]
            fn replace(&self, current: u64, new: u64) -> Result<u64, u64> {
                self.compare_exchange_weak(current, new, Ordering::AcqRel, Ordering::Relaxed)
            }

            #[inline]
            fn less(&self) -> u64 {
                self.fetch_sub(1, Ordering::AcqRel)
            }

            #[inline]
            fn set(&self, bits: u64) -> u64 {
                self.fetch_or(bits, Ordering::AcqRel)
            }

            #[inline]
            fn clear(&self, bits: u64) -> u64 {
                self.fetch_and(!bits, Ordering::AcqRel)
            }
        }
    };
}

word!(std::sync::atomic::AtomicU64);
#[cfg(loom)]
word!(loom::sync::atomic::AtomicU64);
