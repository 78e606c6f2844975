//! A rate in whole numbers.
//!
//! Time is counted in parts of a nanosecond, as many as make the interval between two calls a whole
//! number of them: three calls in a second stay exact. Above the time a word has room for [`FLAGS`].

use std::time::Duration;

/// The bits of a word that are no time.
pub(super) const FLAGS: u64 = 7;
const SHIFT: u32 = FLAGS.count_ones();

/// Rates that would need finer parts are rounded up to the next.
const FINEST: u128 = 128;
/// What a full burst may take to refill, in parts: far from where time goes round.
const ROOM: u128 = 1 << 58;
/// With this much to spare nobody sees a tick of the kernel's clock.
const COARSE: u128 = 250_000_000;

/// All moments and times here are in parts, above the flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    /// Between two calls.
    pub(super) interval: u64,
    /// How far ahead of the time calls may be.
    pub(super) tolerance: u64,
    /// The parts of a nanosecond and, in its lowest bit, whether the coarse clock will do.
    pub(super) unit: u64,
}

impl Pace {
    /// Of `calls` in `per`, up to `burst` at once.
    ///
    /// # Panics
    /// When there is no such rate.
    pub(super) const fn of(calls: u32, per: Duration, burst: u32) -> Self {
        assert!(
            calls != 0,
            "rate: at least 1 call must be let in: to turn away every call take a fuse"
        );
        assert!(
            !per.is_zero(),
            "rate: the period must be above zero, such as one second: in no time nothing is counted"
        );
        assert!(
            burst != 0,
            "rate: `burst` must be at least 1, else no call is ever let in: 1 is `smooth`"
        );
        let (calls, per) = (calls as u128, per.as_nanos());
        assert!(
            calls <= per,
            "rate: more than one call in a nanosecond limits nothing: give fewer calls or a longer period"
        );
        let exact = calls / common(per, calls);
        let mut parts = if exact <= FINEST { exact } else { FINEST };
        while parts > 1 && (per * parts).div_ceil(calls) * burst as u128 > ROOM {
            parts /= 2;
        }
        let interval = (per * parts).div_ceil(calls);
        assert!(
            interval * burst as u128 <= ROOM,
            "rate: a full burst would take more than 9 years to refill: give a shorter period or a \
             smaller `burst`"
        );
        let tolerance = interval * (burst as u128 - 1);
        let coarse = tolerance >= COARSE * parts;
        Self {
            interval: word(interval),
            tolerance: word(tolerance),
            unit: word(parts) | coarse as u64,
        }
    }

    /// The same by the precise clock.
    pub(super) const fn precise(self) -> Self {
        Self { unit: self.unit & !FLAGS, ..self }
    }

    pub(super) const fn is_coarse(self) -> bool {
        self.unit & 1 != 0
    }

    /// A moment, which goes round: only differences mean anything.
    #[inline]
    pub(super) const fn at(self, nanos: u64) -> u64 {
        nanos.wrapping_mul(self.unit & !FLAGS)
    }

    /// A time in whole nanoseconds, rounded up.
    #[inline]
    pub(super) const fn nanos(self, time: u64) -> u64 {
        let unit = self.unit & !FLAGS;
        if unit == 1 << SHIFT { time >> SHIFT } else { time.div_ceil(unit) }
    }

    /// How long from `now` to the moment in `word`; nothing when that is over.
    #[inline]
    pub(super) const fn ahead(word: u64, now: u64) -> u64 {
        let ahead = (word & !FLAGS).wrapping_sub(now);
        // Half of what goes round lies ahead, half behind.
        if ahead > u64::MAX / 2 { 0 } else { ahead }
    }

    /// The time that `count` calls at once need besides the first's.
    #[inline]
    pub(super) const fn besides(self, count: u32) -> u64 {
        self.interval.saturating_mul(count as u64 - 1)
    }

    /// How many may come at once.
    pub(super) const fn burst(self) -> u64 {
        self.tolerance / self.interval + 1
    }
}

/// Above the flags.
#[expect(clippy::cast_possible_truncation, reason = "none is larger than `ROOM`")]
const fn word(parts: u128) -> u64 {
    (parts as u64) << SHIFT
}

/// Their greatest common divisor.
const fn common(mut one: u128, mut other: u128) -> u128 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const NANOS: u64 = 1_000_000_000;

    #[test]
    fn a_period_is_a_whole_number_of_intervals() {
        for calls in [1, 2, 3, 7, 30, 60, 97, 100, 128, 990, 1000, 1_000_000, 1_000_000_000] {
            let pace = Pace::of(calls, SECOND, calls);
            assert_eq!(pace.interval * u64::from(calls), pace.at(NANOS), "{calls}/1s");
            assert_eq!(pace.burst(), u64::from(calls));
            assert_eq!(pace.interval & FLAGS, 0);
        }
    }

    #[test]
    fn what_cannot_be_exact_is_slower_by_less_than_a_64th_of_a_nanosecond() {
        for calls in [131_u32, 999, 9973, 999_983, 600_000_000] {
            let pace = Pace::of(calls, SECOND, 1);
            let parts = u128::from(pace.unit & !FLAGS);
            let exact = u128::from(NANOS) * parts;
            let most = exact + u128::from(calls) * parts / 64;
            let of_all = u128::from(pace.interval) * u128::from(calls);
            assert!(of_all >= exact && of_all < most, "{calls}/1s: {of_all} {exact}");
        }
    }

    #[test]
    fn long_times_have_room() {
        let year = 365 * 86_400 * SECOND;
        for (calls, per, burst) in [(3, year, 3), (97, 8 * year, 97), (7, year, 56)] {
            let pace = Pace::of(calls, per, burst);
            assert!(pace.tolerance + pace.interval < u64::MAX / 4);
            assert!(pace.nanos(pace.tolerance + pace.interval) >= 1);
        }
    }

    #[test]
    fn the_coarse_clock_is_for_those_who_do_not_see_its_ticks() {
        assert!(Pace::of(100, SECOND, 100).is_coarse());
        assert!(!Pace::of(100, SECOND, 25).is_coarse());
        assert!(Pace::of(100, SECOND, 26).is_coarse());
        assert!(!Pace::of(1, 3600 * SECOND, 1).is_coarse());
        assert!(Pace::of(7, SECOND, 7).is_coarse());
        assert!(!Pace::of(7, SECOND, 7).precise().is_coarse());
    }

    #[test]
    fn times_are_rounded_up_to_nanoseconds() {
        let pace = Pace::of(3, SECOND, 3);
        assert_eq!(pace.nanos(pace.interval), 333_333_334);
        assert_eq!(pace.nanos(3 * pace.interval), NANOS);
        assert_eq!(Pace::of(1, SECOND, 1).nanos(0), 0);
    }

    #[test]
    fn the_moment_goes_round() {
        let pace = Pace::of(97, SECOND, 97);
        let end = u64::MAX / 97;
        let now = pace.at(end + 5);
        assert_eq!(Pace::ahead(pace.at(end).wrapping_add(pace.at(25)), now), pace.at(20));
        assert_eq!(Pace::ahead(pace.at(end), now), 0);
    }
}
