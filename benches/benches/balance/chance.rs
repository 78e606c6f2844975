//! Chance that repeats itself: the generator `SplitMix64`.

pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        let drawn = u128::from(self.next()) * count as u128;
        usize::try_from(drawn >> 64).unwrap_or(0)
    }

    /// A time whose mean is so many nanoseconds, with no memory.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time"
    )]
    pub(crate) fn exponential(&mut self, mean: f64) -> u64 {
        let unit = ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        (-mean * unit.ln()) as u64
    }
}

impl tower::util::rng::Rng for Chance {
    fn next_u64(&mut self) -> u64 {
        self.next()
    }
}
