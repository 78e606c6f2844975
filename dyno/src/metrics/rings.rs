//! What the counters were at the end of each part of a window.
//!
//! A window is what they are now less what they were at its beginning. Whoever counts first in a
//! new part, or reads, writes down what they were at the end of the one before.

use super::Spans;
use super::counts::{self, KINDS, Sums};
use super::histogram::BUCKETS;
use crate::clock::nanos;

/// Parts of the window of the counters.
pub(super) const TENTHS: u64 = 10;
/// Parts of the window of latencies.
pub(super) const SIXTHS: u64 = 6;
/// Steps of the history.
pub(super) const STEPS: u64 = 120;

/// What was at the end of the latest parts, of one length each.
pub(super) struct Ring<T> {
    step: u64,
    /// The part that is under way.
    part: u64,
    ends: Vec<T>,
}

impl<T: Clone> Ring<T> {
    fn new(span: u64, parts: u64, kept: u64, nothing: &T) -> Self {
        let kept = usize::try_from(kept).unwrap_or(1);
        Self { step: span / parts, part: 0, ends: vec![nothing.clone(); kept] }
    }

    fn index(&self, part: u64) -> usize {
        usize::try_from(part % self.ends.len() as u64).unwrap_or(0)
    }

    /// The parts up to that of `now` have ended with `end`.
    fn advance(&mut self, now: u64, end: &T) {
        let part = now / self.step;
        let kept = self.ends.len() as u64;
        for ended in self.part.max(part.saturating_sub(kept))..part {
            let at = self.index(ended);
            self.ends[at].clone_from(end);
        }
        self.part = self.part.max(part);
    }

    /// All that was before `now` has ended with `end`.
    fn begin_anew(&mut self, now: u64, end: &T) {
        self.part = now / self.step;
        self.ends.iter_mut().for_each(|was| was.clone_from(end));
    }

    pub(super) fn part(&self) -> u64 {
        self.part
    }

    /// When the part under way began.
    fn from(&self) -> u64 {
        self.part * self.step
    }

    /// When it ends.
    fn until(&self) -> u64 {
        (self.part + 1).saturating_mul(self.step)
    }

    /// What was at the end of the part `back` parts ago.
    pub(super) fn end(&self, back: u64) -> &T {
        // Parts are counted from the beginning of the clock, a second before anybody reads it; what
        // was before that is in the ring as well.
        let kept = self.ends.len() as u64;
        &self.ends[self.index(self.part + kept - back)]
    }

    /// How much of the part under way has passed at `now`, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "it is a share")]
    pub(super) fn passed(&self, now: u64) -> f64 {
        let passed = now.saturating_sub(self.part * self.step);
        (passed as f64 / self.step as f64).min(1.0)
    }
}

/// All windows of a point.
pub(super) struct Rings {
    /// `false` until the first turn.
    begun: bool,
    pub(super) counters: Ring<Sums>,
    /// Calls that ended, and those that failed.
    pub(super) traffic: Ring<[u64; 2]>,
    /// The most in flight at a time, part by part.
    pub(super) peaks: Ring<u64>,
    pub(super) latency: Option<Box<Latency>>,
    latency_span: u64,
    /// What was counted before the last reset.
    pub(super) zero: Sums,
}

impl Rings {
    pub(super) fn new(spans: Spans) -> Self {
        let [counters, latency, traffic] =
            [spans.counters, spans.latency, spans.traffic].map(nanos);
        Self {
            begun: false,
            counters: Ring::new(counters, TENTHS, TENTHS + 1, &[0; KINDS]),
            traffic: Ring::new(traffic, STEPS, STEPS + 1, &[0; 2]),
            peaks: Ring::new(counters, TENTHS, TENTHS, &0),
            latency: None,
            latency_span: latency,
            zero: [0; KINDS],
        }
    }

    /// Latencies are kept from now on.
    pub(super) fn time(&mut self, now: u64) {
        if self.latency.is_none() {
            self.latency = Some(Box::new(Latency::new(self.latency_span, now)));
        }
    }

