//! Values: durations, counts, ranges, percentages.

use dyno::{breaker, retry};

#[retry("3")]
fn text_for_number() -> Option<u8> {
    None
}

#[retry(0)]
fn zero() -> Option<u8> {
    None
}

#[retry(1)]
fn one_is_no_retry() -> Option<u8> {
    None
}

#[retry(-1)]
fn negative() -> Option<u8> {
    None
}

#[retry(3.5)]
fn fraction() -> Option<u8> {
    None
}

#[retry(99999999999)]
fn huge() -> Option<u8> {
    None
}

#[retry(3s)]
fn duration_for_number() -> Option<u8> {
    None
}

#[retry(50%)]
fn percentage_for_number() -> Option<u8> {
    None
}

#[retry(3, delay = 60)]
fn no_unit() -> Option<u8> {
    None
}

#[retry(3, delay = "60s")]
fn text_for_duration() -> Option<u8> {
    None
}

#[retry(3, delay = 5sec)]
fn unknown_unit() -> Option<u8> {
    None
}

#[retry(3, delay = 0ms)]
fn no_time_at_all() -> Option<u8> {
    None
}

#[retry(3, backoff = 50ms)]
fn not_a_range() -> Option<u8> {
    None
}

#[retry(3, backoff = 2s..50ms)]
fn empty_range() -> Option<u8> {
    None
}

#[retry(3, backoff = 50ms..)]
fn half_a_range() -> Option<u8> {
    None
}

#[retry(3, backoff = 50ms..=2s)]
fn closed_range() -> Option<u8> {
    None
}

#[breaker(reset_timeout = true)]
fn not_a_duration() -> Option<u8> {
    None
}

#[retry(3, delay = 15S)]
fn unit_in_capitals() -> Option<u8> {
    None
}

#[retry(3, delay = 1s..2s)]
fn range_for_duration() -> Option<u8> {
    None
}

#[retry(5_u64)]
fn number_of_another_type() -> Option<u8> {
    None
}

#[breaker(fail_max = 5.0)]
fn whole_fraction() -> Option<u8> {
    None
}

#[breaker(slow = 1s..2s, probe_timeout = 5s..9s)]
fn ranges_for_durations() -> Option<u8> {
    None
}

#[breaker(retry_after = 5s)]
fn time_for_closure() -> Option<u8> {
    None
}

#[breaker(retry_after = 1s..5s)]
fn range_for_closure() -> Option<u8> {
    None
}

#[breaker(except_if = true)]
fn flag_for_closure() -> Option<u8> {
    None
}

#[breaker(window = 100_u64)]
fn window_of_another_type() -> Option<u8> {
    None
}

fn main() {}
