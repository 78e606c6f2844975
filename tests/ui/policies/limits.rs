//! Limits that limit nothing, or contradict themselves.

use dyno::limit::{Bulkhead, Rate};
use dyno::{bulkhead, rate};
use std::time::Duration;

static DB: Bulkhead = Bulkhead::new("db", 10);
static API: Rate = Rate::new("api", 100, Duration::from_secs(1));

#[bulkhead]
fn no_limit() -> Option<u8> {
    None
}

#[bulkhead(wait = 50ms)]
fn no_limit_and_a_wait() -> Option<u8> {
    None
}

#[rate]
fn no_rate() -> Option<u8> {
    None
}

#[rate(smooth)]
fn no_rate_and_smooth() -> Option<u8> {
    None
}

#[bulkhead(10, queue = 100)]
fn a_queue_without_a_wait() -> Option<u8> {
    None
}

#[bulkhead(10, limit = 20)]
fn two_limits() -> Option<u8> {
    None
}

#[rate(100/1s, rate = 200/1s)]
fn two_rates() -> Option<u8> {
    None
}

#[rate(100/1s, smooth, burst = 20)]
fn smooth_and_a_burst() -> Option<u8> {
    None
}

#[bulkhead(DB, limit = 20, wait = 50ms)]
fn settings_beside_a_static() -> Option<u8> {
    None
}

#[rate(API, rate = 100/1s, burst = 2, keys = 5)]
fn settings_beside_a_static_rate() -> Option<u8> {
    None
}

#[bulkhead(10, keys = 100)]
fn keys_without_a_key() -> Option<u8> {
    None
}

#[rate(100/1s, idle = 5m)]
fn idle_without_a_key() -> Option<u8> {
    None
}

#[bulkhead("")]
fn no_name() -> Option<u8> {
    None
}

#[rate("api", "other")]
fn two_names() -> Option<u8> {
    None
}

#[bulkhead(limt)]
fn a_misspelt_key() -> Option<u8> {
    None
}

#[rate(brust = 3, 100/1s)]
fn a_misspelt_key_before_a_value() -> Option<u8> {
    None
}

#[bulkhead("db", 10)]
fn a_name_and_a_limit() -> Option<u8> {
    None
}

#[rate("api", 100/1s)]
fn a_name_and_a_rate() -> Option<u8> {
    None
}

#[bulkhead(DB, 10)]
fn a_static_and_a_limit() -> Option<u8> {
    None
}

#[rate(API, 100/1s)]
fn a_static_and_a_rate() -> Option<u8> {
    None
}

#[bulkhead(wiat = 50ms)]
fn a_misspelt_key_and_no_limit() -> Option<u8> {
    None
}

fn main() {}
