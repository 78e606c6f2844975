//! Constants that are out of range, told at the value.

use dyno::breaker;

const NONE: u32 = 0;
const MORE_THAN_ALL: f64 = 1.5;

#[breaker(
    trials = 2,
    fail_max = NONE,
)]
fn nothing() -> Option<u8> {
    None
}

#[breaker(failure_rate = MORE_THAN_ALL, trials = 2)]
fn more_than_all() -> Option<u8> {
    None
}

fn main() {}
