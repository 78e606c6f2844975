//! What is packed into the two words of a breaker.
//!
//! The first holds all that decides: the generation, which every change of state and every trial
//! counts up (28 bits), the state (3), whether a trial is under way (1), and a count (32): consecutive failures
//! while closed and open, successes while half-open.
//!
//! The second says when: the low bits of the generation it speaks of (12), so that a moment is
//! never taken for that of another state, and the moment itself, in ticks of 100 ns (52, which go
//! round in 14 years).

use std::time::Duration;

use super::State;
use crate::clock::Instant;

const STATE: u32 = 33;
const BUSY: u64 = 1 << 32;
/// The bits of state and trial: all clear means closed.
const NOT_CLOSED: u64 = 0xf << 32;
const GENERATION: u32 = 36;
const GENERATIONS: u64 = 1 << (64 - GENERATION);

/// The first word, unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) generation: u64,
    pub(super) state: State,
    pub(super) busy: bool,
    pub(super) count: u32,
}

impl View {
    pub(super) fn of(word: u64) -> Self {
        Self {
            generation: word >> GENERATION,
            state: match (word >> STATE) & 7 {
                0 => State::Closed,
                1 => State::Open,
                _ => State::HalfOpen,
            },
            busy: word & BUSY != 0,
            #[allow(clippy::cast_possible_truncation)] // The low half is the count.
            count: word as u32,
        }
    }

    pub(super) fn pack(self) -> u64 {
        let state = match self.state {
            State::Closed => 0,
            State::Open => 1,
            State::HalfOpen => 2,
        };
        let busy = if self.busy { BUSY } else { 0 };
        (self.generation << GENERATION) | (state << STATE) | busy | u64::from(self.count)
    }

    /// The next generation, in `state`.
    pub(super) fn next(self, state: State, count: u32) -> Self {
        let generation = (self.generation + 1) % GENERATIONS;
        Self { generation, state, busy: false, count }
    }
}

/// The generation of `word` when it is closed, in the form in which a permit keeps it: the word
/// itself would be, were there no failures.
#[inline]
pub(super) const fn closed(word: u64) -> Option<u64> {
    if word & NOT_CLOSED == 0 { Some(word >> GENERATION << GENERATION) } else { None }
}

/// The same for a generation known otherwise.
pub(super) const fn stamp(generation: u64) -> u64 {
    generation << GENERATION
}

/// Set in the stamp of a permit that was given while a panic unwound: it runs in a destructor. No
/// closed word has this bit, so such a stamp never equals one, and takes the slow path.
pub(super) const UNWINDING: u64 = BUSY;

const TICKS: u32 = 52;
const TICK: u64 = (1 << TICKS) - 1;

/// A time in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticks(u64);

impl Ticks {
    const NANOS: u64 = 100;
    /// Half of the circle: longer times than this (7 years) count as for ever.
    pub(super) const EVER: Self = Self(1 << (TICKS - 1));
    pub(super) const NONE: Self = Self(0);

    pub(super) const fn at(now: Instant) -> Self {
        Self((now.as_nanos() / Self::NANOS) & TICK)
    }

    /// Rounded up: a time-out is never over early.
    pub(super) fn lasting(duration: Duration) -> Self {
        let ticks = duration.as_nanos().div_ceil(u128::from(Self::NANOS));
        u64::try_from(ticks).map_or(Self::EVER, |ticks| Self(ticks).min(Self::EVER))
    }

    /// From `earlier` to this; `None` when `earlier` is the later one, as after a frozen clock.
    pub(super) fn since(self, earlier: Self) -> Option<Self> {
        let passed = Self(self.0.wrapping_sub(earlier.0) & TICK);
        (passed < Self::EVER).then_some(passed)
    }

    /// What is missing to `whole`; `None` when that never comes.
    pub(super) fn left_of(self, whole: Self) -> Option<Duration> {
        if whole == Self::EVER {
            return None;
        }
        Some(Duration::from_nanos(whole.0.saturating_sub(self.0).saturating_mul(Self::NANOS)))
    }
}

/// The second word: `moment`, of `generation`.
pub(super) const fn moment(generation: u64, moment: Ticks) -> u64 {
    (generation << TICKS) | moment.0
}

/// The moment in `word`, if it speaks of `generation`.
pub(super) const fn moment_of(word: u64, generation: u64) -> Option<Ticks> {
    if word >> TICKS == (generation << TICKS) >> TICKS { Some(Ticks(word & TICK)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_survives_packing() {
        for state in [State::Closed, State::Open, State::HalfOpen] {
            for busy in [false, true] {
                for (generation, count) in [(0, 0), (1, 7), (GENERATIONS - 1, u32::MAX)] {
                    let view = View { generation, state, busy, count };
                    assert_eq!(View::of(view.pack()), view);
                    let is_closed = state == State::Closed && !busy;
                    assert_eq!(closed(view.pack()), is_closed.then_some(stamp(generation)));
                }
            }
        }
        let last = View::of(stamp(GENERATIONS - 1));
        assert_eq!(last.next(State::Open, 0).generation, 0, "generations go round");
    }

    #[test]
    fn a_moment_belongs_to_its_generation() {
        let now = Ticks::at(Instant::from_nanos(1_234_567));
        assert_eq!(moment_of(moment(5, now), 5), Some(now));
        assert_eq!(moment_of(moment(5, now), 6), None);
    }

    #[test]
    fn ticks_round_in_favour_of_the_dependency_and_never_run_backwards() {
        let at = |nanos| Ticks::at(Instant::from_nanos(nanos));
        assert_eq!(Ticks::lasting(Duration::from_nanos(1)), Ticks(1));
        assert_eq!(Ticks::lasting(Duration::MAX), Ticks::EVER);
        assert_eq!(at(1_050).since(at(50)), Some(Ticks(10)));
        assert_eq!(at(50).since(at(1_050)), None);
        assert_eq!(Ticks(4).left_of(Ticks(10)), Some(Duration::from_nanos(600)));
        assert_eq!(Ticks(4).left_of(Ticks::EVER), None);
    }
}
