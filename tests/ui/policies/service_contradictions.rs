//! Keys of `#[service]` that contradict one another, or can do nothing.

use dyno::service;

static DB: dyno::breaker::Breaker = dyno::breaker::Breaker::new("db");
static PRICES: dyno::balance::Balancer = dyno::balance::Balancer::new("prices", &["http://a:1"]);

#[service(deadline = 1s, timeout = 2s)]
fn later_than_the_deadline() -> Option<u8> {
    None
}

#[service(timeout = 1s, attempt_timeout = 1s, retry = 3)]
fn an_attempt_as_long_as_all() -> Option<u8> {
    None
}

#[service(attempt_timeout = 100ms, breaker, expected_in = 200ms)]
fn slower_than_an_attempt() -> Option<u8> {
    None
}

#[service(timeout = 1s, retry_on_timeout)]
fn nothing_to_try_again() -> Option<u8> {
    None
}

#[service(timeout = 1s, expected_in = 200ms)]
fn no_breaker_that_expects() -> Option<u8> {
    None
}

#[service(timeout = 1s, except = None)]
fn nobody_asks_what_failed() -> Option<u8> {
    None
}

#[service(retry = off)]
fn off_without_defaults() -> Option<u8> {
    None
}

#[service(defaults, cache = off, breaker = off, expected_in = 1s)]
fn off_that_is_not_on() -> Option<u8> {
    None
}

#[service(breaker(DB, fail_max = 3))]
fn settings_of_a_static() -> Option<u8> {
    None
}

#[service(bulkhead(10, queue = 5), retry(3, delay = 5ms, backoff = 1ms..5ms), breaker(slow_rate = 50%))]
fn contradictions_within() -> Option<u8> {
    None
}

#[service(balance = PRICES, breaker(fail_max = 3))]
fn two_who_say_what_is_out() -> Option<u8> {
    None
}

#[service(balance = ["http://a:1"], breaker("db"))]
fn a_shared_breaker_for_targets() -> Option<u8> {
    None
}

#[service(balance = ["http://a:1"], breaker = DB)]
fn a_static_breaker_for_targets() -> Option<u8> {
    None
}

#[service(balance = ["http://a:1"], breaker(key = 1, skip = false))]
fn a_keyed_breaker_for_targets() -> Option<u8> {
    None
}

#[service(defaults, balance = PRICES, expected_in = 200ms)]
fn a_usual_breaker_that_gives_way() -> Option<u8> {
    None
}

#[service(balance = PRICES, expected_in = 200ms)]
fn a_breaker_that_says_itself_what_is_slow() -> Option<u8> {
    None
}

#[service(
    balance(["http://a:1"], except = None, retry_after = |_| None),
    breaker(except_if = |_| false, retry_after = |_| None)
)]
fn failures_that_are_chosen_twice() -> Option<u8> {
    None
}

#[service(metrics)]
#[dyno::metrics]
fn counted_twice() -> Option<u8> {
    None
}

#[service(defaults, attempt_timeout = 6s)]
fn longer_than_the_usual_limit() -> Option<u8> {
    None
}

#[service(timeout(1s), attempt_timeout(2s))]
fn contradiction_in_parentheses() -> Option<u8> {
    None
}

fn main() {}
