//! Keys that stick to their targets: rendezvous hashing.
//!
//! Each target has a score for each key, and the highest one wins; so only the keys of a target that
//! goes away move, and they spread over all others. (Thaler and Ravishankar, "Using name-based
//! mappings to increase hit rates", 1998; the weights by logarithms are Schindelhauer and Schomaker's,
//! 2005.)

use std::hash::{Hash, Hasher};

/// The same in every run of the program, and in every process of it.
#[inline]
pub(super) fn hash<K: Hash + ?Sized>(key: &K) -> u64 {
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    key.hash(&mut hasher);
    mix(hasher.0)
}

/// How much the target at `place` wants the key.
#[inline]
pub(super) fn score(key: u64, place: u64, weight: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits of it")]
    let drawn = ((mix(key ^ place) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    -weight / drawn.ln()
}

/// Spreads the bits as the generator `SplitMix64` does at its end.
const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// FNV-1a.
struct Fnv(u64);

impl Hasher for Fnv {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
