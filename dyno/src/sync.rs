//! The primitives the state machines are made of, so that a model checker can put in its own.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

/// A shared word.
// Not every machine needs all of it.
#[cfg_attr(not(all(feature = "breaker", feature = "limit")), allow(dead_code))]
pub(crate) trait Word {
    /// One that is zero.
    fn zero() -> Self;
    /// Reads it, ordered against nothing: all that the fast path needs.
    fn peek(&self) -> u64;
    /// Reads it, and all that was written before it was.
    fn read(&self) -> u64;
    /// Writes it, for those who read it and what was written before.
    fn write(&self, new: u64);
    /// Writes `new` if it still is `current`; `true` when it was.
    fn replace(&self, current: u64, new: u64) -> bool;
}

/// A word that counts, ordered against nothing but by a fence.
#[cfg(feature = "metrics")]
pub(crate) trait Counter: Word {
    /// Writes it.
    fn put(&self, new: u64);
    /// Adds to it; what it was.
    fn add(&self, more: u64) -> u64;
    /// Makes it as large as that, unless it is larger; what it was.
    fn raise(&self, to: u64) -> u64;
    /// Puts `new` in its place; what it was.
    fn swap(&self, new: u64) -> u64;
    /// All have the same order of what is before and after such fences.
    fn fence();
}

macro_rules! word {
    ($atomic:ty, $fence:path) => {
        impl Word for $atomic {
            fn zero() -> Self {
                Self::new(0)
            }

            #[inline]
            fn peek(&self) -> u64 {
                self.load(Ordering::Relaxed)
            }

            #[inline]
            fn read(&self) -> u64 {
                self.load(Ordering::Acquire)
            }

            #[inline]
            fn write(&self, new: u64) {
                self.store(new, Ordering::Release);
            }

            #[inline]
            fn replace(&self, current: u64, new: u64) -> bool {
                self.compare_exchange(current, new, Ordering::AcqRel, Ordering::Relaxed).is_ok()
            }
        }

        #[cfg(feature = "metrics")]
        impl Counter for $atomic {
            #[inline]
            fn put(&self, new: u64) {
                self.store(new, Ordering::Relaxed);
            }

            #[inline]
            fn add(&self, more: u64) -> u64 {
                self.fetch_add(more, Ordering::Relaxed)
            }

            #[inline]
            fn raise(&self, to: u64) -> u64 {
                self.fetch_max(to, Ordering::Relaxed)
            }

            #[inline]
            fn swap(&self, new: u64) -> u64 {
                <$atomic>::swap(self, new, Ordering::Relaxed)
            }

            #[inline]
            fn fence() {
                $fence(Ordering::SeqCst);
            }
        }
    };
}

word!(AtomicU64, std::sync::atomic::fence);
#[cfg(loom)]
word!(loom::sync::atomic::AtomicU64, loom::sync::atomic::fence);

/// A lock, under which no code of the user's runs.
#[cfg_attr(not(any(feature = "cache", feature = "limit")), allow(dead_code))]
pub(crate) trait Lock<T> {
    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R;
}

impl<T> Lock<T> for std::sync::Mutex<T> {
    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(loom)]
impl<T> Lock<T> for loom::sync::Mutex<T> {
    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
