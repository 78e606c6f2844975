//! What a cache is set to, and what several places say of one together.

use std::fmt;
use std::time::Duration;

#[cfg(feature = "cache-backend")]
use super::backend::Backend;
use super::early::{Curve, Early};
use crate::clock::nanos;
use crate::shared;

/// How many values are kept unless something else is said.
pub const CAPACITY: usize = 10_000;

/// What a cache is set to.
///
/// ```
/// use std::time::Duration;
/// use dyno::cache::{Early, Settings};
///
/// const SETTINGS: Settings = Settings::new()
///     .ttl(Duration::from_secs(60))
///     .early(Early::XFetch { beta: 1.5 })
///     .stale_if_error(Duration::from_secs(300))
///     .capacity(50_000);
/// assert_eq!(SETTINGS.to_string(), "{ttl = 60s, early = xfetch, beta = 1.5, stale_if_error = 300s, capacity = 50000}");
/// ```
#[derive(Clone, Copy)]
#[must_use]
pub struct Settings {
    ttl: Option<Duration>,
    early: Option<Early>,
    curve: Option<&'static dyn Curve>,
    grace: Option<Duration>,
    stale_if_error: Option<Duration>,
    negative: Option<Duration>,
    capacity: Option<usize>,
    background: Option<bool>,
    #[cfg(feature = "cache-backend")]
    backend: Option<&'static dyn Backend>,
}

impl Settings {
    /// Values live for ever, 10 000 of them.
    pub const fn new() -> Self {
        Self {
            ttl: None,
            early: None,
            curve: None,
            grace: None,
            stale_if_error: None,
            negative: None,
            capacity: None,
            background: None,
            #[cfg(feature = "cache-backend")]
            backend: None,
        }
    }

    /// How long a value lives; without it, for ever. Some caller computes it anew
    /// [a little before](Self::early).
    ///
    /// # Panics
    /// When it is zero, or with a [`curve`](Self::curve); in a constant, at compile time.
    pub const fn ttl(mut self, ttl: Duration) -> Self {
        assert!(!ttl.is_zero(), "cache: `ttl` must be above zero, else no value is ever used");
        self.ttl = Some(ttl);
        self.checked()
    }

    /// How values are computed anew before they expire; unless it is given, [`Early::XFetch`] with a
    /// `beta` of 1, which draws in the last 37 computation times of a value's life, and not at all
    /// for what takes no time or lives for ever.
    ///
    /// # Panics
    /// When its `beta` or power is not above 0 and at most 1000, or with a [`curve`](Self::curve);
    /// in a constant, at compile time.
    pub const fn early(mut self, early: Early) -> Self {
        early.check();
        self.early = Some(early);
        self.checked()
    }

    /// How long values live, and when they are computed anew, by a rule of one's own.
    ///
    /// # Panics
    /// With a [`ttl`](Self::ttl) or [`early`](Self::early); in a constant, at compile time.
    pub const fn curve(mut self, curve: &'static dyn Curve) -> Self {
        self.curve = Some(curve);
        self.checked()
    }

    const fn checked(self) -> Self {
        assert!(
            self.curve.is_none() || (self.ttl.is_none() && self.early.is_none()),
            "cache: a `curve` says itself how long values live and when they are computed anew: leave \
             out `ttl` and `early`"
        );
        self
    }

