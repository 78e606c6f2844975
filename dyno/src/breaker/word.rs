//! What is packed into the words of a breaker.
//!
//! The first holds all that decides: the generation, which every change of state counts up (28
//! bits), the phase (3), whether every call takes the long way (1), and a count (32): consecutive
//! failures, or a [`Tally`] of trials while half-open.
//!
//! The second says when: the low bits of the generation it speaks of (10), so that a moment is
//! never taken for that of another state, how often it has opened in a row (6), and the moment
//! itself, in microseconds (48, which go round in 9 years).

use std::time::Duration;

use super::state::State;
use crate::clock::Instant;

const PHASE: u32 = 33;
/// Somebody listens, or a window is kept: no call may take the short way.
pub(super) const LONG: u64 = 1 << 32;
/// The bits of phase and way: all clear means closed, by the short way.
const NOT_SHORT: u64 = 0xf << 32;
const GENERATION: u32 = 36;
const GENERATIONS: u64 = 1 << (64 - GENERATION);

/// The highest bit of the count, while opening is suspended: the excess has been told.
pub(super) const TOLD: u32 = 1 << 31;

/// The states, and what only the machine tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Closed,
    Open,
    HalfOpen,
    /// Half-open as well: the trials were good, traffic comes back by stages.
    Recovering,
    ForcedOpen,
    Disabled,
    MetricsOnly,
}

impl Phase {
    #[cfg(test)]
    const ALL: [Self; 7] = [
        Self::Closed,
        Self::Open,
        Self::HalfOpen,
        Self::Recovering,
        Self::ForcedOpen,
        Self::Disabled,
        Self::MetricsOnly,
    ];

    pub(super) const fn of(state: State) -> Self {
        match state {
            State::Closed => Self::Closed,
            State::Open => Self::Open,
            State::HalfOpen => Self::HalfOpen,
            State::ForcedOpen => Self::ForcedOpen,
            State::Disabled => Self::Disabled,
            State::MetricsOnly => Self::MetricsOnly,
        }
    }

    pub(super) const fn state(self) -> State {
        match self {
            Self::Closed => State::Closed,
            Self::Open => State::Open,
            Self::HalfOpen | Self::Recovering => State::HalfOpen,
            Self::ForcedOpen => State::ForcedOpen,
            Self::Disabled => State::Disabled,
            Self::MetricsOnly => State::MetricsOnly,
        }
    }

    const fn bits(self) -> u64 {
        self as u64
    }

    /// A table rather than a search: every call that takes the long way comes here.
    const fn from_bits(bits: u64) -> Self {
        match bits {
            1 => Self::Open,
            2 => Self::HalfOpen,
            3 => Self::Recovering,
            4 => Self::ForcedOpen,
            5 => Self::Disabled,
            6 => Self::MetricsOnly,
            _ => Self::Closed,
        }
    }
}

/// The first word, unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) generation: u64,
    pub(super) phase: Phase,
    pub(super) long: bool,
    pub(super) count: u32,
}

impl View {
    #[inline]
    pub(super) const fn of(word: u64) -> Self {
        Self {
            generation: word >> GENERATION,
            phase: Phase::from_bits((word >> PHASE) & 7),
            long: word & LONG != 0,
            #[allow(clippy::cast_possible_truncation)] // The low half is the count.
            count: word as u32,
        }
    }

    #[inline]
    pub(super) const fn pack(self) -> u64 {
        let long = if self.long { LONG } else { 0 };
        (self.generation << GENERATION) | (self.phase.bits() << PHASE) | long | self.count as u64
    }

    /// The next generation, in `phase`.
    pub(super) fn next(self, phase: Phase, count: u32) -> Self {
        let generation = (self.generation + 1) % GENERATIONS;
        Self { generation, phase, count, ..self }
    }

    pub(super) fn tally(self) -> Tally {
        Tally::of(self.count)
    }

    /// Failures in a row, of all but a half-open one.
    pub(super) fn failures(self) -> u32 {
        self.count & !TOLD
    }
}

/// The word of a breaker that starts in `state`. One that is open starts with a generation of
/// which no moment is told yet: its time-out begins when it is first asked.
pub(super) const fn first(state: State, long: bool) -> u64 {
    let phase = Phase::of(state);
    let generation = if matches!(phase, Phase::Closed) { 0 } else { 1 };
    (generation << GENERATION) | (phase.bits() << PHASE) | if long { LONG } else { 0 }
}

