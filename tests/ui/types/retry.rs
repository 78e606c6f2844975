//! Types that `#[retry]`, `#[timeout]` and `#[fallback]` cannot work with.

use dyno::{breaker, fallback, retry, timeout};

#[derive(Debug)]
struct Poor;

#[retry(3, compound)]
fn compound_of_an_option() -> Option<u8> {
    None
}

#[timeout(1s)]
async fn no_room_for_a_time_out() -> Result<u8, Poor> {
    Err(Poor)
}

#[fallback([Ok(1), Ok(2)])]
#[breaker]
fn no_room_for_a_refusal() -> Result<u8, Poor> {
    Err(Poor)
}

#[retry(3, retry_if = |value| value.is_empty())]
fn not_the_value() -> Result<u8, Poor> {
    Err(Poor)
}

#[retry(3, retry_after = |error| error.after)]
fn no_such_field() -> Result<u8, Poor> {
    Err(Poor)
}

#[timeout(1s, on_pool)]
fn not_for_another_thread(number: *const u8) -> Result<u8, String> {
    Ok(u8::from(number.is_null()))
}

#[derive(Debug)]
enum Kind {
    Timeout,
    Busy,
}
use Kind::Busy;

#[retry(3, only = Timeot)]
fn a_slip_of_the_pen_takes_every_failure() -> Result<u8, Kind> {
    Err(Kind::Timeout)
}

#[retry(3, except = Busy | Timeout)]
fn not_imported() -> Result<u8, Kind> {
    Err(Busy)
}

#[fallback(only = Gone if true, with = Ok(1))]
fn no_such_constant() -> Result<u8, String> {
    Ok(1)
}

fn main() {}
