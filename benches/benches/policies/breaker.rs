//! The breaker, closed and open.

use std::hint::black_box;
use std::time::Duration;

use benches::{Bars, Race, Section, awaits, calls};
use dyno::breaker;
use dyno::breaker::Breaker;
use failsafe::{CircuitBreaker as _, backoff, failure_policy};
use recloser::{AsyncRecloser, Recloser};

use crate::{Fail, Telling, call, call_async, find, table};

const HOUR: Duration = Duration::from_secs(3600);

static DB: Breaker = Breaker::new("db");
static OPEN: Breaker = Breaker::new("open").reset_timeout(HOUR);

#[breaker(DB)]
#[inline(never)]
fn guarded(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[breaker(fail_max = 3)]
#[inline(never)]
fn guarded_own(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[breaker("orders")]
#[inline(never)]
fn guarded_named(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[inline(never)]
fn guarded_by_call(x: u64) -> Result<u64, Fail> {
    DB.call(|| call(x))
}

#[breaker(DB)]
async fn guarded_async(x: u64) -> Result<u64, Fail> {
    call_async(x).await
}

#[breaker(DB)]
#[inline(never)]
fn guarded_telling(x: u64) -> Result<u64, Telling> {
    call(x)
}

#[breaker(OPEN)]
#[inline(never)]
fn refused(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[inline(never)]
fn direct(x: u64) -> Result<u64, Fail> {
    call(x)
}

#[inline(never)]
fn direct_telling(x: u64) -> Result<u64, Telling> {
    call(x)
}

const DIRECT: &str = "floor: the call";
const DIRECT_ASYNC: &str = "floor: the call, async";
const DIRECT_TELLING: &str = "floor: the call, error keeps the fault";
const TELLING: &str = "dyno: `#[breaker(DB)]`, error keeps the fault";
const CLOSED: &str = "dyno: `#[breaker(DB)]`";
const OWN: &str = "dyno: `#[breaker(fail_max = 3)]`";
const CLOSED_ASYNC: &str = "dyno: `#[breaker(DB)]`, async";
const REJECTED: &str = "dyno: open";

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    section.heading(
        "Breaker",
        "A call that succeeds through a closed breaker (consecutive rule), and one that an open \
         breaker turns away, beside the call itself, which is never inlined. On two threads: wall \
         time per call of either, and how many times as much both do together as one alone; `-` \
         where the threads put each other to sleep.",
    );
    OPEN.trip();
    let policy = || failure_policy::consecutive_failures(5, backoff::constant(HOUR));
    let failsafe = failsafe::Config::new().failure_policy(policy()).build();
    let failsafe_open = failsafe::Config::new().failure_policy(policy()).build();
    let recloser = Recloser::custom().open_wait(HOUR).build();
    let recloser_async = AsyncRecloser::from(Recloser::custom().open_wait(HOUR).build());
    let recloser_open = Recloser::custom().closed_len(1).open_wait(HOUR).build();
    for _ in 0..10 {
        let _: Result<(), _> = failsafe_open.call(|| Err(()));
        let _: Result<(), _> = recloser_open.call(|| Err(()));
    }

    let mut race = Race::new();
    race.enter(DIRECT, calls!(direct(black_box(1))));
    race.enter(CLOSED, calls!(guarded(black_box(1))));
    race.enter(OWN, calls!(guarded_own(black_box(1))));
    race.enter("dyno: `#[breaker(\"orders\")]`", calls!(guarded_named(black_box(1))));
    race.enter("dyno: `DB.call`", calls!(guarded_by_call(black_box(1))));
    race.enter("failsafe", calls!(failsafe.call(|| call::<Fail>(black_box(1)))));
    race.enter("recloser", calls!(recloser.call(|| call::<Fail>(black_box(1)))));
    race.enter(DIRECT_ASYNC, awaits!(call_async(black_box(1))));
    race.enter(CLOSED_ASYNC, awaits!(guarded_async(black_box(1))));
    race.enter("failsafe, async", {
        awaits!(failsafe::futures::CircuitBreaker::call(&failsafe, call_async(black_box(1))))
    });
    race.enter("recloser, async", awaits!(recloser_async.call(call_async(black_box(1)))));
    race.enter(REJECTED, calls!(refused(black_box(1))));
    race.enter("failsafe: open", calls!(failsafe_open.call(|| call::<Fail>(black_box(1)))));
    race.enter("recloser: open", calls!(recloser_open.call(|| call::<Fail>(black_box(1)))));

    race.enter(DIRECT_TELLING, calls!(direct_telling(black_box(1))));
    race.enter(TELLING, calls!(guarded_telling(black_box(1))));

    let (alone, pairs) = (race.run(), race.run_in_pairs());
    let floor = |name: &str| match name {
        _ if name.ends_with("async") => DIRECT_ASYNC,
        _ if name.ends_with("fault") => DIRECT_TELLING,
        _ => DIRECT,
    };
    section.add(&table(&alone, Some(&pairs), floor));

    let over = |name, floor| find(&alone, name).over(find(&alone, floor));
    let two = 2.0 * find(&alone, CLOSED).median() / find(&pairs, CLOSED).median();
    bars.at_most("closed breaker, over the call", 2.0, over(CLOSED, DIRECT), "ns");
    bars.at_most("closed breaker of its own, over the call", 2.0, over(OWN, DIRECT), "ns");
    let asynchronous = over(CLOSED_ASYNC, DIRECT_ASYNC);
    bars.at_most("closed breaker, async, over the call", 2.0, asynchronous, "ns");
    bars.at_least("closed breaker, two threads against one", 1.8, two, "x");
    bars.at_most("open breaker, rejection", 6.0, find(&alone, REJECTED).median(), "ns");
}
