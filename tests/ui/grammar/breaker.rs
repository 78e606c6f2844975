//! Windows, words, and the numbers of a breaker.

use dyno::breaker;

#[breaker(window = 0)]
fn empty_window() -> Option<u8> {
    None
}

#[breaker(window = 100001)]
fn huge_window() -> Option<u8> {
    None
}

#[breaker(window = 99ms)]
fn short_window() -> Option<u8> {
    None
}

#[breaker(window = 10sec)]
fn window_of_no_unit() -> Option<u8> {
    None
}

#[breaker(window = "10s")]
fn window_as_text() -> Option<u8> {
    None
}

#[breaker(window = 50%)]
fn window_as_percentage() -> Option<u8> {
    None
}

#[breaker(window = 1s..10s)]
fn window_as_range() -> Option<u8> {
    None
}

#[breaker(window = -5)]
fn negative_window() -> Option<u8> {
    None
}

#[breaker(fail_max = 0)]
fn no_failures() -> Option<u8> {
    None
}

#[breaker(success_threshold = 0)]
fn no_successes() -> Option<u8> {
    None
}

#[breaker(success_threshold = 4001)]
fn too_many_successes() -> Option<u8> {
    None
}

#[breaker(trials = 0)]
fn no_trials() -> Option<u8> {
    None
}

#[breaker(trials = 65)]
fn too_many_trials() -> Option<u8> {
    None
}

#[breaker(min_calls = 0)]
fn no_calls() -> Option<u8> {
    None
}

#[breaker(probe_timeout = 0s)]
fn no_time_to_probe() -> Option<u8> {
    None
}

#[breaker(slow = 0ms)]
fn all_are_slow() -> Option<u8> {
    None
}

#[breaker(reset_timeout = 0s)]
fn no_time_open() -> Option<u8> {
    None
}

#[breaker(reset_timeout = 0s..60s)]
fn starts_at_nothing() -> Option<u8> {
    None
}

#[breaker(reset_timeout = 60s..1s)]
fn shrinks() -> Option<u8> {
    None
}

#[breaker(reset_timeout = 1s..)]
fn no_longest_time() -> Option<u8> {
    None
}

#[breaker(trip_error = rejcted)]
fn misspelt_word() -> Option<u8> {
    None
}

#[breaker(trip_error = other)]
fn unknown_word() -> Option<u8> {
    None
}

#[breaker(starts = HalfOpen)]
fn word_in_capitals() -> Option<u8> {
    None
}

#[breaker(starts = State::Open)]
fn path_for_word() -> Option<u8> {
    None
}

#[breaker(except = None, excluded = succes)]
fn misspelt_outcome() -> Option<u8> {
    None
}

#[breaker(rule = "mine")]
fn text_for_rule() -> Option<u8> {
    None
}

#[breaker(rule = &MINE)]
fn reference_for_rule() -> Option<u8> {
    None
}

#[breaker(key = id, keys = 0)]
fn no_keys() -> Option<u8> {
    None
}

#[breaker(key = id, idle = 0s)]
fn no_idle_time() -> Option<u8> {
    None
}

#[breaker(skip = 50%)]
fn percentage_for_condition() -> Option<u8> {
    None
}

fn main() {}
