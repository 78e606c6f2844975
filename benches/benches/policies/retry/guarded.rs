//! dyno's ways.

use benches::Bars;
use dyno::retry;

use super::Situation;
use crate::call::{Fail, call, call_async};
use crate::group::{Group, Results, in_async};

#[retry(3)]
fn retried(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[retry(3, backoff = 50ms..2s)]
fn retried_gently(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[retry(3)]
async fn retried_async(x: u64) -> Result<u64, Fail> {
    call_async(x).await
}

#[retry(3, backoff = 50ms..2s)]
async fn retried_gently_async(x: u64) -> Result<u64, Fail> {
    call_async(x).await
}

const RETRIED: &str = "dyno: `#[retry(3)]`";
const GENTLY: &str = "dyno: `#[retry(3, backoff = 50ms..2s)]`";
const RUN: &str = "dyno: `retry(3).run`";

pub(super) fn enter(group: &mut Group, _: Situation) {
    group.call(RETRIED, retried);
    group.call(GENTLY, retried_gently);
    group.call(RUN, |x| retry::retry(3).run(|| call(x)));
    group.call_async(RETRIED, retried_async);
    group.call_async(GENTLY, retried_gently_async);
    group.call_async("dyno: `retry(3).run_async`", async |x| {
        retry::retry(3).run_async(|| call_async(x)).await
    });
}

pub(super) fn judge(bars: &mut Bars, all: &Results, _: Situation) {
    let mut bar = |what, bar, name: &str| bars.at_most(what, bar, all.over(name), "ns");
    bar("retry, first try, over the call", 1.3, RETRIED);
    bar("retry with backoff, first try, over the call", 1.3, GENTLY);
    bar("retry, first try, async, over the call", 3.0, &in_async(RETRIED));
    bar("retry with backoff, first try, async, over the call", 3.0, &in_async(GENTLY));
}