    /// How long after its end a value is still handed out while somebody else computes the next one;
    /// as long as it was to live unless it is given. Zero: never, all wait.
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.grace = Some(grace);
        self
    }

    /// How long after its end a value is still handed out when the computation of the next one fails.
    ///
    /// # Panics
    /// When it is zero; in a constant, at compile time.
    pub const fn stale_if_error(mut self, stale: Duration) -> Self {
        assert!(
            !stale.is_zero(),
            "cache: `stale_if_error` must be above zero: leave it out to pass every error on"
        );
        self.stale_if_error = Some(stale);
        self
    }

    /// How long failures that are kept live, and `None`s.
    ///
    /// # Panics
    /// When it is zero; in a constant, at compile time.
    pub const fn negative(mut self, negative: Duration) -> Self {
        assert!(
            !negative.is_zero(),
            "cache: `negative` must be above zero: leave it out, and no failure is kept"
        );
        self.negative = Some(negative);
        self
    }

    /// How many values are kept at most, or how much they may weigh together.
    ///
    /// # Panics
    /// When it is zero; in a constant, at compile time.
    pub const fn capacity(mut self, capacity: usize) -> Self {
        assert!(capacity != 0, "cache: `capacity` must be at least 1, else no value is ever kept");
        self.capacity = Some(capacity);
        self
    }

    /// Who is to compute a value anew gets the one that is there, and it is computed elsewhere. Only
    /// for attributes; who brings a closure has it run in place.
    pub const fn background(mut self) -> Self {
        self.background = Some(true);
        self
    }

    /// A second level, which other processes share and which outlives this one.
    #[cfg(feature = "cache-backend")]
    pub const fn backend(mut self, backend: &'static dyn Backend) -> Self {
        self.backend = Some(backend);
        self
    }

    /// What is asked before a value is handed out, and how long one lives.
    pub(super) const fn rule(&self) -> Rule {
        match (self.curve, self.early) {
            (Some(curve), _) => Rule::Own(curve),
            (None, Some(early)) => Rule::Early(early),
            (None, None) => Rule::Early(Early::XFetch { beta: 1.0 }),
        }
    }

    /// How long a value lives, in nanoseconds.
    pub(super) fn lifetime(&self, negative: bool, cost: u64) -> u64 {
        let lifetime = match (self.negative, self.curve) {
            (Some(lives), _) if negative => lives,
            (_, Some(curve)) => curve.lifetime(Duration::from_nanos(cost)),
            _ => self.ttl.unwrap_or(Duration::MAX),
        };
        nanos(lifetime)
    }

    /// How long after its end a value that has lived so long is handed out, in nanoseconds.
    pub(super) fn stays(&self, lifetime: u64) -> u64 {
        self.grace.map_or(lifetime, nanos)
    }

    /// The same when the next one fails.
    pub(super) fn stays_if_error(&self) -> u64 {
        self.stale_if_error.map_or(0, nanos)
    }

    pub(super) fn most(&self) -> usize {
        self.capacity.unwrap_or(CAPACITY)
    }

    pub(super) fn is_background(&self) -> bool {
        self.background.unwrap_or(false)
    }

    #[cfg(feature = "cache-backend")]
    pub(super) const fn second(&self) -> Option<&'static dyn Backend> {
        self.backend
    }

    fn rows(&self) -> Vec<(&'static str, Option<String>)> {
        let time = |time: Option<Duration>| time.map(|time| format!("{time:?}"));
        let (early, beta) = match self.early {
            None => (None, None),
            Some(Early::None) => (Some("none".to_owned()), None),
            Some(Early::Linear) => (Some("linear".to_owned()), None),
            Some(Early::Exponential { power }) => (Some(format!("exponential({power})")), None),
            Some(Early::XFetch { beta }) => (Some("xfetch".to_owned()), Some(beta.to_string())),
        };
        vec![
            ("ttl", time(self.ttl)),
            ("early", early),
            ("beta", beta),
            ("curve", self.curve.map(|curve| address(std::ptr::from_ref(curve)))),
            ("grace", time(self.grace)),
            ("stale_if_error", time(self.stale_if_error)),
            ("negative", time(self.negative)),
            ("capacity", self.capacity.map(|capacity| capacity.to_string())),
            ("refresh", self.background.map(|_| "background".to_owned())),
            #[cfg(feature = "cache-backend")]
            ("backend", self.backend.map(|backend| address(std::ptr::from_ref(backend)))),
        ]
    }
}

/// All that is known of somebody else's rule.
fn address<T: ?Sized>(of: *const T) -> String {
    format!("{:p}", of.cast::<()>())
}

/// What is asked before a value is handed out.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    Early(Early),
    Own(&'static dyn Curve),
}

impl shared::Settings for Settings {
    fn merged(&self, other: &Self) -> Result<Self, Vec<&'static str>> {
        let pairs = self.rows().into_iter().zip(other.rows());
        let mut differing: Vec<_> = pairs
            .filter(|((_, mine), (_, its))| mine.is_some() && its.is_some() && mine != its)
            .map(|((name, _), _)| name)
            .collect();
        let rules = |settings: &Self| settings.ttl.is_some() || settings.early.is_some();
        if (self.curve.is_some() && rules(other)) || (other.curve.is_some() && rules(self)) {
            differing.push("curve");
        }
        if !differing.is_empty() {
            return Err(differing);
        }
        Ok(Self {
            ttl: self.ttl.or(other.ttl),
            early: self.early.or(other.early),
            curve: self.curve.or(other.curve),
            grace: self.grace.or(other.grace),
            stale_if_error: self.stale_if_error.or(other.stale_if_error),
            negative: self.negative.or(other.negative),
            capacity: self.capacity.or(other.capacity),
            background: self.background.or(other.background),
            #[cfg(feature = "cache-backend")]
            backend: self.backend.or(other.backend),
        })
    }

    fn is_silent(&self) -> bool {
        self.rows().iter().all(|(_, value)| value.is_none())
    }

    fn entries(&self, said: &mut fmt::DebugSet<'_, '_>) {
        for (name, value) in self.rows() {
            if let Some(value) = value {
                said.entry(&format_args!("{name} = {value}"));
            }
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

/// `{ttl = 60s, capacity = 100}`
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = f.debug_set();
        shared::Settings::entries(self, &mut said);
        said.finish()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settings({self})")
    }
}
