//! Limits whose types, or constants, do not fit.

use dyno::{bulkhead, rate};
use std::time::Duration;

const LIMIT: u64 = 10;
const NONE: u32 = 0;
const PERIOD: Duration = Duration::from_secs(1);

#[bulkhead(limit = LIMIT)]
fn a_limit_of_another_type() -> Option<u8> {
    None
}

#[bulkhead(LIMIT)]
fn a_constant_is_no_static() -> Option<u8> {
    None
}

#[bulkhead(limit = NONE)]
fn a_constant_of_zero() -> Option<u8> {
    None
}

#[rate(NONE / PERIOD)]
fn a_rate_of_zero() -> Option<u8> {
    None
}

#[rate(10 / LIMIT)]
fn a_period_of_another_type() -> Option<u8> {
    None
}

#[bulkhead(10)]
fn no_room_for_a_fault() -> Result<u8, u8> {
    Ok(1)
}

#[rate(10/1s)]
fn no_room_for_a_fault_either() -> u8 {
    1
}

#[bulkhead(1, fallback = "no number")]
fn another_type_stands_in() -> u8 {
    1
}

fn main() {}
