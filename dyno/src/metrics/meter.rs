//! All that is counted at one point.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};

use super::Spans;
use super::cells::Cells;
use super::counts::{KINDS, Kind, Sums};
use super::flight::Peak;
use super::rings::Rings;
use super::snapshot::{Seen, Snapshot};
use crate::clock;
use crate::lanes::{self, Lane, Line};

/// Counters of a point, one set a lane, and what they were at the turns of its windows.
pub(super) struct Meter {
    name: Box<str>,
    spans: Spans,
    lanes: Box<[OnceLock<Box<Line<Cells>>>]>,
    /// Nothing turns before the one nor from the other on.
    from: AtomicU64,
    until: AtomicU64,
    /// The part of the latencies that is under way.
    part: AtomicU64,
    /// The most calls at a time in this part of the counters.
    peak: Peak,
    rings: Mutex<Rings>,
    /// What a breaker of this name changed to last.
    breaker: Mutex<Option<&'static str>>,
}

/// A clock may be behind another by so much, which is no reason to begin anew.
const BEHIND: u64 = 100_000_000;

impl Meter {
    pub(super) fn new(name: &str, spans: Spans) -> Self {
        Self {
            name: name.into(),
            spans,
            lanes: (0..lanes::count()).map(|_| OnceLock::new()).collect(),
            from: AtomicU64::new(0),
            until: AtomicU64::new(0),
            part: AtomicU64::new(0),
            peak: Peak::new(),
            rings: Mutex::new(Rings::new(spans)),
            breaker: Mutex::new(None),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    #[inline]
    fn cells(&self, lane: Lane) -> &Cells {
        // There are as many as there are lanes.
        let cells = &self.lanes[lane.index];
        match cells.get() {
            Some(used) => &used.0,
            None => first(cells),
        }
    }

    /// A call begins.
    #[inline]
    pub(super) fn begin(&self) {
        let lane = Lane::here();
        let cells = self.cells(lane);
        if cells.flight.begin(lane.own, &self.peak) {
            self.peak.look(&cells.flight, || self.in_flight());
        }
    }

    /// A call that began has ended, at this moment.
    #[inline]
    pub(super) fn end(&self, kind: Kind, now: u64) {
        let lane = Lane::here();
        let cells = self.cells(lane);
        cells.flight.end(lane.own);
        self.go_on(now);
        cells.count(lane.own, kind);
    }

    /// The same of one that took so long.
    #[inline]
    pub(super) fn end_timed(&self, kind: Kind, now: u64, took: u64) {
        let lane = Lane::here();
        let cells = self.cells(lane);
        cells.flight.end(lane.own);
        self.go_on(now);
        cells.count(lane.own, kind);
        cells.time(lane.own, took, self.part.load(Relaxed));
    }

    /// Something has happened, at this moment.
    #[inline]
    pub(super) fn count(&self, kind: Kind, now: u64) {
        let lane = Lane::here();
        let cells = self.cells(lane);
        self.go_on(now);
        cells.count(lane.own, kind);
    }

    /// The same of a call that took so long.
    #[inline]
    pub(super) fn count_timed(&self, kind: Kind, now: u64, took: u64) {
        let lane = Lane::here();
        let cells = self.cells(lane);
        self.go_on(now);
        cells.count(lane.own, kind);
        cells.time(lane.own, took, self.part.load(Relaxed));
    }

    /// Latencies are kept from now on.
    pub(super) fn keep_times(&self) {
        let mut rings = self.lock();
        let now = clock::now().as_nanos();
        rings.time(now);
        self.turn_to(&mut rings, now);
    }

    #[inline]
    fn go_on(&self, now: u64) {
        if now < self.from.load(Relaxed) || now >= self.until.load(Relaxed) {
            self.turn(now);
        }
    }

    /// Somebody else who is at it, or who reads, does it as well.
    #[cold]
    fn turn(&self, now: u64) {
        match self.rings.try_lock() {
            Ok(mut rings) => self.turn_to(&mut rings, now),
            Err(TryLockError::Poisoned(poisoned)) => self.turn_to(&mut poisoned.into_inner(), now),
            Err(TryLockError::WouldBlock) => {}
        }
    }

    /// Writes down what has been counted in the parts that are over at `now`.
    fn turn_to(&self, rings: &mut Rings, now: u64) {
        let before =
            |now: u64| rings.lasts().is_some_and(|(from, _)| now.saturating_add(BEHIND) < from);
        // Who was stopped since it read the clock is not the one that has gone back.
        let now = if before(now) { clock::now().as_nanos() } else { now };
        let begins_anew = before(now);
        let turns = begins_anew || rings.turns(now);
        let (peak, in_flight) =
            if turns { self.peak.turn(|| self.in_flight()) } else { (0, self.in_flight()) };
        let sums = self.sums();
        if begins_anew {
            // A frozen clock that was ahead is gone, and what it saw cannot be told apart.
            rings.begin_anew(now, &sums);
            if let Some(latency) = &mut rings.latency {
                latency.look(|times| self.add_times(times));
                latency.begin_anew(now);
            }
        } else {
            rings.advance(now, &sums, in_flight, peak);
        }
        if let Some(latency) = rings.latency.as_mut().filter(|latency| latency.is_over(now)) {
            latency.look(|times| self.add_times(times));
            latency.advance(now);
        }
        if let Some((from, until)) = rings.lasts() {
            self.from.store(from.saturating_sub(BEHIND), Relaxed);
            self.until.store(until, Relaxed);
        }
        self.part.store(rings.latency.as_ref().map_or(0, |l| l.ring.part()), Relaxed);
    }

    fn used(&self) -> impl Iterator<Item = &Cells> {
        self.lanes.iter().filter_map(|lane| lane.get()).map(|used| &used.0)
    }

    fn in_flight(&self) -> u64 {
        let sum = self.used().fold(0, |sum: u64, cells| sum.wrapping_add(cells.flight.calls()));
        // A call may end on another lane than that where it began, and be seen there first.
        if sum > u64::MAX / 2 { 0 } else { sum }
    }

    fn sums(&self) -> Sums {
        let mut sums = [0; KINDS];
        self.used().for_each(|cells| cells.add_to(&mut sums));
        sums
    }

    fn add_times(&self, times: &mut super::rings::Times<u32>) {
        for cells in self.used() {
            times.took = times.took.wrapping_add(cells.add_timed_to(&mut times.buckets));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Rings> {
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of it, as it is now.
    pub(super) fn snapshot(&'static self) -> Snapshot {
        let mut rings = self.lock();
        let now = clock::now().as_nanos();
        self.turn_to(&mut rings, now);
        let sums = self.sums();
        if let Some(latency) = &mut rings.latency {
            latency.look(|times| self.add_times(times));
        }
        let part = self.part.load(Relaxed);
        let longest = self.used().map(|cells| cells.longest(part, super::rings::SIXTHS)).max();
        let in_flight = self.in_flight();
        // Who reads has looked, too.
        let peak = self.peak.most(in_flight);
        let longest = longest.unwrap_or(0);
        let breaker = *self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = Seen { now, sums, longest, in_flight, peak, breaker };
        Snapshot::of(&self.name, self.spans, &rings, &seen)
    }

    /// A breaker of this name has changed its state.
    pub(super) fn keep_breaker(&self, to: &'static str) {
        *self.breaker.lock().unwrap_or_else(PoisonError::into_inner) = Some(to);
    }

    /// Begins anew with nothing but what is in flight.
    pub(super) fn reset(&self) {
        let mut rings = self.lock();
        let now = clock::now().as_nanos();
        self.turn_to(&mut rings, now);
        let sums = self.sums();
        rings.begin_anew(now, &sums);
        rings.zero = sums;
        if let Some(latency) = &mut rings.latency {
            latency.look(|times| self.add_times(times));
            latency.reset(now);
        }
        let _before = self.peak.turn(|| self.in_flight());
    }
}

#[cold]
fn first(cells: &OnceLock<Box<Line<Cells>>>) -> &Cells {
    &cells.get_or_init(|| Box::new(Line(Cells::new()))).0
}
