//! How long to pause.

use std::fmt;
use std::time::Duration;

use super::Backoff;
use crate::clock::nanos;

/// How a pause is made random, so that callers that failed together do not come back together.
///
/// The terms are those of Marc Brooker, "Exponential Backoff And Jitter" (AWS, 2015). The jitter is
/// drawn last: it is there at the cap, too, and never goes above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Jitter {
    /// Between zero and the limit: the least load for those who are called.
    #[default]
    Full,
    /// Between half of the limit and the limit: never at once.
    Equal,
    /// Between the beginning of the backoff and three times the previous pause, at most the cap.
    Decorrelated,
    /// The limit itself.
    None,
}

/// The rule for pauses.
#[derive(Clone, Copy)]
pub(super) struct Wait {
    pub(super) base: Base,
    /// As given; 0 when it is not.
    pub(super) factor: f64,
    pub(super) jitter: Option<Jitter>,
}

#[derive(Clone, Copy)]
pub(super) enum Base {
    None,
    Fixed(Duration),
    Growing { start: Duration, cap: Duration },
    Own(&'static dyn Backoff),
}

impl Wait {
    pub(super) const NONE: Self = Self { base: Base::None, factor: 0.0, jitter: None };

    /// Refuses what can do nothing, in whichever order it is said.
    pub(super) const fn check(&self) {
        if !matches!(self.base, Base::Fixed(_)) {
            return;
        }
        assert!(
            self.factor == 0.0,
            "retry: `factor` is of pauses that grow and `delay` is the same each time: use `backoff`"
        );
        assert!(
            !matches!(self.jitter, Some(Jitter::Decorrelated)),
            "retry: `Jitter::Decorrelated` grows and `delay` is the same each time: use `backoff`"
        );
    }

    /// The pause after the `failed`-th attempt, from 1, the one before it having been `previous`;
    /// `None` when there is no further one.
    pub(super) fn after(&self, failed: u32, previous: Duration) -> Option<Duration> {
        let (limit, jitter) = match self.base {
            Base::None => return Some(Duration::ZERO),
            Base::Own(pauses) => return pauses.pause(failed, previous),
            Base::Fixed(pause) => (nanos(pause), self.jitter.unwrap_or(Jitter::None)),
            Base::Growing { start, cap } => {
                let (start, cap) = (nanos(start), nanos(cap));
                let jitter = self.jitter.unwrap_or_default();
                if matches!(jitter, Jitter::Decorrelated) {
                    let factor = self.factor_or(3.0);
                    let previous = nanos(previous).max(start);
                    let limit = scaled(previous, factor, cap).max(start);
                    return Some(Duration::from_nanos(fastrand::u64(start..=limit)));
                }
                let factor = self.factor_or(2.0);
                let power = i32::try_from(failed.saturating_sub(1)).unwrap_or(i32::MAX);
                (scaled(start, factor.powi(power), cap), jitter)
            }
        };
        Some(Duration::from_nanos(match jitter {
            Jitter::Full => fastrand::u64(0..=limit),
            Jitter::Equal => fastrand::u64(limit / 2..=limit),
            Jitter::Decorrelated | Jitter::None => limit,
        }))
    }

    const fn factor_or(&self, default: f64) -> f64 {
        if self.factor == 0.0 { default } else { self.factor }
    }
}

/// `nanos` times `factor`, which is at least 1, at most `cap`; the product may well be infinite.
fn scaled(nanos: u64, factor: f64, cap: u64) -> u64 {
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let product = (nanos as f64 * factor) as u64;
    // A product of so many nanoseconds is rounded, but it is never the smaller for it.
    product.max(nanos).min(cap)
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.base {
            Base::None => f.write_str("none"),
            Base::Own(_) => f.write_str("its own"),
            Base::Fixed(pause) => {
                write!(f, "{pause:?} with jitter {:?}", self.jitter.unwrap_or(Jitter::None))
            }
            Base::Growing { start, cap } => {
                let jitter = self.jitter.unwrap_or_default();
                let usual = if jitter == Jitter::Decorrelated { 3.0 } else { 2.0 };
                let factor = self.factor_or(usual);
                write!(f, "{start:?}..{cap:?} by {factor} with jitter {jitter:?}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn growing(start: Duration, cap: Duration, jitter: Jitter) -> Wait {
        Wait { base: Base::Growing { start, cap }, factor: 0.0, jitter: Some(jitter) }
    }

    #[test]
    fn the_limit_doubles_up_to_the_cap() {
        let limits = |start, cap, failed| {
            growing(start, cap, Jitter::None).after(failed, MS).expect("no end").as_nanos()
        };
        let doubled: Vec<u128> =
            (1..7).map(|n| limits(50 * MS, 1000 * MS, n) / 1_000_000).collect();
        assert_eq!(doubled, [50, 100, 200, 400, 800, 1000]);
        assert_eq!(limits(MS, Duration::MAX, 64), u128::from(u64::MAX));
        assert_eq!(limits(MS, 5 * MS, u32::MAX), 5_000_000);
    }

    #[test]
    fn the_jitter_fills_the_whole_range_also_at_the_cap() {
        fastrand::seed(7);
        let wait = growing(MS, 8 * MS, Jitter::Full);
        for (failed, top) in [(1, 1), (2, 2), (4, 8), (40, 8)] {
            let drawn: Vec<Duration> =
                (0..1000).filter_map(|_| wait.after(failed, Duration::ZERO)).collect();
            assert!(drawn.iter().all(|pause| *pause <= top * MS));
            assert!(drawn.iter().any(|pause| *pause > top * MS * 9 / 10), "upper tenth, {failed}");
            assert!(drawn.iter().any(|pause| *pause < top * MS / 10), "lower tenth, {failed}");
        }
    }
}
