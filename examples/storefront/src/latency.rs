//! How long requests took.

use std::time::Duration;

use serde::Serialize;

use crate::report::millis;
use crate::run::{End, Record};

/// How long requests took, by how they ended.
#[derive(Debug, Serialize)]
pub struct Latencies {
    /// All requests.
    pub all: Latency,
    /// Answered from the services.
    pub full: Latency,
    /// Answered with the help of a fallback.
    pub degraded: Latency,
}

/// Percentiles of some requests (nearest rank).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// How many requests.
    pub count: usize,
    /// The median.
    #[serde(rename = "p50_ms", serialize_with = "millis")]
    pub p50: Duration,
    /// 95 in 100 took no longer.
    #[serde(rename = "p95_ms", serialize_with = "millis")]
    pub p95: Duration,
    /// 99 in 100 took no longer.
    #[serde(rename = "p99_ms", serialize_with = "millis")]
    pub p99: Duration,
    /// The slowest.
    #[serde(rename = "max_ms", serialize_with = "millis")]
    pub max: Duration,
}

impl Latencies {
    /// Those of all requests.
    pub fn of(records: &[Record]) -> Self {
        let those = |which: fn(&End) -> bool| {
            Latency::of(records.iter().filter(move |record| which(&record.end)))
        };
        Self {
            all: those(|_| true),
            full: those(|end| matches!(end, End::Answered { degraded: false, .. })),
            degraded: those(|end| matches!(end, End::Answered { degraded: true, .. })),
        }
    }
}

impl Latency {
    /// Those of these requests.
    pub fn of<'a>(records: impl Iterator<Item = &'a Record>) -> Self {
        let mut took: Vec<_> = records.map(|record| record.took).collect();
        took.sort_unstable();
        let at = |percent: usize| {
            let rank = (took.len() * percent).div_ceil(100);
            took.get(rank.saturating_sub(1)).copied().unwrap_or_default()
        };
        Self { count: took.len(), p50: at(50), p95: at(95), p99: at(99), max: at(100) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let records: Vec<_> = (1..=200)
            .map(|ms| Record {
                request: ms,
                at: Duration::ZERO,
                took: Duration::from_millis(201 - ms),
                end: End::Failed("test"),
            })
            .collect();
        let latency = Latency::of(records.iter());
        let ms = Duration::from_millis;
        let wanted = Latency { count: 200, p50: ms(100), p95: ms(190), p99: ms(198), max: ms(200) };
        assert_eq!(latency, wanted);
        assert_eq!(Latency::of([].iter()), Latency::default());
    }
}
