//! How many policies are around the call, and which.

use std::time::Duration;

use benches::{Bars, Section};

use crate::group::Group;
use crate::{by_hand, floors, guarded, peers, services};

/// For all attempts together, and for one.
pub(crate) const LIMIT: Duration = Duration::from_millis(250);
pub(crate) const DEADLINE: Duration = Duration::from_secs(2);
pub(crate) const ATTEMPT: Duration = Duration::from_millis(100);
/// Attempts in all.
pub(crate) const ATTEMPTS: u32 = 3;
/// What retries may add to the calls.
pub(crate) const SHARE: f64 = 0.2;
pub(crate) const FAIL_MAX: u32 = 5;
pub(crate) const OPEN_FOR: Duration = Duration::from_secs(60);
/// Calls at a time.
pub(crate) const PLACES: u32 = 10;
/// So many calls a second as no machine makes.
pub(crate) const PLENTY: u32 = 1_000_000_000;
pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) const ABOUT_BARS: &str = "\
Medians. \"Ahead\" is each of dyno's ways against the fastest peer, what is sync and what is async by \
itself: up to 1 it is ahead.";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    One,
    Three,
    Five,
    All,
}

impl Set {
    pub(crate) const ALL: [Self; 4] = [Self::One, Self::Three, Self::Five, Self::All];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::One => "One policy",
            Self::Three => "Three policies",
            Self::Five => "Five policies",
            Self::All => "All policies",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::One => {
                "A breaker that counts failures in a row. tower has none: it is failsafe's. seatbelt's opens \
                 by the share of failures in a window, here one half of at least 20 calls."
            }
            Self::Three => {
                "A time-out, a retry with a budget, and the breaker. A function that is not async \
                 cannot be ended from outside: dyno's has a deadline, the peers' have nothing. backon \
                 and seatbelt have no budget."
            }
            Self::Five => {
                "The same, a bulkhead that turns away, and metrics with latency: where a library has \
                 none, by prometheus, its handles held. Bulkheads of tokio where there is none: a \
                 `Semaphore`."
            }
            Self::All => {
                "The same, a deadline, spans that nobody records, a fallback, a harness, a rate and a \
                 time-out for each attempt. Of the peers each has what it can have of these, which is \
                 less: tower and tower-resilience a rate and the second time-out, backon and failsafe \
                 those and governor's rate."
            }
        }
    }

    pub(crate) fn run(self, section: &mut Section, bars: &mut Bars) {
        let mut group = Group::of_calls(self.title(), self.about()).in_pairs();
        floors::clocks(&mut group);
        by_hand::enter(&mut group, self);
        guarded::enter(&mut group, self);
        services::enter(&mut group, self);
        peers::enter(&mut group, self);
        let all = group.run(section);
        guarded::judge(bars, &all, self);
    }
}
