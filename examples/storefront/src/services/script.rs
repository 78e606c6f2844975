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
    /// How many calls in a thousand are forgotten: no answer, and the line stays open.
    pub forgotten: u64,
    /// For each replica, the requests for which it is down.
    pub down: [Vec<Range<u64>>; REPLICAS],
}

/// How many of each service there are.
pub const REPLICAS: usize = 2;

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// An answer, after this long.
    Answer(Duration),
    /// A 503, after this long.
    Hiccup(Duration),
    /// No answer, and the connection stays open.
    Forgotten,
}

impl Script {
    /// Whether this replica (from 0) is down for `request`.
    pub fn is_down(&self, replica: usize, request: u64) -> bool {
        self.down[replica].iter().any(|down| down.contains(&request))
    }

    /// What happens to the `attempt`th call (from 0) that a replica gets for `request` while it is up: the
    /// same at either.
    pub fn fate(&self, request: u64, attempt: u32) -> Fate {
        let mut dice = dice(self.seed, request, attempt);
        let micros = dice.u64(self.latency_us.clone());
        let slow = if dice.u64(0..50) == 0 { 6 } else { 1 };
        let latency = Duration::from_micros(micros * slow);
        match (dice.u64(0..1000) < self.hiccups, dice.u64(0..1000) < self.forgotten) {
            (true, _) => Fate::Hiccup(latency),
            (false, true) => Fate::Forgotten,
            (false, false) => Fate::Answer(latency),
        }
    }
}

/// Dice of its own for each attempt, so that threads cannot change what is thrown.
fn dice(seed: u64, request: u64, attempt: u32) -> fastrand::Rng {
    // Seeds that are near one another throw alike: each is thrown for in turn.
    [request, u64::from(attempt)].into_iter().fold(
        fastrand::Rng::with_seed(seed),
        |mut dice, key| {
            let mut near = fastrand::Rng::with_seed(dice.u64(..) ^ key);
            fastrand::Rng::with_seed(near.u64(..))
        },
    )
}

#[cfg(test)]
impl Script {
    /// Up all day, and quick.
    pub fn quiet() -> Self {
        let (greeting, latency_us, down) = (Duration::ZERO, 0..1, [vec![], vec![]]);
        Self { seed: 1, greeting, latency_us, hiccups: 0, forgotten: 0, down }
    }

    /// And this replica is down for these requests.
    pub fn down_for(mut self, replica: usize, requests: Range<u64>) -> Self {
        self.down[replica].push(requests);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(seed: u64) -> Script {
        Script { seed, latency_us: 1_000..2_000, hiccups: 30, ..Script::quiet() }
    }

    #[test]
    fn the_same_seed_gives_every_call_the_same_fate() {
        let fates =
            |seed| (0..500).map(|request| script(seed).fate(request, 0)).collect::<Vec<_>>();
        assert_eq!(fates(1), fates(1));
        assert_ne!(fates(1), fates(2));
    }

    #[test]
    fn a_replica_is_down_for_the_requests_of_its_outages_and_no_others() {
        let script = Script { down: [vec![100..200, 700..701], vec![]], ..script(3) };
        let down = |replica| (0..1000).filter(move |&request| script.is_down(replica, request));
        assert_eq!(
            down.clone()(0).collect::<Vec<_>>(),
            (100..200).chain([700]).collect::<Vec<_>>()
        );
        assert_eq!(down(1).count(), 0);
    }

    #[test]
    fn hiccups_come_about_as_often_as_they_should() {
        let hiccup = |request: &u64| matches!(script(9).fate(*request, 0), Fate::Hiccup(_));
        let hiccups = (1_000..101_000).filter(hiccup).count();
        assert!((2_700..3_300).contains(&hiccups), "{hiccups} of 100000");
    }

    #[test]
    fn each_attempt_has_a_fate_of_its_own() {
        let script = Script { hiccups: 300, ..script(9) };
        let hiccup = |request, attempt| matches!(script.fate(request, attempt), Fate::Hiccup(_));
        let all = (1_000..101_000).filter(|&request| (0..3).all(|at| hiccup(request, at))).count();
        assert!((2_500..2_900).contains(&all), "{all} of 100000 have three in a row");
    }

    #[test]
    fn calls_are_forgotten_about_as_often_as_they_should() {
        let script = Script { forgotten: 30, hiccups: 0, ..script(9) };
        let forgotten = |request: &u64| script.fate(*request, 0) == Fate::Forgotten;
        let forgotten = (1_000..101_000).filter(forgotten).count();
        assert!((2_700..3_300).contains(&forgotten), "{forgotten} of 100000");
    }
}
