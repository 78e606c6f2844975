//! The counters of one lane: written by its own thread without a read-modify-write.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use super::counts::{KINDS, Kind, Sums};
use super::flight::Flight;
use super::histogram::{BUCKETS, bucket};

/// They only ever grow: windows are differences, so that nobody has to clear them.
#[repr(C)]
pub(super) struct Cells {
    pub(super) flight: Flight,
    /// How long all timed calls took, in nanoseconds.
    took: AtomicU64,
    counts: [AtomicU64; KINDS],
    timed: OnceLock<Box<Timed>>,
}

/// Latencies; only where there are any.
struct Timed {
    /// The longest of each part of the window: the part above, nanoseconds below.
    longest: [AtomicU64; PARTS],
    buckets: [AtomicU32; BUCKETS],
}

/// More than a window has.
const PARTS: usize = 8;
/// How many bits the nanoseconds have: 78 hours.
const NANOS: u32 = 48;
const LONGEST: u64 = (1 << NANOS) - 1;

impl Cells {
    pub(super) fn new() -> Self {
        Self {
            flight: Flight::new(),
            took: AtomicU64::new(0),
            counts: [const { AtomicU64::new(0) }; KINDS],
            timed: OnceLock::new(),
        }
    }

    #[inline]
    pub(super) fn count(&self, own: bool, kind: Kind) {
        if let Some(count) = self.counts.get(kind) {
            add(count, own, 1);
        }
    }

    /// It took so long, and ended in this part of the window.
    #[inline]
    pub(super) fn time(&self, own: bool, nanos: u64, part: u64) {
        add(&self.took, own, nanos);
        let timed = match self.timed.get() {
            Some(timed) => timed,
            None => self.first_timed(),
        };
        if let Some(held) = timed.buckets.get(bucket(nanos)) {
            if own {
                held.store(held.load(Relaxed).wrapping_add(1), Relaxed);
            } else {
                held.fetch_add(1, Relaxed);
            }
        }
        let longest = &timed.longest[index(part)];
        let (now, before) = (word(part, nanos), longest.load(Relaxed));
        if now > before || before >> NANOS != now >> NANOS {
            longest_yet(longest, now);
        }
    }

    #[cold]
    fn first_timed(&self) -> &Timed {
        self.timed.get_or_init(|| {
            Box::new(Timed {
                longest: [const { AtomicU64::new(0) }; PARTS],
                buckets: [const { AtomicU32::new(0) }; BUCKETS],
            })
        })
    }

    pub(super) fn add_to(&self, sums: &mut Sums) {
        for (sum, count) in sums.iter_mut().zip(&self.counts) {
            *sum = sum.wrapping_add(count.load(Relaxed));
        }
    }

    /// Adds what is timed to `buckets`; how long it took in all.
    pub(super) fn add_timed_to(&self, buckets: &mut [u32]) -> u64 {
        if let Some(timed) = self.timed.get() {
            for (sum, held) in buckets.iter_mut().zip(&timed.buckets) {
                *sum = sum.wrapping_add(held.load(Relaxed));
            }
        }
        self.took.load(Relaxed)
    }

    /// The longest in the last `parts` parts up to `part`, in nanoseconds.
    pub(super) fn longest(&self, part: u64, parts: u64) -> u64 {
        let Some(timed) = self.timed.get() else { return 0 };
        let of = |part: u64| {
            let held = timed.longest[index(part)].load(Relaxed);
            if held >> NANOS == word(part, 0) >> NANOS { held & LONGEST } else { 0 }
        };
        (0..parts.min(part + 1)).map(|back| of(part - back)).max().unwrap_or(0)
    }
}

/// Adds to a word: on an own lane nobody else writes it.
#[inline]
fn add(word: &AtomicU64, own: bool, more: u64) {
    if own {
        word.store(word.load(Relaxed).wrapping_add(more), Relaxed);
    } else {
        word.fetch_add(more, Relaxed);
    }
}

#[inline]
fn index(part: u64) -> usize {
    usize::try_from(part % PARTS as u64).unwrap_or(0)
}

#[inline]
fn word(part: u64, nanos: u64) -> u64 {
    (part << NANOS) | nanos.min(LONGEST)
}

/// Of another part, it is replaced; of the same, the longer one stays.
#[cold]
fn longest_yet(longest: &AtomicU64, now: u64) {
    let longer = |before: u64| (before >> NANOS != now >> NANOS || before < now).then_some(now);
    // Nothing is to be done where another thread was faster with a longer one.
    let _ = longest.fetch_update(Relaxed, Relaxed, longer);
}
