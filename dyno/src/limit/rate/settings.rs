//! What a rate is set to, and what several places say of it together.

use std::fmt;
use std::time::Duration;

use super::pace::Pace;
use crate::keyed;

/// What one place says of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// So many calls in so long; an attribute that shares a name may leave it to another.
    pub(super) rate: Option<(u32, Duration)>,
    pub(super) burst: Option<u32>,
    pub(super) wait: Option<Duration>,
}

impl Settings {
    pub(super) const SILENT: Self = Self { rate: None, burst: None, wait: None };

    pub(super) const fn of(calls: u32, per: Duration) -> Self {
        let settings = Self { rate: Some((calls, per)), ..Self::SILENT };
        let _checked = settings.pace();
        settings
    }

    pub(super) const fn burst(mut self, burst: u32) -> Self {
        self.burst = Some(burst);
        let _checked = self.pace();
        self
    }

    pub(super) const fn wait(mut self, wait: Duration) -> Self {
        assert!(
            !wait.is_zero(),
            "rate: `wait` must be above zero: who is not to wait needs no `wait`"
        );
        self.wait = Some(wait);
        self
    }

    /// How many may come at once.
    pub(super) const fn most(&self) -> u32 {
        match (self.burst, self.rate) {
            (Some(burst), _) => burst,
            (None, Some((calls, _))) => calls,
            (None, None) => u32::MAX,
        }
    }

    pub(super) const fn pace(&self) -> Pace {
        let pace = match self.rate {
            Some((calls, per)) => Pace::of(calls, per, self.most()),
            // As much as nothing.
            None => Pace::of(1_000_000_000, Duration::from_secs(1), u32::MAX),
        };
        // Who waits goes by the precise clock, and so must all others then.
        if self.wait.is_some() { pace.precise() } else { pace }
    }

    /// The longest wait in nanoseconds; none is zero.
    pub(super) const fn wait_nanos(&self) -> u64 {
        match self.wait {
            None => 0,
            Some(wait) if wait.as_secs() > YEARS => u64::MAX / 2,
            Some(wait) => wait.as_secs() * 1_000_000_000 + wait.subsec_nanos() as u64,
        }
    }

    fn rows(&self) -> [(&'static str, Option<String>); 3] {
        [
            ("rate", self.rate.map(|(calls, per)| format!("{calls}/{per:?}"))),
            ("burst", self.burst.map(|burst| burst.to_string())),
            ("wait", self.wait.map(|wait| format!("{wait:?}"))),
        ]
    }
}

/// 250 years in seconds: as good as for ever.
const YEARS: u64 = 250 * 366 * 86_400;

impl keyed::Settings for Settings {
    fn merged(&self, other: &Self) -> Result<Self, Vec<&'static str>> {
        let pairs = self.rows().into_iter().zip(other.rows());
        let differing: Vec<_> = pairs
            .filter(|((_, mine), (_, its))| mine.is_some() && its.is_some() && mine != its)
            .map(|((name, _), _)| name)
            .collect();
        if !differing.is_empty() {
            return Err(differing);
        }
        Ok(Self {
            rate: self.rate.or(other.rate),
            burst: self.burst.or(other.burst),
            wait: self.wait.or(other.wait),
        })
    }

    fn is_silent(&self) -> bool {
        *self == Self::SILENT
    }

    fn entries(&self, said: &mut fmt::DebugSet<'_, '_>) {
        for (name, value) in self.rows() {
            if let Some(value) = value {
                said.entry(&format_args!("{name} = {value}"));
            }
        }
    }
}
