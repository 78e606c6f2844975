//! The smallest uses.
#![deny(warnings)]

#[dyno::retry(3)]
fn retried() -> Option<u8> {
    Some(1)
}

#[dyno::breaker]
fn guarded() -> Result<u8, String> {
    Ok(1)
}

fn main() {
    assert_eq!((retried(), guarded()), (Some(1), Ok(1)));
}
