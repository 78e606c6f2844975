//! What a rejection went by, in three words: it is made many thousand times a second and read seldom.

use std::time::Duration;

use super::Reason;
use super::explain::{Circuit, Rule};
use super::last::LastError;

/// The numbers of a rule at the moment at which it refused.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(all(feature = "breaker", feature = "limit", feature = "pool")), allow(dead_code))]
pub(crate) enum Facts {
    /// Nothing is known but this.
    Plain(Reason),
    /// A breaker is open, since this.
    Open(Option<LastError>),
    /// The same, until a hand closes it.
    ForcedOpen(Option<LastError>),
    /// As many trials as may be are under way.
    Trials { permits: u32, last: Option<LastError> },
    /// A share of the calls passes, in millionths.
    Share { millionths: u32, last: Option<LastError> },
    /// A fuse is off, since this.
    Off(Option<LastError>),
    /// As many calls as may be are in flight.
    Full { limit: u32, in_flight: u32, waiting: u32, queue: u32, waited: Micros },
    /// There are more calls than the rate allows, which is given per so many nanoseconds.
    Early { calls: u32, burst: u32, waiting: u32, per: u64 },
    /// The deadline had passed, so many nanoseconds ago.
    Passed { ago: u64 },
    /// There was less time left than needed, in nanoseconds.
    Short { left: u64, needed: u64 },
}

/// Up to an hour and eleven minutes, beyond which a wait is as long as that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Micros(u32);

impl Micros {
    // Not by `as_micros`, which divides 128 bits.
    #[cfg(any(feature = "limit", feature = "pool"))]
    pub(crate) fn of(time: Duration) -> Self {
        let micros = time.as_secs().saturating_mul(1_000_000);
        let micros = micros.saturating_add(u64::from(time.subsec_micros()));
        Self(u32::try_from(micros).unwrap_or(u32::MAX))
    }

    fn time(self) -> Duration {
        Duration::from_micros(u64::from(self.0))
    }
}

impl Facts {
    pub(crate) const fn reason(&self) -> Reason {
        match self {
            Self::Plain(reason) => *reason,
            Self::Open(_) => Reason::BreakerOpen,
            Self::ForcedOpen(_) => Reason::ForcedOpen,
            Self::Trials { .. } => Reason::HalfOpenBusy,
            Self::Share { .. } => Reason::Recovering,
            Self::Off(_) => Reason::FuseOff,
            Self::Full { .. } => Reason::BulkheadFull,
            Self::Early { .. } => Reason::RateLimited,
            Self::Passed { .. } | Self::Short { .. } => Reason::DeadlineSpent,
        }
    }

    /// Stands for the error before it, and for what opened the breaker.
    pub(super) const fn last(&self) -> Option<LastError> {
        match self {
            Self::Open(last)
            | Self::ForcedOpen(last)
            | Self::Off(last)
            | Self::Trials { last, .. }
            | Self::Share { last, .. } => *last,
            _ => None,
        }
    }

    /// The rule, with all that is still known.
    pub(super) fn rule(&self, retry_after: Option<Duration>) -> Rule {
        let last = self.last();
        let breaker = |circuit| {
            let last_error = last.and_then(LastError::text);
            Rule::Breaker { circuit, retry_after, last_error }
        };
        let by_hand = || last.and_then(LastError::opened).and_then(|opened| opened.by_hand());
        match *self {
            Self::Plain(reason) => Rule::unknown(reason, retry_after),
            Self::Open(last) => breaker(Circuit::Open { why: last.and_then(LastError::opened) }),
            Self::ForcedOpen(_) => breaker(Circuit::ForcedOpen { at: by_hand() }),
            Self::Trials { permits, .. } => breaker(Circuit::HalfOpen { trials: permits, permits }),
            Self::Share { millionths, .. } => {
                breaker(Circuit::Recovering { share: f64::from(millionths) / 1e6 })
            }
            Self::Off(_) => Rule::Fuse { on: false, switched: by_hand() },
            Self::Full { limit, in_flight, waiting, queue, waited } => Rule::Bulkhead {
                limit,
                in_flight,
                waiting,
                queue,
                waited: Some(waited.time()),
                retry_after,
            },
            Self::Early { calls, burst, waiting, per } => Rule::Rate {
                calls,
                per: Duration::from_nanos(per),
                burst,
                waiting,
                next_in: Some(retry_after.unwrap_or_default()),
            },
            Self::Passed { ago } => Rule::Deadline {
                left: Duration::ZERO,
                passed: Some(Duration::from_nanos(ago)),
                needed: None,
            },
            Self::Short { left, needed } => Rule::Deadline {
                left: Duration::from_nanos(left),
                passed: None,
                needed: Some(Duration::from_nanos(needed)),
            },
        }
    }
}

/// A time to wait in a word; none is the longest.
#[derive(Clone, Copy)]
pub(super) struct After(u64);

impl After {
    // Not by `as_nanos`: 128 bits cost more than all the rest of a rejection.
    #[inline]
    pub(super) const fn of(after: Option<Duration>) -> Self {
        let Some(after) = after else { return Self(u64::MAX) };
        let nanos = after.as_secs().saturating_mul(1_000_000_000);
        let nanos = nanos.saturating_add(after.subsec_nanos() as u64);
        // 584 years are as good as for ever, and still a time.
        Self(if nanos == u64::MAX { nanos - 1 } else { nanos })
    }

    pub(super) const fn time(self) -> Option<Duration> {
        if self.0 == u64::MAX { None } else { Some(Duration::from_nanos(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_wait_fits_a_word() {
        for time in [None, Some(Duration::ZERO), Some(Duration::new(86_400, 1))] {
            assert_eq!(After::of(time).time(), time);
        }
        assert!(After::of(Some(Duration::MAX)).time() > Some(Duration::from_secs(1 << 34)));
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn facts_are_three_words() {
        assert_eq!(size_of::<Facts>(), 24);
        assert_eq!(size_of::<super::super::Last>(), 32);
        assert!(size_of::<super::super::Fault>() <= 80, "{}", size_of::<super::super::Fault>());
    }
}
