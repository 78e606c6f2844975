//! dyno's ways.

use benches::Bars;
use dyno::metrics::Metrics;
use dyno::{Verdict, metrics};

use super::{CROWD, Situation, TOOK, floors};
use crate::group::{Group, Results};

static KNOWN: Metrics = Metrics::new("known");
static UNTIMED: Metrics = Metrics::new("untimed").untimed();
static TIMED: Metrics = Metrics::new("timed");

const RECORD: &str = "dyno: `Metrics::record`";
const NO_LATENCY: &str = "dyno: `Metrics::start`, without latency";
const ATTRIBUTE: &str = "dyno: `#[metrics]`";
const ATTRIBUTE_NO_LATENCY: &str = "dyno: `#[metrics(latency = off)]`";
const BY_HAND: &str = "dyno: `Metrics::start`";

#[metrics]
fn timed(x: u64) -> u64 {
    x
}

#[metrics(latency = off)]
fn untimed(x: u64) -> u64 {
    x
}

pub(super) fn enter(group: &mut Group, situation: Situation) {
    match situation {
        Situation::Known => {
            group.call(RECORD, TOOK, (), |took| KNOWN.record(Verdict::Success, took));
            group.call(NO_LATENCY, (), (), |()| UNTIMED.start().success());
            group.call(ATTRIBUTE_NO_LATENCY, 7, 7, untimed);
        }
        Situation::Timed => {
            group.call(BY_HAND, (), (), |()| TIMED.start().success());
            group.call(ATTRIBUTE, 7, 7, timed);
        }
    }
}

pub(super) fn judge(bars: &mut Bars, all: &Results, situation: Situation) {
    match situation {
        Situation::Known => {
            for name in [RECORD, NO_LATENCY, ATTRIBUTE_NO_LATENCY] {
                let over = all.over(name, floors::COARSE);
                bars.at_most(&format!("{name}, over the coarse clock"), 5.0, over, "ns");
                let two = all.shared_by_two(name);
                bars.at_most(&format!("{name}, two threads against one"), 1.2, two, "x");
                let crowd = all.shared_by_all(name);
                bars.at_most(&format!("{name}, {CROWD} threads against one"), 1.2, crowd, "x");
            }
        }
        Situation::Timed => {
            for name in [BY_HAND, ATTRIBUTE] {
                let over = all.over(name, floors::CLOCK);
                bars.at_most(&format!("{name}, over the clock"), 8.0, over, "ns");
                let two = all.shared_by_two(name);
                bars.at_most(&format!("{name}, two threads against one"), 1.2, two, "x");
            }
        }
    }
}
