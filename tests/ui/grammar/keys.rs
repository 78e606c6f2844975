//! Keys: unknown, misspelt, twice, without a value, with one too many; all of them at once.

use dyno::{aspect, breaker, fallback, retry};

#[retry(3, dellay = 5ms)]
fn misspelt() -> Option<u8> {
    None
}

#[retry(3, colour = 5)]
fn unknown() -> Option<u8> {
    None
}

#[breaker(fail_max = 3, fail_max = 4)]
fn twice() -> Option<u8> {
    None
}

#[breaker(fail_max)]
fn no_value() -> Option<u8> {
    None
}

#[breaker(fail_max =)]
fn empty_value() -> Option<u8> {
    None
}

#[retry(3, 4)]
fn too_many() -> Option<u8> {
    None
}

#[retry(delay = 5ms, 3)]
fn value_after_key() -> Option<u8> {
    None
}

#[aspect(3)]
fn no_positional() -> Option<u8> {
    None
}

#[breaker(wrap = 3)]
fn flag_with_value() -> Result<u8, u8> {
    Ok(1)
}

#[retry(3 delay = 5ms)]
fn no_comma() -> Option<u8> {
    None
}

#[retry(0, backof = 1s)]
#[breaker(fail_max = 0, reset_timeout = 5)]
fn all_at_once() -> Option<u8> {
    None
}

#[fallback]
fn nothing_stands_in() -> Option<u8> {
    None
}

#[retry(name = 3)]
fn name_is_text() -> Option<u8> {
    None
}

#[retry(name = "")]
fn name_is_empty() -> Option<u8> {
    None
}

#[retry(name = "a")]
#[breaker(name = "b")]
fn two_names() -> Option<u8> {
    None
}

#[breaker(fail-max = 3)]
fn a_minus_for_an_underscore() -> Option<u8> {
    None
}

#[breaker("db", fail-max)]
fn a_minus_without_a_value() -> Option<u8> {
    None
}

#[breaker(fail_max: 5, failure_rate: 50%, wrap: true)]
fn colons() -> Option<u8> {
    None
}

#[breaker(fail_mx: 5)]
fn misspelt_with_a_colon() -> Option<u8> {
    None
}

fn main() {
    // The functions are there all the same.
    let _ = (misspelt(), twice(), all_at_once());
}
