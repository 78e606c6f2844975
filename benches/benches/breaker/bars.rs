//! What is promised, beside what was measured.

use std::fmt;

use benches::Bars;

use crate::closed::{CALLS, TIME};
use crate::floors::COARSE;
use crate::group::{Results, in_async};

pub(crate) const ABOUT: &str = "\
In nanoseconds as they are, and where a clock is read also in reads of it, which other machines have \
others of. \"Ahead\" is the median of the slowest of dyno's ways against that of the fastest peer that \
is sound in what is measured, or of the fastest of all where none is: up to 1 it is ahead.";

/// Judges group after group.
pub(crate) struct Judge {
    bars: Bars,
    about: &'static str,
}

impl Judge {
    pub(crate) fn new() -> Self {
        Self { bars: Bars::new(), about: "" }
    }

    /// What the bars from here on are about.
    pub(crate) fn about(&mut self, about: &'static str) {
        self.about = about;
    }

    /// Nanoseconds over the call.
    pub(crate) fn over(&mut self, all: &Results, name: &str, bar: f64) {
        self.at_most(name, "over the call", bar, all.over(name), "ns");
    }

    /// The same in reads of a clock.
    pub(crate) fn over_in(&mut self, all: &Results, name: &str, bar: f64, clock: &str) {
        let reads = all.over(name) / all.median(clock);
        self.at_most(name, &format!("over the call, in reads of {}", bare(clock)), bar, reads, "x");
    }

    /// Nanoseconds of what makes no call.
    pub(crate) fn whole(&mut self, all: &Results, name: &str, bar: f64) {
        self.at_most(name, "in all", bar, all.median(name), "ns");
    }

    /// The same in reads of a clock.
    pub(crate) fn whole_in(&mut self, all: &Results, name: &str, bar: f64, clock: &str) {
        let reads = all.median(name) / all.median(clock);
        self.at_most(name, &format!("in all, in reads of {}", bare(clock)), bar, reads, "x");
    }

    /// How much more two threads do than one.
    pub(crate) fn two(&mut self, all: &Results, name: &str) {
        let what = format!("{}: {}, two threads against one", self.about, bare(name));
        self.bars.at_least(&what, 1.8, all.two(name), "x");
    }

    /// Rules about the rate: calls, and time for which a clock is read.
    pub(crate) fn rates(&mut self, all: &Results) {
        for (name, bar, reads) in [
            (CALLS.to_owned(), 8.0, None),
            (TIME.to_owned(), 8.0, Some(2.1)),
            (in_async(CALLS), 12.0, None),
            (in_async(TIME), 12.0, Some(3.2)),
        ] {
            self.over(all, &name, bar);
            if let Some(reads) = reads {
                self.over_in(all, &name, reads, COARSE);
            }
            self.two(all, &name);
        }
        self.ahead(all, &[CALLS, TIME]);
        self.ahead(all, &[&in_async(CALLS), &in_async(TIME)]);
    }

    /// Failures that do not open it.
    pub(crate) fn failures(&mut self, all: &Results, names: &[&str]) {
        let asyncs: Vec<_> = names.iter().map(|name| in_async(name)).collect();
        let asyncs: Vec<_> = asyncs.iter().map(String::as_str).collect();
        for names in [names, &asyncs] {
            for name in names {
                self.over(all, name, 15.0);
            }
            self.ahead(all, names);
        }
    }

    /// The slowest of these, all sync or all async, against the fastest peer.
    pub(crate) fn ahead(&mut self, all: &Results, names: &[&str]) {
        let medians = names.iter().map(|name| (*name, all.median(name)));
        let slowest = medians.max_by(|a, b| a.1.total_cmp(&b.1));
        let (slowest, median) = slowest.expect("one of dyno's");
        let Some((peer, of_peer)) = all.best_peer(slowest.ends_with("async")) else { return };
        self.at_most(slowest, &format!("ahead of {peer}"), 1.0, median / of_peer, "x");
    }

    fn at_most(&mut self, name: &str, what: &str, bar: f64, measured: f64, unit: &str) {
        let what = format!("{}: {}, {what}", self.about, bare(name));
        self.bars.at_most(&what, bar, measured, unit);
    }
}

/// A name without what all of its kind begin with.
fn bare(name: &str) -> &str {
    name.trim_start_matches("dyno: ").trim_start_matches("floor: ")
}

impl fmt::Display for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bars.fmt(f)
    }
}
