//! Keys that contradict one another, and attributes that can do nothing.

use dyno::{aspect, breaker, fallback, retry};

static DB: dyno::breaker::Breaker = dyno::breaker::Breaker::new("db");

#[retry(3, delay = 5ms, backoff = 1ms..5ms)]
fn two_pauses() -> Option<u8> {
    None
}

#[retry(3, attempts = 4)]
fn two_counts() -> Option<u8> {
    None
}

#[retry(3, only = Some(_), except = None)]
fn only_and_except() -> Option<u8> {
    None
}

#[breaker(except = _)]
fn excludes_everything() -> Option<u8> {
    None
}

#[breaker(DB, fail_max = 3)]
fn settings_of_a_static() -> Option<u8> {
    None
}

#[breaker(5)]
fn a_number_is_no_breaker() -> Option<u8> {
    None
}

#[breaker("")]
fn nameless() -> Option<u8> {
    None
}

#[aspect]
#[aspect]
fn an_aspect_too_many() -> Option<u8> {
    None
}

#[retry(3)]
#[fallback(Some(1))]
fn hidden_from_retry() -> Option<u8> {
    None
}

#[breaker]
#[fallback(Some(1))]
fn hidden_from_breaker() -> Option<u8> {
    None
}

#[aspect(around = timed.await)]
async fn awaited_around() -> u8 {
    1
}

fn main() {}
