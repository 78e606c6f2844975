//! How often what came of asking.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::lanes::{self, Lane, Line};
use crate::point::Cached;

/// How often what came of asking a cache, since the program began.
///
/// Every call is one of [`hit`](Self::hit), [`miss`](Self::miss), [`early`](Self::early),
/// [`stale`](Self::stale) and [`waited`](Self::waited), but for a future that is dropped while it
/// waits, which is none; the others count what happened besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// A value was there.
    pub hit: u64,
    /// None was there that was not expired, and the caller computed it, or went without.
    pub miss: u64,
    /// A value was there, and the caller computed the next one before it expired.
    pub early: u64,
    /// A value had expired, and was handed out while somebody else computed the next one.
    pub stale: u64,
    /// None was there, and the caller waited for somebody else who computed it.
    pub waited: u64,
    /// A computation failed, and a value that had expired was handed out.
    pub stale_if_error: u64,
    /// A value was computed off a caller's path.
    pub refreshed: u64,
    /// A value made room for another.
    pub evicted: u64,
}

impl Counts {
    /// How many calls there were.
    #[must_use]
    pub const fn calls(&self) -> u64 {
        self.hit + self.miss + self.early + self.stale + self.waited
    }

    /// The part of the calls that got a value at once; none where there was no call.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    pub fn hit_rate(&self) -> Option<f64> {
        let calls = self.calls();
        (calls != 0).then(|| (self.hit + self.stale) as f64 / calls as f64)
    }
}

/// `1204 calls: 97.5% hits; 20 misses, 4 early, 1 stale, 5 waited; 0 stale after errors, 0 refreshed, 3 evicted`
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.hit_rate().unwrap_or_default() * 100.0;
        write!(f, "{} calls: {rate:.1}% hits; {} misses, ", self.calls(), self.miss)?;
        write!(f, "{} early, {} stale, {} waited; ", self.early, self.stale, self.waited)?;
        write!(f, "{} stale after errors, ", self.stale_if_error)?;
        write!(f, "{} refreshed, {} evicted", self.refreshed, self.evicted)
    }
}

const KINDS: usize = 8;

/// Each thread counts in a lane of its own.
pub(super) struct Tally(Box<[Line<[AtomicU64; KINDS]>]>);

impl Tally {
    pub(super) fn new() -> Self {
        Self((0..lanes::count()).map(|_| Line(Default::default())).collect())
    }

    #[inline]
    pub(super) fn count(&self, cached: Cached) {
        let lane = Lane::here();
        let cell = &self.0[lane.index].0[at(cached)];
        if lane.own {
            cell.store(cell.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        } else {
            cell.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The sum of all lanes.
    pub(super) fn read(&self) -> Counts {
        let sum = |cached: Cached| {
            self.0.iter().map(|lane| lane.0[at(cached)].load(Ordering::Relaxed)).sum()
        };
        Counts {
            hit: sum(Cached::Hit),
            miss: sum(Cached::Miss),
            early: sum(Cached::Early),
            stale: sum(Cached::Stale),
            waited: sum(Cached::Waited),
            stale_if_error: sum(Cached::StaleIfError),
            refreshed: sum(Cached::Refreshed),
            evicted: sum(Cached::Evicted),
        }
    }
}

#[inline]
const fn at(cached: Cached) -> usize {
    match cached {
        Cached::Hit => 0,
        Cached::Miss => 1,
        Cached::Early => 2,
        Cached::Stale => 3,
        Cached::StaleIfError => 4,
        Cached::Waited => 5,
        Cached::Refreshed => 6,
        Cached::Evicted => 7,
    }
}
