//! A time as a person likes to read it.

use std::fmt;
use std::time::Duration;

/// Prints a time as a number, rounded to hundredths, and the largest unit of `S`, `mS`, `uS` and `nS`
/// of which it is at least one. A width applies to all of it.
///
/// ```
/// use std::time::Duration;
/// use dyno::timing::PrettyTime;
/// assert_eq!(PrettyTime::from(Duration::from_micros(12_345)).to_string(), "12.35mS");
/// assert_eq!(format!("{:>10}", PrettyTime::secs(0.003)), "     3.0mS");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct PrettyTime(f64);

impl PrettyTime {
    /// So many seconds; they may be negative.
    #[must_use]
    pub const fn secs(secs: f64) -> Self {
        Self(secs)
    }

    /// In seconds.
    #[must_use]
    pub const fn as_secs(self) -> f64 {
        self.0
    }
}

impl From<Duration> for PrettyTime {
    fn from(time: Duration) -> Self {
        Self(time.as_secs_f64())
    }
}

impl fmt::Display for PrettyTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(&str, f64); 4] = [("S", 1.0), ("mS", 1e3), ("uS", 1e6), ("nS", 1e9)];
        let of = |at: usize| (self.0 * UNITS[at].1 * 100.0).round() / 100.0;
        let size = self.0.abs();
        let largest = UNITS.iter().position(|(_, scale)| size * scale >= 1.0);
        let mut at = if self.0.is_finite() { largest.unwrap_or(UNITS.len() - 1) } else { 0 };
        if at > 0 && of(at).abs() >= 1000.0 {
            at -= 1;
        }
        // No `-0.0`.
        let text = format!("{:.2}", of(at) + 0.0);
        let text = text.strip_suffix('0').unwrap_or(&text);
        f.pad(&format!("{text}{}", UNITS[at].0))
    }
}
