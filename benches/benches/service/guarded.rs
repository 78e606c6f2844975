//! dyno's ways.

use benches::Bars;
use dyno::{breaker, bulkhead, fallback, harness, metrics, rate, retry, timeout, timing};

use crate::call::{Fail, call, call_async};
use crate::group::{Group, Results, in_async};
use crate::peers;
use crate::services::{ATTRIBUTE, CALLED, PRESET};
use crate::set::Set;

const STACKED: &str = "dyno: attributes";

#[breaker]
fn one(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[breaker]
async fn one_async(x: u64) -> Result<u64, Fail> {
    call_async(x).await
}

#[timeout(250ms)]
#[retry(3, budget = 20%)]
#[breaker]
fn three(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[timeout(250ms)]
#[retry(3, budget = 20%)]
#[breaker]
async fn three_async(x: u64) -> Result<u64, Fail> {
    call_async(x).await
}

#[metrics]
#[timeout(250ms)]
#[retry(3, budget = 20%)]
#[breaker]
#[bulkhead(10)]
fn five(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[metrics]
#[timeout(250ms)]
#[retry(3, budget = 20%)]
#[breaker]
#[bulkhead(10)]
async fn five_async(x: u64) -> Result<u64, Fail> {
    call_async(x).await
}

#[timeout(2s)]
#[metrics]
#[timing]
#[fallback(|_| Ok(0))]
#[harness]
#[timeout(250ms)]
#[rate(1_000_000_000/1s)]
#[retry(3, budget = 20%)]
#[breaker]
#[bulkhead(10)]
#[timeout(100ms)]
fn all(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[timeout(2s)]
#[metrics]
#[timing]
#[fallback(|_| Ok(0))]
#[harness]
#[timeout(250ms)]
#[rate(1_000_000_000/1s)]
#[retry(3, budget = 20%)]
#[breaker]
#[bulkhead(10)]
#[timeout(100ms)]
async fn all_async(x: u64) -> Result<u64, Fail> {
    call_async(x).await
}

pub(crate) fn enter(group: &mut Group, set: Set) {
    match set {
        Set::One => enter_one(group, one, one_async),
        Set::Three => enter_one(group, three, three_async),
        Set::Five => enter_one(group, five, five_async),
        Set::All => enter_one(group, all, all_async),
    }
}

fn enter_one<F: Future<Output = Result<u64, Fail>>>(
    group: &mut Group,
    f: impl Fn(u64) -> Result<u64, Fail> + Copy + Sync + 'static,
    f_async: impl Fn(u64) -> F + Copy + Sync + 'static,
) {
    group.call(STACKED, f);
    group.call_async(STACKED, f_async);
}

/// What five policies may cost, clocks and all.
const FIVE: f64 = 150.0;

pub(crate) fn judge(bars: &mut Bars, all: &Results, set: Set) {
    let title = set.title();
    for name in [STACKED, ATTRIBUTE, PRESET, CALLED] {
        for (name, peers) in
            [(name.to_owned(), peers::sync(set)), (in_async(name), peers::asynchronous(set))]
        {
            let what = |of| format!("{title}: {}, {of}", name.trim_start_matches("dyno: "));
            if set == Set::Five {
                bars.at_most(&what("over the call"), FIVE, all.over(&name), "ns");
            }
            bars.at_most(&what("allocations"), 0.0, all.allocations(&name), "");
            let best = peers.iter().map(|peer| all.median(peer)).fold(f64::INFINITY, f64::min);
            bars.at_most(&what("ahead"), 1.0, all.median(&name) / best, "x");
        }
    }
}
