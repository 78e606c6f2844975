//! dyno's ways with a budget.

use benches::Bars;
use dyno::retry;

use super::Situation;
use crate::call::{Fail, call, call_async};
use crate::group::{Group, Results};

#[retry(3, budget = 20%)]
fn retried(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[retry(3, budget = 20%)]
async fn retried_async(x: u64) -> Result<u64, Fail> {
    call_async(x).await
}

const RETRIED: &str = "dyno: `#[retry(3, budget = 20%)]`";

pub(super) fn enter(group: &mut Group, _: Situation) {
    group.call(RETRIED, retried);
    group.call_async(RETRIED, retried_async);
}

/// No bar has been set for it.
pub(super) fn judge(_: &mut Bars, _: &Results, _: Situation) {}
