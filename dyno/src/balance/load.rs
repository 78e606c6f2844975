//! How dear a target is at present: the peak EWMA of its latency, and how often it fails.
//!
//! Each is one word that holds a value and the moment it is of, and loses its value with time; a
//! call that ends changes it by one compare-and-swap, and by none where it would change nothing.

use std::time::Duration;

use crate::outcome::Verdict;
use crate::sync::Word;

/// Nanoseconds in a tick, as a power of two: 65 µs, so that 32 bits last for three days.
const TICK: u32 = 16;
/// What a target costs of which nothing is known but that it has been called: more than any other.
const UNKNOWN: f64 = 1e15;
/// How many good calls one that fails is as dear as.
const FAILED: f64 = 20.0;
/// The part of the failing that one call makes up.
const STEP: f64 = 1.0 / 8.0;
/// A failing that is smaller is none.
const LEAST: f64 = 1e-3;

/// Latency and failing.
#[derive(Debug)]
pub(super) struct Load<W> {
    cost: Decaying<W>,
    failing: Decaying<W>,
}

impl<W: Word> Load<W> {
    pub(super) fn new() -> Self {
        Self { cost: Decaying(W::zero()), failing: Decaying(W::zero()) }
    }

    /// A call took that long.
    ///
    /// Longer than the mean so far it becomes the mean at once; shorter it draws the mean down by
    /// and by. One that failed is no fast answer, and keeps the mean from fading. One that was given
    /// up would have taken longer still: it draws nothing down, else who never answers were the
    /// cheapest of all.
    #[inline]
    pub(super) fn observe(&self, took: u64, verdict: Verdict, now: u64, decay: Decay) {
        let at_once = took < 1 << TICK;
        #[expect(clippy::cast_precision_loss, reason = "a mean")]
        let took = took.max(1) as f64;
        self.cost.change(now, decay, |before, weight| match verdict {
            // Nothing is known yet of how long an answer takes.
            Verdict::Failure if before == 0.0 => None,
            Verdict::Failure => Some(took.max(before)),
            Verdict::Ignored if at_once => None,
            _ if took > before * weight => Some(took),
            Verdict::Success if weight < 1.0 => Some(took + (before * weight - took) * weight),
            Verdict::Success | Verdict::Ignored => None,
        });
        self.failing.change(now, decay, |before, weight| match verdict {
            Verdict::Failure => Some(before * weight + (1.0 - before * weight) * STEP),
            Verdict::Success if before > 0.0 => Some(before * weight * (1.0 - STEP)),
            Verdict::Success | Verdict::Ignored => None,
        });
    }

    /// What another call costs while so many are in flight.
    #[inline]
    pub(super) fn cost(&self, in_flight: u64, now: u64, decay: Decay) -> f64 {
        let (mean, failing) = (self.cost.value(now, decay), self.failing(now, decay));
        #[expect(clippy::cast_precision_loss, reason = "a few calls")]
        let in_flight = in_flight as f64;
        if mean == 0.0 {
            let untouched = in_flight == 0.0 && failing == 0.0;
            return if untouched { 0.0 } else { UNKNOWN * (in_flight + 1.0) };
        }
        mean * (in_flight + 1.0) * (1.0 + FAILED * failing)
    }

    /// The mean latency; `None` as long as nothing is known of it.
    pub(super) fn latency(&self, now: u64, decay: Decay) -> Option<Duration> {
        let mean = self.cost.value(now, decay);
        (mean > 0.0).then(|| Duration::from_secs_f64(mean / 1e9))
    }

    /// The share of the latest calls that failed.
    #[inline]
    pub(super) fn failing(&self, now: u64, decay: Decay) -> f64 {
        let failing = self.failing.value(now, decay);
        if failing < LEAST { 0.0 } else { failing }
    }
}

/// In what time a value falls to 1/e.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decay {
    /// 1 / that time, per tick.
    per_tick: f64,
}

impl Decay {
    #[expect(clippy::cast_precision_loss, reason = "a time")]
    pub(super) fn over(time: Duration) -> Self {
        let tick = Duration::from_nanos(1 << TICK);
        Self { per_tick: tick.as_nanos() as f64 / time.as_nanos().max(1) as f64 }
    }

    /// What is left of one after so many ticks.
    #[inline]
    fn after(self, ticks: u32) -> f64 {
        let x = f64::from(ticks) * self.per_tick;
        // Exact to a millionth, where the true one would cost more than all the rest.
        if x < 0.015_625 { 1.0 - x + x * x * 0.5 } else { (-x).exp() }
    }
}

/// A value that decays, and when it was set, in one word; 0: none.
#[derive(Debug)]
struct Decaying<W>(W);

impl<W: Word> Decaying<W> {
    #[inline]
    fn value(&self, now: u64, decay: Decay) -> f64 {
        let word = self.0.peek();
        if word == 0 {
            return 0.0;
        }
        value_of(word) * decay.after(passed(word, now))
    }

    /// `to` makes the new value of the present one and of the weight that is left to it by now.
    #[inline]
    fn change(&self, now: u64, decay: Decay, to: impl Fn(f64, f64) -> Option<f64>) {
        loop {
            let word = self.0.peek();
            let weight = if word == 0 { 1.0 } else { decay.after(passed(word, now)) };
            let Some(new) = to(value_of(word), weight) else { return };
            if self.0.replace(word, pack(new, word, now)) {
                return;
            }
        }
    }
}

fn value_of(word: u64) -> f64 {
    f64::from(f32::from_bits((word >> 32) as u32))
}

/// Ticks since it was set; none where another thread has set it later than `now`.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "it goes round")]
fn passed(word: u64, now: u64) -> u32 {
    let passed = ((now >> TICK) as u32).wrapping_sub(word as u32);
    if passed > u32::MAX - (1 << 20) { 0 } else { passed }
}

#[expect(clippy::cast_possible_truncation, reason = "a mean, and a moment that goes round")]
fn pack(value: f64, before: u64, now: u64) -> u64 {
    if value == 0.0 {
        return 0;
    }
    let tick =
        if before == 0 || passed(before, now) != 0 { (now >> TICK) as u32 } else { before as u32 };
    u64::from((value as f32).to_bits()) << 32 | u64::from(tick)
}
