//! Limits and rates in the wrong form.

use dyno::{bulkhead, rate};

#[bulkhead(0)]
fn nobody() -> Option<u8> {
    None
}

#[bulkhead(10s)]
fn a_duration_is_no_limit() -> Option<u8> {
    None
}

#[bulkhead(-1)]
fn less_than_nobody() -> Option<u8> {
    None
}

#[bulkhead(1..5)]
fn a_range_is_no_limit() -> Option<u8> {
    None
}

#[bulkhead(50%)]
fn a_share_is_no_limit() -> Option<u8> {
    None
}

#[bulkhead(10, wait = 50)]
fn a_wait_without_a_unit() -> Option<u8> {
    None
}

#[bulkhead(10, wait = 0s, queue = 0)]
fn waiting_for_nothing() -> Option<u8> {
    None
}

#[rate(100)]
fn in_how_long() -> Option<u8> {
    None
}

#[rate(1s)]
fn how_many() -> Option<u8> {
    None
}

#[rate(100/s)]
fn how_many_seconds() -> Option<u8> {
    None
}

#[rate(100/1)]
fn what_unit() -> Option<u8> {
    None
}

#[rate(1s/100)]
fn the_wrong_way_round() -> Option<u8> {
    None
}

#[rate("100/1s")]
fn in_quotes() -> Option<u8> {
    None
}

#[rate("api", rate = "100/1s")]
fn in_quotes_by_key() -> Option<u8> {
    None
}

#[rate(0/1s)]
fn no_call() -> Option<u8> {
    None
}

#[rate(100/0s)]
fn no_time() -> Option<u8> {
    None
}

#[rate(0.5/1s)]
fn half_a_call() -> Option<u8> {
    None
}

#[rate(100 per 1s)]
fn in_words() -> Option<u8> {
    None
}

#[rate(100, 1s)]
fn two_values() -> Option<u8> {
    None
}

#[rate(100/1s, burst = 0)]
fn no_burst() -> Option<u8> {
    None
}

#[rate(100/1s, smooth = true)]
fn smooth_with_a_value() -> Option<u8> {
    None
}

#[rate(100/1s, wait)]
fn wait_without_a_value() -> Option<u8> {
    None
}

#[rate("100/s")]
fn in_quotes_and_without_a_number() -> Option<u8> {
    None
}

fn main() {}