/// How the trials of a half-open breaker stand, in one half of its word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Under way (8 bits).
    pub(super) busy: u32,
    /// Succeeded (12 bits).
    pub(super) good: u32,
    /// Failed (12 bits).
    pub(super) bad: u32,
}

impl Tally {
    pub(super) const fn of(count: u32) -> Self {
        Self { busy: count & 0xff, good: (count >> 8) & 0xfff, bad: count >> 20 }
    }

    pub(super) const fn pack(self) -> u32 {
        self.busy | (self.good << 8) | (self.bad << 20)
    }
}

/// The stamp of a permit when `word` is closed by the short way: the word itself, were there no
/// failures.
#[inline]
pub(super) const fn closed(word: u64) -> Option<u64> {
    if word & NOT_SHORT == 0 { Some(stamp(word >> GENERATION)) } else { None }
}

/// The stamp of a permit of `generation`.
pub(super) const fn stamp(generation: u64) -> u64 {
    generation << GENERATION
}

/// The generation of a permit.
pub(super) const fn generation(stamp: u64) -> u64 {
    stamp >> GENERATION
}

/// The stamp of a trial, with its place.
pub(super) fn trial(generation: u64, place: usize) -> u64 {
    stamp(generation) | place as u64
}

/// The place of a trial.
pub(super) fn place(stamp: u64) -> usize {
    (stamp & 0xff) as usize
}

/// Set in the stamp of a permit that was given while a panic unwound: it runs in a destructor. No
/// closed word has this bit, so such a stamp never equals one, and takes the slow path.
pub(super) const UNWINDING: u64 = 1 << 34;

/// Set in the stamp of a permit that counts nowhere. Neither has a closed word this one.
pub(super) const UNGUARDED: u64 = 1 << 33;

const TICKS: u32 = 48;
const TICK: u64 = (1 << TICKS) - 1;
const OPENINGS: u64 = 0x3f;

/// A time in ticks of a microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticks(u64);

impl Ticks {
    const NANOS: u64 = 1_000;
    /// Half of the circle: longer times than this (4 years) count as for ever.
    pub(super) const EVER: Self = Self(1 << (TICKS - 1));
    pub(super) const NONE: Self = Self(0);

    pub(super) const fn at(now: Instant) -> Self {
        Self((now.as_nanos() / Self::NANOS) & TICK)
    }

    /// Rounded up: a time-out is never over early.
    // Not by `as_nanos`: a division of 128 bits costs more than all the rest of a rejection.
    #[inline]
    pub(super) const fn lasting(duration: Duration) -> Self {
        let part = (duration.subsec_nanos() as u64).div_ceil(Self::NANOS);
        let ticks = duration.as_secs().saturating_mul(1_000_000).saturating_add(part);
        if ticks < Self::EVER.0 { Self(ticks) } else { Self::EVER }
    }

    /// From `earlier` to this; `None` when `earlier` is the later one, as after a frozen clock.
    pub(super) fn since(self, earlier: Self) -> Option<Self> {
        let passed = Self(self.0.wrapping_sub(earlier.0) & TICK);
        (passed < Self::EVER).then_some(passed)
    }

    /// So long before this; to the tick, later rather than earlier.
    pub(super) fn before(self, time: Duration) -> Self {
        let ticks = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).min(Self::EVER.0 - 1);
        Self(self.0.wrapping_sub(ticks) & TICK)
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0).min(Self::EVER.0))
    }

    /// The moment so much later.
    pub(super) fn plus_round(self, other: Self) -> Self {
        Self((self.0 + other.0) & TICK)
    }

    /// This, doubled so often, and at most `cap`.
    pub(super) fn doubled(self, times: u32, cap: Self) -> Self {
        if times >= self.0.leading_zeros() { cap } else { Self(self.0 << times).min(cap) }
    }

    /// A part of it, at least one tick.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    pub(super) fn times(self, share: f64) -> Self {
        Self(((self.0 as f64 * share) as u64).max(1))
    }

    /// What is missing to `whole`; `None` when that never comes.
    pub(super) fn left_of(self, whole: Self) -> Option<Duration> {
        (whole < Self::EVER).then(|| Self(whole.0.saturating_sub(self.0)).duration())
    }

    pub(super) fn duration(self) -> Duration {
        Duration::from_micros(self.0)
    }

    pub(super) const fn raw(self) -> u64 {
        self.0
    }
}

