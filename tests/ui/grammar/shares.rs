//! Percentages, and lists of them.

use dyno::breaker;

#[breaker(failure_rate = 0%)]
fn nothing() -> Option<u8> {
    None
}

#[breaker(failure_rate = 101%)]
fn more_than_all() -> Option<u8> {
    None
}

#[breaker(slow = 1s, slow_rate = -5%)]
fn negative() -> Option<u8> {
    None
}

#[breaker(failure_rate = 50)]
fn no_sign() -> Option<u8> {
    None
}

#[breaker(failure_rate = 50.0)]
fn a_share_above_one() -> Option<u8> {
    None
}

#[breaker(failure_rate = "50%")]
fn text_for_percentage() -> Option<u8> {
    None
}

#[breaker(failure_rate = 5s)]
fn duration_for_percentage() -> Option<u8> {
    None
}

#[breaker(failure_rate = 5ms%)]
fn two_units() -> Option<u8> {
    None
}

#[breaker(failure_rate = 10%..50%)]
fn half_a_range_of_percentages() -> Option<u8> {
    None
}

#[breaker(failure_rate = [50%])]
fn list_for_percentage() -> Option<u8> {
    None
}

#[breaker(fail_max = [50%])]
fn list_for_count() -> Option<u8> {
    None
}

#[breaker(jitter = 101%)]
fn jitter_beyond_all() -> Option<u8> {
    None
}

#[breaker(success_rate = true)]
fn flag_for_percentage() -> Option<u8> {
    None
}

#[breaker(fail_max = 50%)]
fn percentage_for_count() -> Option<u8> {
    None
}

#[breaker(recover = [])]
fn empty_list() -> Option<u8> {
    None
}

#[breaker(recover = 10%)]
fn no_list() -> Option<u8> {
    None
}

#[breaker(recover = 0.5)]
fn no_list_but_a_share() -> Option<u8> {
    None
}

#[breaker(recover = [0%, 50%])]
fn list_from_nothing() -> Option<u8> {
    None
}

#[breaker(recover = [50%, 100%])]
fn list_to_all() -> Option<u8> {
    None
}

#[breaker(recover = [10%, 50%, 50%])]
fn list_that_stays() -> Option<u8> {
    None
}

#[breaker(recover = [10%, 5%, 1%])]
fn list_that_falls() -> Option<u8> {
    None
}

#[breaker(recover = [1, 10])]
fn list_without_signs() -> Option<u8> {
    None
}

#[breaker(recover = [1% 10%])]
fn list_without_comma() -> Option<u8> {
    None
}

#[breaker(recover)]
fn list_missing() -> Option<u8> {
    None
}

#[breaker(failure_rate = 1)]
fn one_in_a_hundred_or_all() -> Option<u8> {
    None
}

#[breaker(recover = [1, 12.5])]
fn stages_without_signs() -> Option<u8> {
    None
}

fn main() {}
