//! dyno's ways.

use std::mem;

use benches::Bars;
use dyno::bulkhead;
use dyno::limit::bulkhead::Bulkhead;

use super::Situation;
use crate::call::{Fail, call, call_async};
use crate::group::{Group, Results, in_async};

static FREE: Bulkhead = Bulkhead::new("free", super::PLACES);
static FULL: Bulkhead = Bulkhead::new("full", super::PLACES);

macro_rules! guarded {
    ($bulkhead:tt, $name:ident, $name_async:ident) => {
        #[bulkhead($bulkhead)]
        fn $name(x: u64) -> Result<u64, Fail> {
            call(x)
        }

        #[bulkhead($bulkhead)]
        async fn $name_async(x: u64) -> Result<u64, Fail> {
            call_async(x).await
        }
    };
}

guarded!(10, own, own_async);
guarded!(FREE, free, free_async);
guarded!(FULL, full, full_async);

const OWN: &str = "dyno: `#[bulkhead(10)]`";
const SHARED: &str = "dyno: `#[bulkhead(DB)]`";
const TRY: &str = "dyno: `DB.try_acquire`";

pub(super) fn enter(group: &mut Group, situation: Situation) {
    match situation {
        Situation::Free => {
            group.call(OWN, own);
            group.call(SHARED, free);
            group.call(TRY, |x| through(&FREE, x));
            group.call_async(OWN, own_async);
            group.call_async(SHARED, free_async);
            group.call_async("dyno: `DB.acquire_async`", async |x| {
                let _permit = FREE.acquire_async().await?;
                call_async(x).await
            });
        }
        Situation::Full => {
            while let Ok(permit) = FULL.try_acquire() {
                mem::forget(permit);
            }
            group.call(SHARED, full);
            group.call(TRY, |x| through(&FULL, x));
            group.call_async(SHARED, full_async);
        }
    }
}

fn through(bulkhead: &Bulkhead, x: u64) -> Result<u64, Fail> {
    let _permit = bulkhead.try_acquire()?;
    call(x)
}

pub(super) fn judge(bars: &mut Bars, all: &Results, situation: Situation) {
    if situation == Situation::Free {
        for (what, name) in [
            ("bulkhead, a place is free, over the call", OWN),
            ("bulkhead, a place is free, `try_acquire`, over the call", TRY),
            ("bulkhead, a place is free, async, over the call", &in_async(OWN)),
        ] {
            bars.at_most(what, 16.0, all.over(name), "ns");
        }
    }
}
