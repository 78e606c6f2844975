//! What a service does to its callers, by the caller's request number.

use std::ops::Range;
use std::time::Duration;

/// How a service behaves.
#[derive(Clone, Debug)]
pub struct Script {
    /// Tells this service's draws from the other's.
    pub seed: u64,
    /// How long a newcomer waits for the greeting.
    pub greeting: Duration,
    /// How long an answer takes, in microseconds: one in fifty takes six times as long.
    pub latency_us: Range<u64>,
    /// How many calls in a thousand get a 503.
    pub hiccups: u64,
    /// The requests for which the service is down.
    pub down: Range<u64>,
}

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// An answer, after this long.
    Answer(Duration),
    /// A 503, after this long.
    Hiccup(Duration),
    /// The connection is cut off at once.
    CutOff,
}

impl Script {
    /// What happens to the `attempt`th call (from 0) that is made for `request`.
    pub fn fate(&self, request: u64, attempt: u32) -> Fate {
        if self.down.contains(&request) {
            return Fate::CutOff;
        }
        let mut dice = dice(self.seed, request, attempt);
        let micros = dice.u64(self.latency_us.clone());
        let slow = if dice.u64(0..50) == 0 { 6 } else { 1 };
        let latency = Duration::from_micros(micros * slow);
        if dice.u64(0..1000) < self.hiccups { Fate::Hiccup(latency) } else { Fate::Answer(latency) }
    }
}

/// Dice of its own for each attempt, so that threads cannot change what is thrown.
fn dice(seed: u64, request: u64, attempt: u32) -> fastrand::Rng {
    let mut dice = fastrand::Rng::with_seed(seed);
    let key = dice.u64(..) ^ request.rotate_left(8) ^ u64::from(attempt);
    fastrand::Rng::with_seed(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(seed: u64) -> Script {
        Script {
            seed,
            greeting: Duration::ZERO,
            latency_us: 1_000..2_000,
            hiccups: 30,
            down: 100..200,
        }
    }

    #[test]
    fn the_same_seed_gives_every_call_the_same_fate() {
        let fates =
            |seed| (0..500).map(|request| script(seed).fate(request, 0)).collect::<Vec<_>>();
        assert_eq!(fates(1), fates(1));
        assert_ne!(fates(1), fates(2));
    }

    #[test]
    fn it_is_down_for_the_requests_of_the_outage_and_no_others() {
        let down = (0..1000).filter(|request| script(3).fate(*request, 2) == Fate::CutOff);
        assert_eq!(down.collect::<Vec<_>>(), (100..200).collect::<Vec<_>>());
    }

    #[test]
    fn hiccups_come_about_as_often_as_they_should() {
        let hiccup = |request: &u64| matches!(script(9).fate(*request, 0), Fate::Hiccup(_));
        let hiccups = (1_000..101_000).filter(hiccup).count();
        assert!((2_700..3_300).contains(&hiccups), "{hiccups} of 100000");
    }
}
