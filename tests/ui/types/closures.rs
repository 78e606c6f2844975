//! Closures of the wrong type, told at the value.

use dyno::{breaker, fallback, retry};

#[breaker(except_if = |e: &u8| *e == 0)]
fn takes_another_error() -> Result<u8, dyno::Fault> {
    Ok(1)
}

#[retry(3, except_if = |_| 5)]
fn says_no_bool() -> Result<u8, dyno::Fault> {
    Ok(1)
}

#[breaker(except_if = is_minor())]
fn no_closure() -> Result<u8, dyno::Fault> {
    Ok(1)
}

#[breaker(fallback = |e: u8| Ok(e))]
fn falls_back_from_another_error() -> Result<u8, dyno::Fault> {
    Ok(1)
}

#[fallback(|_| "text")]
fn falls_back_to_another_type() -> Result<u8, dyno::Fault> {
    Ok(1)
}

fn is_minor() -> bool {
    true
}

fn main() {}
