//! When a value is computed anew: at its end, or by chance before.

use std::time::Duration;

/// A value, of which somebody is to say whether it is to be computed anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aged {
    /// How long ago it was stored.
    pub age: Duration,
    /// How long it lives, `Duration::MAX` being for ever.
    pub lifetime: Duration,
    /// How long it took to compute.
    pub cost: Duration,
}

impl Aged {
    /// A value of that age.
    #[must_use]
    pub const fn new(age: Duration, lifetime: Duration, cost: Duration) -> Self {
        Self { age, lifetime, cost }
    }

    /// How long it has to live; zero when it has expired.
    #[must_use]
    pub const fn left(&self) -> Duration {
        self.lifetime.saturating_sub(self.age)
    }

    /// The part of its life that is over, up to 1.
    fn part(&self) -> f64 {
        if self.lifetime == Duration::MAX {
            return 0.0;
        }
        if self.lifetime.is_zero() {
            1.0
        } else {
            self.age.div_duration_f64(self.lifetime).min(1.0)
        }
    }
}

/// Whether some caller is to compute a value anew before it expires, so that nobody finds it expired.
///
/// Each caller draws for himself. However many do so at a time, one of them computes; all others get
/// the value that is there.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Early {
    /// Nobody is: it is computed when it has expired.
    None,
    /// The nearer the end, measured in the time that the computation takes, the more likely: a caller
    /// computes when `now − cost · beta · ln(random) ≥ expiry`. With a `beta` of 1, which is the best
    /// in theory, that begins some computation times before the end; a greater one begins earlier.
    ///
    /// `XFetch`: Andrea Vattani, Flavio Chierichetti and Keegan Lowenstein, "Optimal Probabilistic
    /// Cache Stampede Prevention" (VLDB 2015).
    XFetch {
        /// How early: above 0.
        beta: f64,
    },
    /// With a probability that grows evenly from the beginning of its life: `age / lifetime`. For
    /// what few ask for: many callers, each of whom draws, make it be computed far more often.
    Linear,
    /// With the probability `(age / lifetime) ^ power`: the greater the power, the later.
    Exponential {
        /// Above 0.
        power: f64,
    },
}

/// `-ln` of the smallest draw: no gap is longer than so many times `cost · beta`.
const LONGEST: f64 = 36.8;

impl Early {
    /// Draws: whether a caller who meets this value is to compute it anew. One that has expired
    /// always is.
    ///
    /// The chance is that of [`fastrand`](https://docs.rs/fastrand), which a test may seed for its
    /// thread.
    #[must_use]
    pub fn draw(self, aged: Aged) -> bool {
        if aged.left().is_zero() {
            return true;
        }
        match self {
            Self::None => false,
            Self::XFetch { beta } => {
                // In (0, 1], of which the logarithm is finite.
                let random = 1.0 - fastrand::f64();
                aged.cost.as_secs_f64() * beta * -random.ln() >= aged.left().as_secs_f64()
            }
            Self::Linear => fastrand::f64() < aged.part(),
            Self::Exponential { power } => fastrand::f64() < aged.part().powf(power),
        }
    }

    /// How long before its end nobody needs to draw, in nanoseconds.
    pub(super) fn window(self, lifetime: u64, cost: u64) -> u64 {
        match self {
            Self::None => 0,
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it ends where the range does, and need not be exact"
            )]
            Self::XFetch { beta } => (cost as f64 * beta * LONGEST).ceil() as u64,
            Self::Linear | Self::Exponential { .. } => lifetime,
        }
    }

    /// Panics with what no one can go by.
    pub(super) const fn check(self) {
        match self {
            Self::XFetch { beta } => assert!(
                beta > 0.0 && beta <= 1000.0,
                "cache: `beta` must be above 0 and at most 1000: use `early = none` for never early"
            ),
            Self::Exponential { power } => assert!(
                power > 0.0 && power <= 1000.0,
                "cache: the power of `early = exponential(…)` must be above 0 and at most 1000"
            ),
            Self::None | Self::Linear => {}
        }
    }
}

/// How long values live, and when they are computed anew, by a rule of one's own.
///
/// ```
/// use std::time::Duration;
/// use dyno::cache::{Aged, Cache, Curve, Settings};
///
/// /// What was dear to compute lives longer, and is renewed in the last tenth of its life.
/// struct ByCost;
/// impl Curve for ByCost {
///     fn lifetime(&self, cost: Duration) -> Duration {
///         cost * 100
///     }
///     fn is_due(&self, aged: Aged) -> bool {
///         aged.left() < aged.lifetime / 10
///     }
/// }
/// static PRICES: Cache<u64, u32> = Cache::new("by-cost", Settings::new().curve(&ByCost));
/// assert_eq!(PRICES.get_or(&7, || 995), 995);
/// ```
pub trait Curve: Send + Sync {
    /// How long a value lives that took so long to compute; `Duration::MAX` is for ever.
    fn lifetime(&self, cost: Duration) -> Duration;

    /// Whether the caller who meets this value, which has not expired, is to compute it anew.
    fn is_due(&self, aged: Aged) -> bool;
}