    /// When the parts under way began, and when the first of them ends; nothing before the first turn.
    pub(super) fn lasts(&self) -> Option<(u64, u64)> {
        let (mut from, mut until) = (self.counters.from(), self.counters.until());
        let latency =
            self.latency.as_ref().map(|latency| (latency.ring.from(), latency.ring.until()));
        for (begins, ends) in
            latency.into_iter().chain([(self.traffic.from(), self.traffic.until())])
        {
            (from, until) = (from.max(begins), until.min(ends));
        }
        self.begun.then_some((from, until))
    }

    /// `true` when a part of the counters is over at `now`.
    pub(super) fn turns(&self, now: u64) -> bool {
        !self.begun || now >= self.counters.until()
    }

    /// Time goes on; where a part of the counters is over, it had this `peak`.
    pub(super) fn advance(&mut self, now: u64, sums: &Sums, in_flight: u64, peak: u64) {
        if !self.begun {
            self.begun = true;
            self.begin_anew(now, &[0; KINDS]);
        }
        let ended = self.counters.part;
        self.counters.advance(now, sums);
        self.traffic.advance(now, &counts::traffic(sums));
        if self.counters.part == ended {
            return;
        }
        // The parts that nobody saw had what is in flight now.
        self.peaks.advance(now, &in_flight);
        if self.peaks.part - ended <= self.peaks.ends.len() as u64 {
            let at = self.peaks.index(ended);
            self.peaks.ends[at] = peak.max(in_flight);
        }
    }

    /// Windows are empty from now on, but for latencies.
    pub(super) fn begin_anew(&mut self, now: u64, sums: &Sums) {
        self.counters.begin_anew(now, sums);
        self.traffic.begin_anew(now, &counts::traffic(sums));
        self.peaks.begin_anew(now, &0);
    }
}

/// Latencies by bucket, and how long all took.
pub(super) struct Times<N> {
    pub(super) buckets: Vec<N>,
    pub(super) took: u64,
}

impl<N: Clone> Clone for Times<N> {
    fn clone(&self) -> Self {
        Self { buckets: self.buckets.clone(), took: self.took }
    }

    /// Into what is allocated already, which the derived one would not.
    fn clone_from(&mut self, other: &Self) {
        self.buckets.clone_from(&other.buckets);
        self.took = other.took;
    }
}

impl<N: Clone + Default> Times<N> {
    fn new() -> Self {
        Self { buckets: vec![N::default(); BUCKETS], took: 0 }
    }

    /// Nothing is allocated.
    fn clear(&mut self) {
        self.buckets.fill(N::default());
        self.took = 0;
    }
}

/// The window of latencies, and all that there were.
pub(super) struct Latency {
    pub(super) ring: Ring<Times<u32>>,
    /// What the lanes held when they were last looked at.
    pub(super) now: Times<u32>,
    /// What they hold when they are looked at next.
    next: Times<u32>,
    /// All since the beginning, which is more than the words of a lane can hold.
    pub(super) total: Times<u64>,
}

impl Latency {
    fn new(span: u64, now: u64) -> Self {
        let nothing = Times::new();
        let mut ring = Ring::new(span, SIXTHS, SIXTHS, &nothing);
        ring.begin_anew(now, &nothing);
        Self { ring, now: nothing.clone(), next: nothing, total: Times::new() }
    }

    /// `true` when the part under way is over.
    pub(super) fn is_over(&self, now: u64) -> bool {
        now >= self.ring.until()
    }

    /// Looks at what the lanes hold: their words go round, and the difference does not.
    pub(super) fn look(&mut self, lanes: impl FnOnce(&mut Times<u32>)) {
        self.next.clear();
        lanes(&mut self.next);
        let changes = self.now.buckets.iter().zip(&self.next.buckets);
        for (total, (was, is)) in self.total.buckets.iter_mut().zip(changes) {
            *total += u64::from(is.wrapping_sub(*was));
        }
        let took = self.next.took.wrapping_sub(self.now.took);
        self.total.took = self.total.took.wrapping_add(took);
        std::mem::swap(&mut self.now, &mut self.next);
    }

    /// Time goes on, after a look.
    pub(super) fn advance(&mut self, now: u64) {
        self.ring.advance(now, &self.now);
    }

    /// The window is empty from now on.
    pub(super) fn begin_anew(&mut self, now: u64) {
        self.ring.begin_anew(now, &self.now);
    }

    /// And there were none before.
    pub(super) fn reset(&mut self, now: u64) {
        self.begin_anew(now);
        self.total.clear();
    }
}
