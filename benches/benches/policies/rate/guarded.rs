//! dyno's ways.

use benches::Bars;
use dyno::limit::rate::{KeyedRate, Rate};
use dyno::rate;

use super::{PLENTY, SECOND, Situation, key};
use crate::HOUR;
use crate::call::{Fail, call, call_async};
use crate::floors::COARSE;
use crate::group::{Group, Results, in_async};

static ALLOWED: Rate = Rate::new("allowed", PLENTY, SECOND);
/// One call at a time, each a nanosecond after the other: of that a coarse clock cannot tell.
static SMOOTH: Rate = Rate::new("smooth", PLENTY, SECOND).smooth();
static DENIED: Rate = Rate::new("denied", 1, HOUR);
static KEYED: KeyedRate = KeyedRate::new("keyed", PLENTY, SECOND);

#[rate(1_000_000_000/1s)]
fn own(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[rate(1_000_000_000/1s)]
async fn own_async(x: u64) -> Result<u64, Fail> {
    call_async(x).await
}

#[rate(DENIED)]
fn denied(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[rate(DENIED)]
async fn denied_async(x: u64) -> Result<u64, Fail> {
    call_async(x).await
}

#[rate(1_000_000_000/1s, key = key(x))]
fn keyed(x: u64) -> Result<u64, Fail> {
    call(x)
}

const OWN: &str = "dyno: `#[rate(1_000_000_000/1s)]`";
const SHARED: &str = "dyno: `#[rate(API)]`";
const IN_READS: &str = "in reads of a coarse clock";
const TRY: &str = "dyno: `API.try_acquire`";

pub(super) fn enter(group: &mut Group, situation: Situation) {
    match situation {
        Situation::Allowed => {
            group.call(OWN, own);
            group.call(TRY, |x| through(&ALLOWED, x));
            group.call("dyno: `API.try_acquire`, smooth", |x| through(&SMOOTH, x));
            group.call_async(OWN, own_async);
        }
        Situation::Denied => {
            let _ = DENIED.try_acquire();
            group.call(SHARED, denied);
            group.call(TRY, |x| through(&DENIED, x));
            group.call_async(SHARED, denied_async);
        }
        Situation::Keyed => {
            group.call("dyno: `#[rate(1_000_000_000/1s, key = host)]`", keyed);
            group.call("dyno: `API.get(host).try_acquire`", |x| through(&KEYED.get(key(x)), x));
        }
    }
}

fn through(rate: &Rate, x: u64) -> Result<u64, Fail> {
    rate.try_acquire()?;
    call(x)
}

pub(super) fn judge(bars: &mut Bars, all: &Results, situation: Situation) {
    match situation {
        Situation::Allowed => {
            for (what, name) in [
                ("rate, allowed", OWN),
                ("rate, allowed, `try_acquire`", TRY),
                ("rate, allowed, async", &in_async(OWN)),
            ] {
                let (over, reads) = (all.over(name), all.over_in(name, COARSE));
                bars.at_most(&format!("{what}, over the call"), 16.0, over, "ns");
                bars.at_most(&format!("{what}, over the call, {IN_READS}"), 4.2, reads, "x");
            }
        }
        Situation::Denied => {
            for (what, name) in [
                ("rate, denied", SHARED),
                ("rate, denied, `try_acquire`", TRY),
                ("rate, denied, async", &in_async(SHARED)),
            ] {
                let (whole, reads) = (all.median(name), all.median_in(name, COARSE));
                bars.at_most(&format!("{what}, in all"), 6.0, whole, "ns");
                bars.at_most(&format!("{what}, in all, {IN_READS}"), 1.6, reads, "x");
            }
        }
        Situation::Keyed => {}
    }
}
