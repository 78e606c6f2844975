//! What a call takes along.

use std::time::Duration;

use benches::{Bars, Race, Section, Table, calls, ns};
use dyno::Deadline;

use crate::find;

const LIMIT: Duration = Duration::from_secs(3600);
const NONE: &str = "`Deadline::current`, where there is none";
const SOME: &str = "`Deadline::current`, where there is one";
const CHECK_NONE: &str = "`Deadline::check`, where there is none";

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    section.heading("The deadline", "Asked for, and put in force.");
    let mut race = Race::new();
    race.enter(NONE, calls!(Deadline::current()));
    race.enter(SOME, within(calls!(Deadline::current())));
    race.enter(CHECK_NONE, calls!(Deadline::check("sum")));
    race.enter("`Deadline::check`, where there is one", within(calls!(Deadline::check("sum"))));
    race.enter("`Deadline::within`", calls!(Deadline::within(LIMIT, || ())));

    let laps = race.run();
    let mut table = Table::new(&["way", "min", "median"]);
    for it in &laps {
        table.row(&[it.name.clone(), ns(it.min()), ns(it.median())]);
    }
    section.add(&table);
    for name in [NONE, SOME, CHECK_NONE] {
        bars.at_most(name, 2.0, find(&laps, name).median(), "ns");
    }
}

fn within(run: impl Fn(u64) + Sync) -> impl Fn(u64) + Sync {
    move |times| Deadline::within(LIMIT, || run(times))
}
