//! `#[retry]`: settings that contradict one another or mean nothing.

use dyno::{breaker, retry};

#[retry(3, retries = 2)]
fn counted_twice() -> Option<u8> {
    None
}

#[retry(retries = 0)]
fn no_retries() -> Option<u8> {
    None
}

#[retry(3, factor = 2)]
fn a_factor_of_nothing() -> Option<u8> {
    None
}

#[retry(3, delay = 5ms, jitter = full)]
fn jitter_of_a_delay() -> Option<u8> {
    None
}

#[retry(3, backoff = 1ms..5ms, factor = 1)]
fn never_grows() -> Option<u8> {
    None
}

#[retry(3, backoff = 1ms..5ms, factor = 2s)]
fn factor_with_a_unit() -> Option<u8> {
    None
}

#[retry(3, backoff = 1ms..5ms, factor = 1e9)]
fn grows_too_fast() -> Option<u8> {
    None
}

#[retry(3, backoff = 1ms..5ms, jitter = ful)]
fn no_such_jitter() -> Option<u8> {
    None
}

#[retry(3, backoff = 1ms..5ms, pauses = MINE)]
fn two_rules_for_pauses() -> Option<u8> {
    None
}

#[retry(3, pauses = 5ms)]
fn a_pause_is_no_rule() -> Option<u8> {
    None
}

#[retry(3, retry_if = 5)]
fn retry_if_no_closure() -> Option<u8> {
    None
}

#[retry(3, retry_after = 5s)]
fn retry_after_no_closure() -> Option<u8> {
    None
}

#[retry(3, max_elapsed = 0s)]
fn no_time_at_all() -> Option<u8> {
    None
}

#[retry(3, budget = 0%)]
fn no_budget_at_all() -> Option<u8> {
    None
}

#[retry(3, budget = 120%)]
fn more_retries_than_calls() -> Option<u8> {
    None
}

#[retry(3, budget = 5)]
fn a_number_is_no_budget() -> Option<u8> {
    None
}

#[retry(3, budget = "")]
fn a_budget_without_a_name() -> Option<u8> {
    None
}

#[retry(3, nested = true)]
fn nested_is_a_word() -> Option<u8> {
    None
}

#[retry(3, rejected = again)]
fn no_such_word() -> Option<u8> {
    None
}

#[retry(3, idempotent = true)]
fn idempotent_stands_alone() -> Option<u8> {
    None
}

#[retry(backof)]
fn a_word_is_no_number() -> Option<u8> {
    None
}

#[retry(3, max_elapse = 5s)]
fn a_slip_of_the_pen() -> Option<u8> {
    None
}

#[retry(3, backof = 5ms..50ms, jitter = full)]
fn a_slip_of_the_pen_and_what_goes_with_it() -> Option<u8> {
    None
}

#[retry(3, only = busy)]
fn a_name_takes_every_failure() -> Result<u8, u8> {
    Err(1)
}

#[breaker(except = 1 | rest)]
fn a_name_among_others() -> Result<u8, u8> {
    Err(1)
}

fn main() {}