/// When a generation began, and the how many-th opening in a row it belongs to, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) since: Ticks,
    pub(super) openings: u32,
}

impl Moment {
    /// The second word.
    pub(super) fn pack(self, generation: u64) -> u64 {
        let openings = u64::from(self.openings).min(OPENINGS);
        ((generation << 6 | openings) << TICKS) | self.since.0
    }

    /// What `word` tells, if it speaks of `generation`.
    pub(super) fn of(word: u64, generation: u64) -> Option<Self> {
        let openings = (word >> TICKS) & OPENINGS;
        let told = Self {
            since: Ticks(word & TICK),
            openings: u32::try_from(openings).unwrap_or_default(),
        };
        (told.pack(generation) == word).then_some(told)
    }
}

/// A time that belongs to a generation, by its low bits (16): a trial's place, or how long an error
/// asked it to stay open. Never zero, which is nobody's.
pub(super) const fn tagged(generation: u64, time: Ticks) -> u64 {
    (generation << TICKS) | ((time.0 + 1) & TICK)
}

/// The time in `word`, if it belongs to `generation`.
pub(super) const fn untagged(word: u64, generation: u64) -> Option<Ticks> {
    let mine = word >> TICKS == (generation << TICKS) >> TICKS;
    if mine && word & TICK != 0 { Some(Ticks((word & TICK) - 1)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_survives_packing() {
        for phase in Phase::ALL {
            for long in [false, true] {
                for (generation, count) in [(0, 0), (1, 7), (GENERATIONS - 1, u32::MAX)] {
                    let view = View { generation, phase, long, count };
                    assert_eq!(View::of(view.pack()), view);
                    let is_short = phase == Phase::Closed && !long;
                    assert_eq!(closed(view.pack()), is_short.then_some(stamp(generation)));
                }
            }
        }
        let last = View::of(stamp(GENERATIONS - 1));
        assert_eq!(last.next(Phase::Open, 0).generation, 0, "generations go round");
    }

    #[test]
    fn a_tally_survives_packing() {
        for tally in [Tally::default(), Tally { busy: 64, good: 4000, bad: 4000 }] {
            assert_eq!(Tally::of(tally.pack()), tally);
        }
    }

    #[test]
    fn a_moment_belongs_to_its_generation() {
        let moment = Moment { since: Ticks::at(Instant::from_nanos(1_234_567)), openings: 3 };
        assert_eq!(Moment::of(moment.pack(5), 5), Some(moment));
        assert_eq!(Moment::of(moment.pack(5), 6), None);
        assert_eq!(untagged(tagged(5, moment.since), 5), Some(moment.since));
        assert_eq!(untagged(tagged(5, moment.since), 6), None);
        assert_eq!(untagged(0, 0), None, "zero is nobody's");
    }

    #[test]
    fn ticks_round_in_favour_of_the_dependency_and_never_run_backwards() {
        let at = |nanos| Ticks::at(Instant::from_nanos(nanos));
        assert_eq!(Ticks::lasting(Duration::from_nanos(1)), Ticks(1));
        assert_eq!(Ticks::lasting(Duration::MAX), Ticks::EVER);
        assert_eq!(at(10_500).since(at(500)), Some(Ticks(10)));
        assert_eq!(at(500).since(at(10_500)), None);
        assert_eq!(at(3_000).before(Duration::from_nanos(2_999)), Ticks(1));
        let before_the_clock_began = at(0).before(Duration::from_secs(7));
        assert_eq!(at(0).since(before_the_clock_began), Some(Ticks(7_000_000)));
        assert_eq!(Ticks(4).left_of(Ticks(10)), Some(Duration::from_micros(6)));
        assert_eq!(Ticks(4).left_of(Ticks::EVER), None);
        assert_eq!(Ticks(4).doubled(2, Ticks(100)), Ticks(16));
        assert_eq!(Ticks(4).doubled(200, Ticks(100)), Ticks(100));
        assert_eq!(Ticks::NONE.times(0.5), Ticks(1), "a time-out is never empty");
    }
}
