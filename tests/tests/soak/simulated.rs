//! A minute in virtual time, through all policies: many tasks of one thread, so that a seed decides
//! everything.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use dyno::breaker::{self, Settings};
use dyno::limit::Bulkhead;
use dyno::retry::{Budget, Retry};
use dyno::timeout::timeout;
use dyno::{Fault, clock};
use futures_util::FutureExt as _;
use futures_util::future::{Either, select};

use crate::counts::Counts;
use crate::driver::Driver;
use crate::world::{BUG, Failed, TARGETS, World};

/// Milliseconds.
const LENGTH: u64 = 60_000;
/// In 1000 milliseconds.
const CALLS: u64 = 200;
/// Longer than any call may take.
const PATIENCE: u64 = 5_000;

/// The further attempts that a soak may make: a fifth of its calls, and what is there at the beginning.
const SHARE: f64 = 0.2;
const CAPACITY: u32 = 20;

fn budget() -> Budget {
    Budget::new().share(SHARE).reserve(0).capacity(CAPACITY)
}

/// What is asked of the calls, made by `call`.
fn soak(seed: u64, call: impl AsyncFn(&World, u64) -> Result<u64, Failed>) -> (Counts, u64) {
    fastrand::seed(seed);
    let world = World::new(seed, LENGTH);
    let mut driver = Driver::new();
    for x in 0..LENGTH + PATIENCE {
        if x < LENGTH && world.dice(1000) < CALLS {
            driver.spawn(one(&world, &call, x));
        }
        driver.step();
        if x >= LENGTH && driver.running() == 0 {
            break;
        }
    }
    assert_eq!(driver.running(), 0, "a call never ends");
    assert_eq!((world.busy(), driver.sleepers()), (0, 0), "of an attempt something is left");
    let attempts = world.attempts();
    println!("seed {seed}: {attempts:?} {:?}", world.counts());
    (world.counts(), attempts.iter().sum())
}

/// A caller: one in a hundred gives up before there is an answer.
async fn one(world: &World, call: &impl AsyncFn(&World, u64) -> Result<u64, Failed>, x: u64) {
    let patience = if world.dice(100) == 0 { world.dice(100) } else { PATIENCE };
    let gives_up = clock::sleep_async(Duration::from_millis(patience));
    let answer = pin!(AssertUnwindSafe(call(world, x)).catch_unwind());
    world.saw(match select(answer, gives_up).await {
        Either::Left((Ok(Ok(answer)), _)) => {
            assert_eq!(answer, x + 1);
            "well"
        }
        Either::Left((Ok(Err(failed)), _)) => why(&failed),
        Either::Left((Err(panic), _)) => {
            assert_eq!(panic.downcast_ref(), Some(&BUG));
            "panicked"
        }
        Either::Right(_) => "given up",
    });
}

fn why(failed: &Failed) -> &'static str {
    match failed {
        Failed::Refused => "refused",
        Failed::Reset => "reset",
        Failed::Broken => "broken",
        Failed::Dyno(Fault::TimedOut { .. }) => "timed out",
        Failed::Dyno(Fault::NoTarget { .. }) => "no target",
        Failed::Dyno(_) => "rejected",
    }
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Until there is a balancer: what it would do, by hand.
fn by_hand() -> impl AsyncFn(&World, u64) -> Result<u64, Failed> {
    let budget = leak(budget());
    let places = leak(Bulkhead::new("soak", 100));
    let settings = Settings::new().fail_max(5).reset_timeout(Duration::from_millis(500));
    let hosts = leak(breaker::Keyed::new("soak", settings));
    let retry = Retry::new(4)
        .backoff(Duration::from_millis(5)..Duration::from_millis(50))
        .budget(budget)
        .rejected();
    async move |world, x| {
        let attempts = retry.run_async(async || {
            let target = fastrand::usize(..TARGETS);
            let host = hosts.get(&target);
            host.call_async(async || {
                places
                    .call_async(async || {
                        let limit = timeout(Duration::from_millis(100));
                        limit.run_async(world.serve(target, x)).await?
                    })
                    .await
            })
            .await
        });
        timeout(Duration::from_secs(1)).run_async(attempts).await?
    }
}

#[test]
fn hand() {
    let started = std::time::Instant::now();
    let (counts, attempts) = soak(7, by_hand());
    let (again, same) = soak(7, by_hand());
    assert_eq!((counts, attempts), (again, same));
    println!("{:?}", started.elapsed());
}
