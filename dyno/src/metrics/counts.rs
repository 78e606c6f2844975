//! What is counted, and the counts as they are read.

use super::policies::Policies;
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
pub(super) const TOLD: Kind = REJECTED + REASONS;
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
pub(super) const CACHE: Kind = FALLBACK_FAILED + 1;
pub(super) const OPENED: Kind = CACHE + CACHED;
pub(super) const HALF_OPENED: Kind = OPENED + 1;
pub(super) const CLOSED: Kind = HALF_OPENED + 1;
pub(super) const CHANGED: Kind = CLOSED + 1;
pub(super) const FUSE_ON: Kind = CHANGED + 1;
pub(super) const FUSE_OFF: Kind = FUSE_ON + 1;
pub(super) const EJECTED: Kind = FUSE_OFF + 1;
pub(super) const RETURNED: Kind = EJECTED + 1;
pub(super) const BUILT: Kind = RETURNED + 1;
pub(super) const BUILD_FAILED: Kind = BUILT + 1;
pub(super) const KINDS: usize = BUILD_FAILED + 1;

/// Those that are known, and one for the others.
pub(super) const REASONS: usize = 11;
pub(super) const CACHED: usize = 8;

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
impl Rejections {
    pub(super) fn of(sums: &[u64]) -> Self {
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

    pub(super) fn named(
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
