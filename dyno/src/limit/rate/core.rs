//! The generic cell rate algorithm, by virtual scheduling (ITU-T I.371, annex A; ATM Forum, Traffic
//! Management 4.0): one word holds the moment at which a perfectly even caller would be due. A call
//! passes unless it is earlier than that by more than the tolerance, and puts the moment off by one
//! interval.
//!
//! The lowest bits of the word say that it is held, by a change or for those who wait, and how often
//! the pace has changed: a word that is replaced by one who knew its pace is of that pace.

use super::pace::{FLAGS, Pace};
use crate::sync::Word;

/// Whoever has the lock has the word, too.
const HELD: u64 = 1;
/// Counts the changes.
const TURN: u64 = FLAGS & !HELD;
const NEXT_TURN: u64 = 2;

/// The word and the pace it goes by, which only whoever holds the word may change.
pub(super) struct Core<W> {
    due: W,
    interval: W,
    tolerance: W,
    unit: W,
}

/// Where the time comes from, in nanoseconds.
pub(super) trait Time {
    fn now(&self) -> u64;
    /// The same, or a little less.
    fn coarse(&self) -> u64;
}

/// Why a call does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Miss {
    /// It is so many nanoseconds early.
    Early(u64),
    /// The lock is to be asked.
    Held,
}

impl<W: Word> Core<W> {
    pub(super) const fn new(due: W, interval: W, tolerance: W, unit: W) -> Self {
        Self { due, interval, tolerance, unit }
    }

    #[inline]
    fn pace(&self) -> Pace {
        let (interval, tolerance) = (self.interval.read(), self.tolerance.read());
        Pace { interval, tolerance, unit: self.unit.read() }
    }

    /// Lets `count` calls pass at once, or none.
    #[inline]
    pub(super) fn take(&self, count: u32, time: &impl Time) -> Result<(), Miss> {
        let word = self.due.read();
        if word & HELD != 0 {
            return Err(Miss::Held);
        }
        let pace = self.pace();
        let now = pace.at(if pace.is_coarse() { time.coarse() } else { time.now() });
        let ahead = Pace::ahead(word, now);
        let need = ahead + pace.besides(count);
        if need <= pace.tolerance {
            if self.due.replace(word, put_off(word, now, ahead, pace, count)) {
                return Ok(());
            }
        } else if is_possible(ahead, pace) && self.is_of_turn(word) {
            return Err(Miss::Early(pace.nanos(need - pace.tolerance)));
        }
        self.take_again(count, time)
    }

    #[cold]
    #[inline(never)]
    fn take_again(&self, count: u32, time: &impl Time) -> Result<(), Miss> {
        loop {
            let word = self.due.read();
            if word & HELD != 0 {
                return Err(Miss::Held);
            }
            let pace = self.pace();
            let now = now(word, pace, time);
            match fit(word, now, pace, count) {
                Ok(new) if self.due.replace(word, new) => return Ok(()),
                Err(left) if self.is_of_turn(word) => return Err(Miss::Early(pace.nanos(left))),
                _ => {}
            }
        }
    }

    /// What was read of the pace belongs to `word`.
    #[inline]
    fn is_of_turn(&self, word: u64) -> bool {
        self.due.read() & FLAGS == word & FLAGS
    }

    /// Keeps the word for the lock that the caller has. The time then: one that was read before is
    /// behind those who came in between, and to it they would seem to be of another clock.
    pub(super) fn hold(&self, time: &impl Time) -> u64 {
        loop {
            let word = self.due.read();
            if self.due.replace(word, word | HELD) {
                return time.now();
            }
        }
    }

    /// Gives it back to all.
    pub(super) fn release(&self) {
        self.due.write(self.due.read() & !HELD);
    }

    /// One call passes, of a word that the caller holds; else how many nanoseconds it is early.
    pub(super) fn take_held(&self, now: u64) -> Result<(), u64> {
        let (word, pace) = (self.due.read(), self.pace());
        match fit(word, pace.at(now), pace, 1) {
            Ok(new) => {
                self.due.write(new);
                Ok(())
            }
            Err(left) => Err(pace.nanos(left)),
        }
    }

    /// In how many nanoseconds the turn of one comes before whom `others` are, none of whom is late;
    /// the caller holds the word.
    pub(super) fn left(&self, others: usize, now: u64) -> u64 {
        self.left_of(self.due.read(), others, now)
    }

    /// The same of a word that nobody need hold.
    pub(super) fn next_in(&self, others: usize, time: &impl Time) -> u64 {
        let word = self.due.read();
        self.left_of(word, others, time.now())
    }

    fn left_of(&self, word: u64, others: usize, now: u64) -> u64 {
        let pace = self.pace();
        let others = u64::try_from(others).unwrap_or(u64::MAX);
        let ahead = ahead(word, pace.at(now), pace);
        let need = ahead.saturating_add(others.saturating_mul(pace.interval));
        pace.nanos(need.saturating_sub(pace.tolerance))
    }

    /// How many calls may pass now.
    pub(super) fn available(&self, time: &impl Time) -> u64 {
        let (word, pace) = (self.due.read(), self.pace());
        // Read after the word, as everywhere.
        let ahead = ahead(word, pace.at(time.now()), pace);
        let spare = pace.tolerance.checked_sub(ahead);
        spare.map_or(0, |spare| spare / pace.interval + 1)
    }

