//! What is counted, and the counts as they are read.

use crate::fault::Reason;
use crate::point::Cached;

/// A place among the counters of a lane.
pub(super) type Kind = usize;
/// All counters of a point, summed up over its lanes.
pub(super) type Sums = [u64; KINDS];

pub(super) const SUCCEEDED: Kind = 0;
pub(super) const FAILED: Kind = 1;
pub(super) const PANICKED: Kind = 2;
pub(super) const EXCLUDED: Kind = 3;
pub(super) const CANCELLED: Kind = 4;
/// By reason, from here on.
pub(super) const REJECTED: Kind = 5;
/// What the policies told, from here on: first why they rejected.
const TOLD: Kind = REJECTED + REASONS;
pub(super) const TIMED_OUT: Kind = TOLD + REASONS;
pub(super) const LATE: Kind = TIMED_OUT + 1;
pub(super) const ABANDONED: Kind = LATE + 1;
pub(super) const RETRIED: Kind = ABANDONED + 1;
pub(super) const RECOVERED: Kind = RETRIED + 1;
pub(super) const GAVE_UP: Kind = RECOVERED + 1;
pub(super) const FELL_BACK_REFUSED: Kind = GAVE_UP + 1;
pub(super) const FELL_BACK_FAILED: Kind = FELL_BACK_REFUSED + 1;
pub(super) const FALLBACK_FAILED: Kind = FELL_BACK_FAILED + 1;
/// By what came of it, from here on.
const CACHE: Kind = FALLBACK_FAILED + 1;
pub(super) const OPENED: Kind = CACHE + CACHED;
pub(super) const HALF_OPENED: Kind = OPENED + 1;
pub(super) const CLOSED: Kind = HALF_OPENED + 1;
pub(super) const CHANGED: Kind = CLOSED + 1;
pub(super) const FUSE_ON: Kind = CHANGED + 1;
pub(super) const FUSE_OFF: Kind = FUSE_ON + 1;
pub(super) const BUILT: Kind = FUSE_OFF + 1;
pub(super) const BUILD_FAILED: Kind = BUILT + 1;
pub(super) const KINDS: usize = BUILD_FAILED + 1;

/// Those that are known, and one for the others.
const REASONS: usize = 11;
const CACHED: usize = 8;

const fn reason(reason: Option<Reason>) -> usize {
    match reason {
        Some(Reason::BreakerOpen) => 0,
        Some(Reason::ForcedOpen) => 1,
        Some(Reason::Recovering) => 2,
        Some(Reason::HalfOpenBusy) => 3,
        Some(Reason::FuseOff) => 4,
        Some(Reason::BulkheadFull) => 5,
        Some(Reason::RateLimited) => 6,
        Some(Reason::BudgetSpent) => 7,
        Some(Reason::Shed) => 8,
        Some(Reason::DeadlineSpent) => 9,
        None => 10,
    }
}

/// A call was rejected.
pub(super) const fn rejected(why: Option<Reason>) -> Kind {
    REJECTED + reason(why)
}

/// A policy told that it rejected.
pub(super) const fn told_rejected(why: Option<Reason>) -> Kind {
    TOLD + reason(why)
}

/// A cache told what came of asking it.
pub(super) const fn cached(cached: Cached) -> Kind {
    CACHE
        + match cached {
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

/// Calls that ended, and those that failed.
pub(super) fn traffic(sums: &Sums) -> [u64; 2] {
    [sums[..TOLD].iter().sum(), sums[FAILED] + sums[PANICKED]]
}

/// Calls by how they ended, where `#[metrics]` stands, and what the policies of the same name told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Counts {
    /// Calls that succeeded.
    pub successes: u64,
    /// Calls that failed, panics included.
    pub failures: u64,
    /// Of the failures, those that panicked.
    pub panics: u64,
    /// Calls that count neither way: excluded failures, and calls that were cancelled.
    pub ignored: u64,
    /// Of the ignored, those that were cancelled: dropped before their end.
    pub cancelled: u64,
    /// Calls that dyno refused to make, as they came back to `#[metrics]`.
    pub rejected: Rejections,
    /// What the policies of this name told.
    pub policies: Policies,
}

impl Counts {
    pub(super) fn of(sums: &Sums) -> Self {
        Self {
            successes: sums[SUCCEEDED],
            failures: sums[FAILED] + sums[PANICKED],
            panics: sums[PANICKED],
            ignored: sums[EXCLUDED] + sums[CANCELLED],
            cancelled: sums[CANCELLED],
            rejected: Rejections::of(&sums[REJECTED..REJECTED + REASONS]),
            policies: Policies::of(sums),
        }
    }

    /// Calls that have ended, in any way.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.successes + self.failures + self.ignored + self.rejected.total()
    }

    /// Every count with a name of its own, such as `successes`, `rejected.breaker_open` and
    /// `policies.cache.hits`; no call is in two of them that have no dot, nor are `panics` and
    /// `cancelled` in addition to what they are part of.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let own = [
            ("successes", self.successes),
            ("failures", self.failures),
            ("failures.panics", self.panics),
            ("ignored", self.ignored),
            ("ignored.cancelled", self.cancelled),
        ];
        let rejected = self.rejected.named(&REJECTED_NAMES);
        own.into_iter().chain(rejected).chain(self.policies.iter())
    }
}

