//! Futures under a limit.

use dyno::clock;
use dyno::timeout::timeout;

use crate::support::{MS, block_on};

/// DA-04, a tenth of its times.
#[test]
fn a_body_that_takes_too_long_is_ended_at_the_limit() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let fault = block_on(timeout(200 * MS).named("slow").run_async(clock::sleep_async(2000 * MS)))
        .expect_err("late");
    assert!(fault.is_timed_out(), "{fault}");
    assert_eq!(fault.to_string(), "slow: no answer within 200ms");
    assert_eq!(start.elapsed(), 200 * MS);
}

#[test]
fn smoke_pool() {
    let _frozen = clock::freeze();
    assert_eq!(timeout(200 * MS).run_on_pool(|| 7), Ok(7));
    let fault =
        timeout(200 * MS).named("x").run_on_pool(|| clock::sleep(2000 * MS)).expect_err("late");
    assert_eq!(fault.to_string(), "x: no answer within 200ms (told after 2.0s)");
}