    /// How many may pass at once at most.
    pub(super) fn burst(&self) -> u64 {
        self.pace().burst()
    }

    /// Goes by another pace from now on; the caller holds the word. Who has been let in stays let
    /// in: the next is due when it was, but never later than after a full burst.
    pub(super) fn change(&self, new: Pace, now: u64) {
        let (word, old) = (self.due.read(), self.pace());
        let before = old.nanos(ahead(word, old.at(now), old));
        let most = new.tolerance + new.interval;
        // Compared in whole nanoseconds first: in parts it might go round.
        let ahead = if before > new.nanos(most) { most } else { new.at(before).min(most) };
        self.begin(new, now, ahead);
    }

    /// The same, and nobody has been let in.
    pub(super) fn begin_anew(&self, new: Pace, now: u64) {
        self.begin(new, now, 0);
    }

    fn begin(&self, new: Pace, now: u64, ahead: u64) {
        self.interval.write(new.interval);
        self.tolerance.write(new.tolerance);
        self.unit.write(new.unit);
        let turn = self.due.read().wrapping_add(NEXT_TURN) & TURN;
        self.due.write(new.at(now).wrapping_add(ahead) | turn | HELD);
    }
}

/// Under one clock nobody is further ahead than after a full burst.
#[inline]
const fn is_possible(ahead: u64, pace: Pace) -> bool {
    ahead <= pace.tolerance + pace.interval
}

/// The moment by the clock of the pace. Read after the word, so whoever wrote that had read his
/// before; it was the precise one where the other, which is behind, makes what he wrote impossible.
fn now(word: u64, pace: Pace, time: &impl Time) -> u64 {
    if pace.is_coarse() {
        let coarse = pace.at(time.coarse());
        if is_possible(Pace::ahead(word, coarse), pace) {
            return coarse;
        }
    }
    pace.at(time.now())
}

/// How long until the next is due. What cannot be is of another clock, such as one that a test had
/// frozen far ahead, and tells nothing.
fn ahead(word: u64, now: u64, pace: Pace) -> u64 {
    let ahead = Pace::ahead(word, now);
    if is_possible(ahead, pace) { ahead } else { 0 }
}

/// The word after `count` more calls, or how early they are.
fn fit(word: u64, now: u64, pace: Pace, count: u32) -> Result<u64, u64> {
    let ahead = ahead(word, now, pace);
    let need = ahead + pace.besides(count);
    if need > pace.tolerance {
        return Err(need - pace.tolerance);
    }
    Ok(put_off(word, now, ahead, pace, count))
}

#[inline]
const fn put_off(word: u64, now: u64, ahead: u64, pace: Pace, count: u32) -> u64 {
    let put_off = ahead + pace.interval + pace.besides(count);
    now.wrapping_add(put_off) & !FLAGS | word & FLAGS
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;
    use std::time::Duration;

    use super::*;

    /// A clock during whose reading somebody else comes.
    struct Meanwhile<'a>(&'a Core<AtomicU64>);

    impl Time for Meanwhile<'_> {
        fn now(&self) -> u64 {
            assert_eq!(self.0.take(1, &At(7)), Err(Miss::Held));
            5
        }

        fn coarse(&self) -> u64 {
            self.now()
        }
    }

    struct At(u64);

    impl Time for At {
        fn now(&self) -> u64 {
            self.0
        }

        fn coarse(&self) -> u64 {
            self.0
        }
    }

    fn of(pace: Pace) -> Core<AtomicU64> {
        let Pace { interval, tolerance, unit } = pace;
        let [due, interval, tolerance, unit] = [0, interval, tolerance, unit].map(AtomicU64::new);
        Core::new(due, interval, tolerance, unit)
    }

    #[test]
    fn nobody_comes_between_the_time_of_who_holds_the_word_and_his_hold() {
        let core = of(Pace::of(1, Duration::from_secs(1), 1));
        assert_eq!(core.hold(&Meanwhile(&core)), 5);
    }

    /// A clock, and a cheap one that is far behind it.
    struct Apart(u64);

    impl Time for Apart {
        fn now(&self) -> u64 {
            self.0
        }

        fn coarse(&self) -> u64 {
            self.0 - 26_000_000
        }
    }

    #[test]
    fn who_was_too_slow_goes_by_the_same_clock_as_others() {
        const NOW: u64 = 1_000_000_000;
        let pace = Pace::of(100, Duration::from_secs(1), 100);
        let core = of(pace);
        assert!((0..100).all(|_| core.take(1, &Apart(NOW)).is_ok()));
        let early = Err(Miss::Early(10_000_000));
        assert_eq!((core.take(1, &Apart(NOW)), core.take_again(1, &Apart(NOW))), (early, early));
        // Of a word that was put off by the other one, it may be no more than that says.
        let core = of(pace);
        let now = core.hold(&Apart(NOW));
        assert!((0..100).all(|_| core.take_held(now).is_ok()));
        core.release();
        assert_eq!(core.take(1, &Apart(NOW)), early);
    }
}