/// Rejections by their [`Reason`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Rejections {
    /// [`Reason::BreakerOpen`]
    pub breaker_open: u64,
    /// [`Reason::ForcedOpen`]
    pub forced_open: u64,
    /// [`Reason::Recovering`]
    pub recovering: u64,
    /// [`Reason::HalfOpenBusy`]
    pub half_open_busy: u64,
    /// [`Reason::FuseOff`]
    pub fuse_off: u64,
    /// [`Reason::BulkheadFull`]
    pub bulkhead_full: u64,
    /// [`Reason::RateLimited`]
    pub rate_limited: u64,
    /// [`Reason::BudgetSpent`]
    pub budget_spent: u64,
    /// [`Reason::Shed`]
    pub shed: u64,
    /// [`Reason::DeadlineSpent`]
    pub deadline_spent: u64,
    /// No reason is known: a shared store failed, or what refused is hidden behind an aspect.
    pub other: u64,
}

/// Of the fields, in their order.
const REASON_NAMES: [&str; REASONS] = [
    "breaker_open",
    "forced_open",
    "recovering",
    "half_open_busy",
    "fuse_off",
    "bulkhead_full",
    "rate_limited",
    "budget_spent",
    "shed",
    "deadline_spent",
    "other",
];
const REJECTED_NAMES: [&str; REASONS] = [
    "rejected.breaker_open",
    "rejected.forced_open",
    "rejected.recovering",
    "rejected.half_open_busy",
    "rejected.fuse_off",
    "rejected.bulkhead_full",
    "rejected.rate_limited",
    "rejected.budget_spent",
    "rejected.shed",
    "rejected.deadline_spent",
    "rejected.other",
];
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

impl Rejections {
    fn of(sums: &[u64]) -> Self {
        let of = |at: usize| sums.get(at).copied().unwrap_or(0);
        Self {
            breaker_open: of(0),
            forced_open: of(1),
            recovering: of(2),
            half_open_busy: of(3),
            fuse_off: of(4),
            bulkhead_full: of(5),
            rate_limited: of(6),
            budget_spent: of(7),
            shed: of(8),
            deadline_spent: of(9),
            other: of(10),
        }
    }

    fn all(&self) -> [u64; REASONS] {
        [
            self.breaker_open,
            self.forced_open,
            self.recovering,
            self.half_open_busy,
            self.fuse_off,
            self.bulkhead_full,
            self.rate_limited,
            self.budget_spent,
            self.shed,
            self.deadline_spent,
            self.other,
        ]
    }

    fn named(
        &self,
        names: &'static [&'static str; REASONS],
    ) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        names.iter().copied().zip(self.all())
    }

    /// For any reason.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.all().iter().sum()
    }

    /// For this reason; `None`: for one that is not known.
    #[must_use]
    pub fn of_reason(&self, why: Option<Reason>) -> u64 {
        self.all()[reason(why)]
    }

    /// By a breaker or a fuse, in whatever state.
    #[must_use]
    pub fn short_circuits(&self) -> u64 {
        self.all()[..=reason(Some(Reason::FuseOff))].iter().sum()
    }

    /// Every reason by its name, `breaker_open` and so on.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        self.named(&REASON_NAMES)
    }
}

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
    /// A dependency was built.
    pub built: u64,
    /// A dependency could not be built.
    pub build_failed: u64,
}

impl Policies {
    fn of(sums: &Sums) -> Self {
        Self {
            rejected: Rejections::of(&sums[TOLD..TOLD + REASONS]),
            timed_out: sums[TIMED_OUT],
            late: sums[LATE],
            abandoned: sums[ABANDONED],
            retried: sums[RETRIED],
            recovered: sums[RECOVERED],
            gave_up: sums[GAVE_UP],
            fallback_refused: sums[FELL_BACK_REFUSED],
            fallback_failure: sums[FELL_BACK_FAILED],
            fallback_failed: sums[FALLBACK_FAILED],
            cache: CacheCounts::of(&sums[CACHE..CACHE + CACHED]),
            opened: sums[OPENED],
            half_opened: sums[HALF_OPENED],
            closed: sums[CLOSED],
            changed: sums[CHANGED],
            fuse_on: sums[FUSE_ON],
            fuse_off: sums[FUSE_OFF],
            built: sums[BUILT],
            build_failed: sums[BUILD_FAILED],
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
            ("policies.built", self.built),
            ("policies.build_failed", self.build_failed),
        ];
        self.rejected.named(&TOLD_NAMES).chain(told)
    }
}

/// What came of asking a cache; see [`Cached`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CacheCounts {
    /// [`Cached::Hit`]
    pub hits: u64,
    /// [`Cached::Miss`]
    pub misses: u64,
    /// [`Cached::Early`]
    pub early: u64,
    /// [`Cached::Stale`]
    pub stale: u64,
    /// [`Cached::StaleIfError`]
    pub stale_if_error: u64,
    /// [`Cached::Waited`]
    pub waited: u64,
    /// [`Cached::Refreshed`]
    pub refreshed: u64,
    /// [`Cached::Evicted`]
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
