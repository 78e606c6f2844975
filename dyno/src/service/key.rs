//! One key for all attempts of a call.

use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// What tells the attempts of one call from those of another: the same for all of them, so that a
/// dependency that knows it does nothing twice.
///
/// It shows as a UUID of version 4 (RFC 9562), as the header `Idempotency-Key` takes it.
///
/// ```
/// use dyno::service::IdempotencyKey;
///
/// let key = IdempotencyKey::new();
/// assert_ne!(key, IdempotencyKey::new());
/// assert_eq!(key.to_string().len(), "6f1c9a52-7f7b-4c1e-9d39-0a8f5d3f2b11".len());
/// assert_eq!(IdempotencyKey::from(key.as_u128()), key);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(u128);

/// The version and the variant of a random UUID.
const FIXED: u128 = 0xf000_c000_0000_0000_0000;
const VERSION: u128 = 0x4000_8000_0000_0000_0000;

impl IdempotencyKey {
    /// One that no other call has.
    #[inline]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a default value is always the same")]
    pub fn new() -> Self {
        Self::drawn(draw())
    }

    /// The one of what was [drawn](draw): always the same.
    pub(super) fn drawn(number: u64) -> Self {
        Self::from(bits(number))
    }

    /// Its bits.
    #[inline]
    #[must_use]
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

#[cfg(feature = "http")]
impl IdempotencyKey {
    /// That of one of the parts of what it stands for; the first has the key itself.
    #[expect(clippy::cast_possible_truncation, reason = "one half each")]
    pub(crate) const fn of_part(self, number: u64) -> Self {
        if number == 0 {
            return self;
        }
        let (high, low) = ((self.0 >> 64) as u64, self.0 as u64);
        let number = mix(number);
        let bits = (mix(high ^ number) as u128) << 64 | mix(low.wrapping_add(number)) as u128;
        Self(bits & !FIXED | VERSION)
    }
}

impl From<u128> for IdempotencyKey {
    /// The version and the variant of a random UUID take the place of six bits.
    #[inline]
    fn from(bits: u128) -> Self {
        Self(bits & !FIXED | VERSION)
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            bits >> 96,
            bits >> 80 & 0xffff,
            bits >> 64 & 0xffff,
            bits >> 48 & 0xffff,
            bits & 0xffff_ffff_ffff,
        )
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdempotencyKey({self})")
    }
}

/// A number that no other call of this process draws. Most calls never ask for their key: it is made
/// of the number when one does, by [`bits`].
#[inline]
pub(super) fn draw() -> u64 {
    thread_local! {
        static NEXT: Cell<u64> = const { Cell::new(0) };
    }
    let number = NEXT.try_with(|next| {
        let number = next.get();
        // A thread's numbers end where those of another may begin.
        let number = if number & LAST == 0 { block() } else { number };
        next.set(number + 1);
        number
    });
    number.unwrap_or_else(|_| block())
}

/// 128 bits that no other number of this process gives, nor, as likely as random ones, that of another.
///
/// Not from the generator of the dice: its state is half as large, so that of keys drawn in many
/// processes two would be the same much too soon. The number is mixed with what the operating system
/// gave the process.
pub(super) fn bits(number: u64) -> u128 {
    let (low, high) = *base();
    u128::from(mix(high ^ mix(number))) << 64 | u128::from(mix(low.wrapping_add(number)))
}

/// How many numbers a thread takes at a time, less one.
const LAST: u64 = (1 << 20) - 1;

/// The first of a thread's next numbers; the one before is left out, as it tells that there are none.
#[cold]
fn block() -> u64 {
    static BLOCKS: AtomicU64 = AtomicU64::new(0);
    (BLOCKS.fetch_add(1, Ordering::Relaxed) << 20) + 1
}

/// What the operating system gave the process.
fn base() -> &'static (u64, u64) {
    static BASE: OnceLock<(u64, u64)> = OnceLock::new();
    BASE.get_or_init(|| {
        let random = RandomState::new();
        (random.hash_one(0_u8), random.hash_one(1_u8))
    })
}

/// The finalizer of `SplitMix64` (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number
/// Generators", 2014): no two numbers become the same.
#[inline]
const fn mix(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{IdempotencyKey, bits, draw};

    #[test]
    fn it_shows_as_a_random_uuid() {
        let key = IdempotencyKey::from(u128::MAX);
        assert_eq!(key.to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(IdempotencyKey::from(0).to_string(), "00000000-0000-4000-8000-000000000000");
        assert_eq!(IdempotencyKey::from(key.as_u128()), key);
    }

    #[test]
    fn no_two_are_the_same_on_any_thread() {
        let draw = || (0..10_000).map(|_| IdempotencyKey::new()).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(draw)).collect();
        let drawn = threads.into_iter().flat_map(|thread| thread.join().expect("it ends"));
        assert_eq!(drawn.collect::<HashSet<_>>().len(), 40_000);
    }

    #[test]
    #[cfg(feature = "http")]
    fn each_part_has_a_key_of_its_own_and_the_same_each_time() {
        let (one, other) = (IdempotencyKey::new(), IdempotencyKey::new());
        let parts = |key: IdempotencyKey| (0..100).map(move |number| key.of_part(number));
        let all: HashSet<_> = parts(one).chain(parts(other)).collect();
        assert_eq!(all.len(), 200);
        assert!(one.of_part(0) == one && parts(one).eq(parts(one)));
    }

    #[test]
    fn bits_are_even() {
        let mut ones = [0_u32; 128];
        for _ in 0..4096 {
            let key = bits(draw());
            ones.iter_mut().enumerate().for_each(|(bit, ones)| *ones += (key >> bit & 1) as u32);
        }
        // 2048, give or take 6 standard deviations.
        assert!(ones.iter().all(|ones| ones.abs_diff(2048) < 192), "{ones:?}");
    }
}
