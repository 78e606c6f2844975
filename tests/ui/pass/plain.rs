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

#[dyno::fuse]
fn switched() -> Option<u8> {
    Some(1)
}

fn main() {
    assert_eq!((retried(), guarded(), switched()), (Some(1), Ok(1), Some(1)));
}
