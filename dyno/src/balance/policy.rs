//! Which target is picked.

use std::fmt;

/// Which of its targets a balancer picks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Policy {
    /// The cheaper of two that are drawn at random, by the peak EWMA of its latency times the calls
    /// in flight: what is slow, busy or failing gets less.
    #[default]
    P2c,
    /// Each in its turn.
    RoundRobin,
    /// Each in its turn, as often as its weight says, and those of one target well apart.
    Weighted,
    /// The one with the fewest calls in flight for its weight.
    LeastInFlight,
    /// Any, as often as its weight says.
    Random,
}

impl Policy {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::P2c, Self::RoundRobin, Self::Weighted, Self::LeastInFlight, Self::Random];

    /// Its name: `p2c`, `round-robin`, `weighted`, `least-in-flight`, `random`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::P2c => "p2c",
            Self::RoundRobin => "round-robin",
            Self::Weighted => "weighted",
            Self::LeastInFlight => "least-in-flight",
            Self::Random => "random",
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Policy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
