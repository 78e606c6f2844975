//! A breaker that can never act, and settings that mean nothing without another.

use dyno::breaker;
use dyno::breaker::Breaker;

static DB: Breaker = Breaker::new("db");

#[breaker(except_if = |_| true)]
fn excludes_all_by_a_predicate() -> Option<u8> {
    None
}

#[breaker(except_if = |_e| { true })]
fn excludes_all_by_a_block() -> Option<u8> {
    None
}

#[breaker(skip = true)]
fn skips_all() -> Option<u8> {
    None
}

#[breaker(only = Some(_), except = None)]
fn only_and_except() -> Option<u8> {
    None
}

#[breaker]
fn cannot_fail() -> Result<u8, std::convert::Infallible> {
    Ok(1)
}

#[breaker(wrap)]
async fn cannot_fail_wrapped() -> Result<u8, core::convert::Infallible> {
    Ok(1)
}

#[breaker(slow_rate = 80%)]
fn rate_of_nothing_slow() -> Option<u8> {
    None
}

#[breaker(slow = 2s, expected_in = 200ms)]
fn slow_when_it_has_failed_already() -> Option<u8> {
    None
}

const LONG: std::time::Duration = std::time::Duration::from_secs(2);

#[breaker(slow = LONG, expected_in = 2s)]
fn slow_by_a_constant() -> Option<u8> {
    None
}

#[breaker(expected_in = 0s)]
fn expected_at_once() -> Option<u8> {
    None
}

#[breaker(expected_in = 200)]
fn expected_in_what() -> Option<u8> {
    None
}

#[breaker(DB, expected_in = 200ms)]
fn expected_in_of_a_static() -> Option<u8> {
    None
}

#[breaker(window = 10, min_calls = 20)]
fn more_calls_than_the_window() -> Option<u8> {
    None
}

#[breaker(keys = 10)]
fn keys_of_no_key() -> Option<u8> {
    None
}

#[breaker("db", idle = 10m)]
fn idle_of_no_key() -> Option<u8> {
    None
}

#[breaker(excluded = success)]
fn nothing_is_excluded() -> Option<u8> {
    None
}

#[breaker(DB, trials = 3)]
fn trials_of_a_static() -> Option<u8> {
    None
}

#[breaker(DB, window = 10s, failure_rate = 50%)]
fn rates_of_a_static() -> Option<u8> {
    None
}

#[breaker(DB, key = 1, keys = 10)]
fn keys_of_a_static() -> Option<u8> {
    None
}

#[breaker(true)]
fn a_flag_is_no_breaker() -> Option<u8> {
    None
}

#[breaker(off)]
fn a_word() -> Option<u8> {
    None
}

#[breaker(trial)]
fn misspelt_key_without_a_value() -> Option<u8> {
    None
}

#[breaker(success_rate = 80%)]
fn a_share_of_one_trial() -> Option<u8> {
    None
}

#[breaker(success_rate = 0.8, success_threshold = 1)]
fn a_share_of_one_trial_given() -> Option<u8> {
    None
}

#[breaker("db", 5)]
fn a_name_and_a_number() -> Option<u8> {
    None
}

#[breaker(DB, 5)]
fn a_static_and_a_number() -> Option<u8> {
    None
}

fn main() {}
