//! What policies told.

use super::counts::{self, CACHE, CACHED, REASONS, Rejections, Sums, TOLD};

const TOLD_NAMES: [&str; REASONS] = [
    "policies.rejected.breaker_open",
    "policies.rejected.forced_open",
    "policies.rejected.recovering",
    "policies.rejected.half_open_busy",
    "policies.rejected.fuse_off",
    "policies.rejected.bulkhead_full",
    "policies.rejected.rate_limited",
    "policies.rejected.budget_spent",
    "policies.rejected.shed",
    "policies.rejected.deadline_spent",
    "policies.rejected.other",
];

/// What policies told under a name: attempts and answers, not calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Policies {
    /// What they refused to let pass; of a call that is retried, every attempt.
    pub rejected: Rejections,
    /// A limit was reached before an answer was there.
    pub timed_out: u64,
    /// An answer came after the limit.
    pub late: u64,
    /// Of the late, those for which nobody waited any longer.
    pub abandoned: u64,
    /// Attempts after the first.
    pub retried: u64,
    /// Calls that a later attempt than the first made succeed.
    pub recovered: u64,
    /// Calls of which the last attempt failed.
    pub gave_up: u64,
    /// A fallback stood in for a call that was refused.
    pub fallback_refused: u64,
    /// A fallback stood in for a call that had failed.
    pub fallback_failure: u64,
    /// What stood in failed as well.
    pub fallback_failed: u64,
    /// What came of asking a cache.
    pub cache: CacheCounts,
    /// A breaker opened, by itself or by hand.
    pub opened: u64,
    /// A breaker became half-open.
    pub half_opened: u64,
    /// A breaker closed.
    pub closed: u64,
    /// A breaker changed to another state: recovering, disabled, measuring only.
    pub changed: u64,
    /// A fuse was switched on.
    pub fuse_on: u64,
    /// A fuse was switched off.
    pub fuse_off: u64,
    /// A balancer passed a target over from then on.
    pub ejected: u64,
    /// A balancer called a target again.
    pub returned: u64,
    /// A dependency was built.
    pub built: u64,
    /// A dependency could not be built.
    pub build_failed: u64,
}

impl Policies {
    pub(super) fn of(sums: &Sums) -> Self {
        Self {
            rejected: Rejections::of(&sums[TOLD..TOLD + REASONS]),
            timed_out: sums[counts::TIMED_OUT],
            late: sums[counts::LATE],
            abandoned: sums[counts::ABANDONED],
            retried: sums[counts::RETRIED],
            recovered: sums[counts::RECOVERED],
            gave_up: sums[counts::GAVE_UP],
            fallback_refused: sums[counts::FELL_BACK_REFUSED],
            fallback_failure: sums[counts::FELL_BACK_FAILED],
            fallback_failed: sums[counts::FALLBACK_FAILED],
            cache: CacheCounts::of(&sums[CACHE..CACHE + CACHED]),
            opened: sums[counts::OPENED],
            half_opened: sums[counts::HALF_OPENED],
            closed: sums[counts::CLOSED],
            changed: sums[counts::CHANGED],
            fuse_on: sums[counts::FUSE_ON],
            fuse_off: sums[counts::FUSE_OFF],
            ejected: sums[counts::EJECTED],
            returned: sums[counts::RETURNED],
            built: sums[counts::BUILT],
            build_failed: sums[counts::BUILD_FAILED],
        }
    }

    /// How often a fallback stood in: answers that were degraded, or failed once more.
    #[must_use]
    pub fn fallbacks(&self) -> u64 {
        self.fallback_refused + self.fallback_failure
    }

    /// Every count by its name, `policies.retried` and so on.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let told = [
            ("policies.timed_out", self.timed_out),
            ("policies.late", self.late),
            ("policies.late.abandoned", self.abandoned),
            ("policies.retried", self.retried),
            ("policies.recovered", self.recovered),
            ("policies.gave_up", self.gave_up),
            ("policies.fallback.refused", self.fallback_refused),
            ("policies.fallback.failure", self.fallback_failure),
            ("policies.fallback_failed", self.fallback_failed),
            ("policies.cache.hits", self.cache.hits),
            ("policies.cache.misses", self.cache.misses),
            ("policies.cache.early", self.cache.early),
            ("policies.cache.stale", self.cache.stale),
            ("policies.cache.stale_if_error", self.cache.stale_if_error),
            ("policies.cache.waited", self.cache.waited),
            ("policies.cache.refreshed", self.cache.refreshed),
            ("policies.cache.evicted", self.cache.evicted),
            ("policies.breaker.opened", self.opened),
            ("policies.breaker.half_opened", self.half_opened),
            ("policies.breaker.closed", self.closed),
            ("policies.breaker.changed", self.changed),
            ("policies.fuse.on", self.fuse_on),
            ("policies.fuse.off", self.fuse_off),
            ("policies.balance.ejected", self.ejected),
            ("policies.balance.returned", self.returned),
            ("policies.built", self.built),
            ("policies.build_failed", self.build_failed),
        ];
        self.rejected.named(&TOLD_NAMES).chain(told)
    }
}

/// What came of asking a cache; see [`Cached`](crate::point::Cached).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CacheCounts {
    /// [`Cached::Hit`](crate::point::Cached::Hit)
    pub hits: u64,
    /// [`Cached::Miss`](crate::point::Cached::Miss)
    pub misses: u64,
    /// [`Cached::Early`](crate::point::Cached::Early)
    pub early: u64,
    /// [`Cached::Stale`](crate::point::Cached::Stale)
    pub stale: u64,
    /// [`Cached::StaleIfError`](crate::point::Cached::StaleIfError)
    pub stale_if_error: u64,
    /// [`Cached::Waited`](crate::point::Cached::Waited)
    pub waited: u64,
    /// [`Cached::Refreshed`](crate::point::Cached::Refreshed)
    pub refreshed: u64,
    /// [`Cached::Evicted`](crate::point::Cached::Evicted)
    pub evicted: u64,
}

impl CacheCounts {
    fn of(sums: &[u64]) -> Self {
        let of = |at: usize| sums.get(at).copied().unwrap_or(0);
        Self {
            hits: of(0),
            misses: of(1),
            early: of(2),
            stale: of(3),
            stale_if_error: of(4),
            waited: of(5),
            refreshed: of(6),
            evicted: of(7),
        }
    }

    /// The share of those asked for that was there, from 0 to 1; `None` where none was asked for.
    #[must_use]
    pub fn hit_ratio(&self) -> Option<f64> {
        let served = self.hits + self.early + self.stale;
        let asked = served + self.misses + self.waited + self.stale_if_error;
        #[expect(clippy::cast_precision_loss, reason = "it is a share")]
        (asked > 0).then(|| served as f64 / asked as f64)
    }
}
