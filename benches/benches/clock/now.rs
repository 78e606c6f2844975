//! The time, of this source and that.

use std::time::{Duration, Instant};

use benches::{Bars, Race, Section, Table, calls, ns};
use dyno::breaker::Breaker;
use dyno::clock;
use rustix::time::{ClockId, clock_gettime};

use crate::find;

/// Open for good: all that a call to it does is to compare the coarse time with the one at which a
/// trial would be due.
static OPEN: Breaker = Breaker::new("open").reset_timeout(Duration::from_secs(86_400));

const STD: &str = "std: `Instant::now`";
const DYNO: &str = "dyno: `clock::now`";

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    section.heading("The time", "A reading, and a reading with what has passed since another one.");
    OPEN.trip();
    let (std, quanta, fastant) = (Instant::now(), quanta::Instant::now(), fastant::Instant::now());
    let dyno = clock::now();
    let coarse = coarsetime::Instant::now_without_cache_update();
    let mut race = Race::new();
    race.enter(STD, calls!(Instant::now()));
    race.enter("rustix: `CLOCK_MONOTONIC`", calls!(clock_gettime(ClockId::Monotonic)));
    race.enter("rustix: `CLOCK_MONOTONIC_COARSE`", calls!(clock_gettime(ClockId::MonotonicCoarse)));
    race.enter("coarsetime", calls!(coarsetime::Instant::now_without_cache_update()));
    race.enter("quanta", calls!(quanta::Instant::now()));
    race.enter("fastant", calls!(fastant::Instant::now()));
    race.enter(DYNO, calls!(clock::now()));
    race.enter("dyno: the coarse one, with a call that an open breaker refuses", calls!(refused()));
    race.enter("std: elapsed", calls!(std.elapsed()));
    race.enter("coarsetime: elapsed", {
        calls!(coarsetime::Instant::now_without_cache_update().duration_since(coarse))
    });
    race.enter("quanta: elapsed", calls!(quanta.elapsed()));
    race.enter("fastant: elapsed", calls!(fastant.elapsed()));
    race.enter("dyno: elapsed", calls!(dyno.elapsed()));

    let laps = race.run();
    let mut table = Table::new(&["source", "min", "median", "over `Instant::now`"]);
    let floor = find(&laps, STD);
    for it in &laps {
        table.row(&[it.name.clone(), ns(it.min()), ns(it.median()), ns(it.over(floor))]);
    }
    section.add(&table);
    let over = find(&laps, DYNO).over(floor);
    bars.at_most("`clock::now`, over `Instant::now`", 4.0, over, "ns");
}

fn refused() -> bool {
    OPEN.acquire().is_err()
}
