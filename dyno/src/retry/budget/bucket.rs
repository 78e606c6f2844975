//! The tokens, and when they were last topped up, in one word.

use crate::sync::Word;

/// A token in parts, so that shares such as 0.3 are exact.
pub(in crate::retry) const TOKEN: u32 = 10_000;

/// The clock in steps of 10 ms.
pub(in crate::retry) const TICKS_A_SECOND: u32 = 100;

/// A bucket of tokens that time fills, too; the time is looked at only when tokens are taken.
pub(in crate::retry) struct Bucket<W> {
    word: W,
}

/// What the word says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::retry) struct Level {
    /// In parts of a token.
    pub(in crate::retry) parts: u32,
    /// When it was last topped up; it wraps after 497 days.
    pub(in crate::retry) tick: u32,
}

impl Level {
    pub(in crate::retry) const fn word(self) -> u64 {
        (self.tick as u64) << 32 | self.parts as u64
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation)]
    const fn of(word: u64) -> Self {
        Self { parts: word as u32, tick: (word >> 32) as u32 }
    }

    /// Topped up to the time `tick`, with `reserve` tokens a second.
    pub(in crate::retry) fn at(self, tick: u32, reserve: u32, capacity: u32) -> Self {
        /// Further back than threads ever get out of step: it is another clock.
        const MINUTE: u32 = 60 * TICKS_A_SECOND;
        const DAY: u32 = 24 * 60 * MINUTE;
        let passed = tick.wrapping_sub(self.tick);
        let back = self.tick.wrapping_sub(tick);
        if back < DAY {
            return if back > MINUTE { Self { tick, ..self } } else { self };
        }
        let gained = u64::from(passed) * u64::from(reserve);
        let gained = gained.saturating_mul(u64::from(TOKEN / TICKS_A_SECOND));
        let parts = u64::from(self.parts).saturating_add(gained).min(u64::from(capacity));
        Self { parts: u32::try_from(parts).unwrap_or(capacity), tick }
    }
}

impl<W: Word> Bucket<W> {
    pub(in crate::retry) const fn new(word: W) -> Self {
        Self { word }
    }

    #[inline]
    pub(in crate::retry) fn level(&self) -> Level {
        Level::of(self.word.peek())
    }

    /// Adds `parts`, up to `capacity`; a full one is only looked at.
    #[inline]
    pub(in crate::retry) fn deposit(&self, parts: u32, capacity: u32) {
        let level = self.level();
        if level.parts < capacity {
            self.deposit_below(parts, capacity);
        }
    }

    #[cold]
    #[inline(never)]
    fn deposit_below(&self, parts: u32, capacity: u32) {
        self.change(|level| {
            let parts = level.parts.saturating_add(parts).min(capacity);
            (parts != level.parts).then_some(Level { parts, ..level })
        });
    }

    /// Takes `parts` at the time `tick`, if they are there; `true` when they were.
    pub(in crate::retry) fn withdraw(
        &self,
        parts: u32,
        tick: u32,
        reserve: u32,
        capacity: u32,
    ) -> bool {
        self.change(|level| {
            let level = level.at(tick, reserve, capacity);
            Some(Level { parts: level.parts.checked_sub(parts)?, ..level })
        })
    }

    fn change(&self, new: impl Fn(Level) -> Option<Level>) -> bool {
        loop {
            let word = self.word.peek();
            let Some(new) = new(Level::of(word)) else { return false };
            if self.word.replace(word, new.word()) {
                return true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u32 = TICKS_A_SECOND;

    /// Empty at the second `at`, topped up at the second `now` with a token a second, up to a hundred.
    fn topped_up(at: u32, now: u32) -> (u32, u32) {
        let level = Level { parts: 0, tick: at.wrapping_mul(SECOND) };
        let level = level.at(now.wrapping_mul(SECOND), 1, 100 * TOKEN);
        (level.parts / TOKEN, level.tick)
    }

    #[test]
    fn the_time_that_has_passed_tops_it_up() {
        assert_eq!(topped_up(10, 10), (0, 10 * SECOND));
        assert_eq!(topped_up(10, 17), (7, 17 * SECOND));
        assert_eq!(topped_up(10, 500), (100, 500 * SECOND));
        let days = 400 * 24 * 3600;
        assert_eq!(topped_up(10, days), (100, days.wrapping_mul(SECOND)));
        let most = Level { parts: 1, tick: 0 }.at(u32::MAX / 4 * 3, u32::MAX, TOKEN);
        assert_eq!(most.parts, TOKEN);
    }

    #[test]
    fn the_count_of_ticks_may_wrap() {
        let level = Level { parts: 0, tick: u32::MAX - SECOND + 1 };
        assert_eq!(level.at(SECOND, 1, 100 * TOKEN).parts, 2 * TOKEN);
    }

    #[test]
    fn threads_out_of_step_get_no_time_twice_and_another_clock_begins_anew() {
        assert_eq!(topped_up(100, 99), (0, 100 * SECOND));
        assert_eq!(topped_up(100, 39), (0, 39 * SECOND));
        assert_eq!(topped_up(3600, 10), (0, 10 * SECOND));
    }

    #[test]
    fn a_full_one_is_not_written_to() {
        struct Sealed(u64);
        impl Word for Sealed {
            fn zero() -> Self {
                unreachable!("a bucket starts full")
            }
            fn read(&self) -> u64 {
                unreachable!("a peek is enough")
            }
            fn write(&self, _: u64) {
                unreachable!("a full one is only looked at")
            }
            fn peek(&self) -> u64 {
                self.0
            }
            fn replace(&self, _current: u64, _new: u64) -> bool {
                unreachable!("it is written to")
            }
        }
        let full = Level { parts: 5 * TOKEN, tick: 7 };
        Bucket::new(Sealed(full.word())).deposit(TOKEN, 5 * TOKEN);
    }
}
