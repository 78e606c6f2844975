//! Retry, where the first attempt succeeds.

use std::hint::black_box;
use std::time::Duration;

use backon::{BlockingRetryable as _, ConstantBuilder, ExponentialBuilder, Retryable as _};
use benches::{Bars, Race, Section, awaits, calls};
use dyno::retry;
use tokio_retry::strategy::FixedInterval;

use crate::{Fail, call, call_async, find, table};

#[retry(3)]
#[inline(never)]
fn retried(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[retry(3, backoff = 50ms..2s)]
#[inline(never)]
fn retried_gently(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[retry(3)]
async fn retried_async(x: u64) -> Result<u64, Fail> {
    call_async(x).await
}

#[inline(never)]
fn retried_by_run(x: u64) -> Result<u64, Fail> {
    retry::retry(3).run(|| call(x))
}

#[inline(never)]
fn by_hand(x: u64) -> Result<u64, Fail> {
    let mut left = 3;
    loop {
        left -= 1;
        match call(x) {
            Err(_) if left > 0 => {}
            outcome => return outcome,
        }
    }
}

#[inline(never)]
fn by_backon(x: u64) -> Result<u64, Fail> {
    (|| call(x)).retry(ConstantBuilder::new().with_max_times(2)).call()
}

#[inline(never)]
fn by_backon_gently(x: u64) -> Result<u64, Fail> {
    (|| call(x)).retry(ExponentialBuilder::new().with_max_times(2).with_jitter()).call()
}

async fn by_backon_async(x: u64) -> Result<u64, Fail> {
    (|| call_async(x)).retry(ConstantBuilder::new().with_max_times(2)).await
}

async fn by_tokio_retry(x: u64) -> Result<u64, Fail> {
    let strategy = FixedInterval::new(Duration::from_millis(50)).take(2);
    tokio_retry::Retry::start(strategy, || call_async(x)).await
}

#[inline(never)]
fn direct(x: u64) -> Result<u64, Fail> {
    call(x)
}

const DIRECT: &str = "floor: the call";
const DIRECT_ASYNC: &str = "floor: the call, async";
const RETRIED: &str = "dyno: `#[retry(3)]`";
const GENTLY: &str = "dyno: `#[retry(3, backoff = 50ms..2s)]`";
const RETRIED_ASYNC: &str = "dyno: `#[retry(3)]`, async";

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    section.heading("Retry", "Three attempts at most, and the first succeeds.");
    let mut race = Race::new();
    race.enter(DIRECT, calls!(direct(black_box(1))));
    race.enter("a loop by hand", calls!(by_hand(black_box(1))));
    race.enter(RETRIED, calls!(retried(black_box(1))));
    race.enter(GENTLY, calls!(retried_gently(black_box(1))));
    race.enter("dyno: `retry(3).run`", calls!(retried_by_run(black_box(1))));
    race.enter("backon: constant", calls!(by_backon(black_box(1))));
    race.enter("backon: exponential, jitter", calls!(by_backon_gently(black_box(1))));
    race.enter(DIRECT_ASYNC, awaits!(call_async(black_box(1))));
    race.enter(RETRIED_ASYNC, awaits!(retried_async(black_box(1))));
    race.enter("backon: constant, async", awaits!(by_backon_async(black_box(1))));
    race.enter("tokio-retry, async", awaits!(by_tokio_retry(black_box(1))));

    let laps = race.run();
    let floor = |name: &str| if name.ends_with("async") { DIRECT_ASYNC } else { DIRECT };
    section.add(&table(&laps, floor));

    let over = |name, floor| find(&laps, name).over(find(&laps, floor));
    bars.at_most("retry, first try, over the call", 1.3, over(RETRIED, DIRECT), "ns");
    bars.at_most("retry with backoff, first try, over the call", 1.3, over(GENTLY, DIRECT), "ns");
    let asynchronous = over(RETRIED_ASYNC, DIRECT_ASYNC);
    bars.at_most("retry, first try, async, over the call", 3.0, asynchronous, "ns");
}
