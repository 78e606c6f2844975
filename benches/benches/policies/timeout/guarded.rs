//! dyno's ways.

use benches::Bars;
use dyno::timeout;

use super::{LIMIT, Situation};
use crate::call::{Fail, call_async, call_later};
use crate::group::{Group, Results, in_async};

#[timeout(250ms)]
async fn limited(x: u64) -> Result<u64, Fail> {
    call_async(x).await
}

#[timeout(250ms)]
async fn limited_later(x: u64) -> Result<u64, Fail> {
    call_later(x).await
}

const LIMITED: &str = "dyno: `#[timeout(250ms)]`";
const RUN: &str = "dyno: `timeout(…).run_async`";

pub(super) fn enter(group: &mut Group, situation: Situation) {
    match situation {
        Situation::Ready => {
            group.call_async(LIMITED, limited);
            group.call_async(RUN, async |x| {
                timeout::timeout(LIMIT).run_async(call_async(x)).await?
            });
        }
        Situation::Later => {
            group.call_async(LIMITED, limited_later);
            group.call_async(RUN, async |x| {
                timeout::timeout(LIMIT).run_async(call_later(x)).await?
            });
        }
    }
}

pub(super) fn judge(bars: &mut Bars, all: &Results, situation: Situation) {
    if situation == Situation::Ready {
        for (what, name) in [
            ("timeout, ready at once, over the call", LIMITED),
            ("timeout, ready at once, `run_async`, over the call", RUN),
        ] {
            bars.at_most(what, 5.0, all.over(&in_async(name)), "ns");
        }
    }
}
