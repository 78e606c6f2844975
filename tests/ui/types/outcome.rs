//! A policy that cannot tell what failed.

use dyno::{breaker, fallback, retry};

#[retry(3)]
fn retried() -> u8 {
    1
}

#[retry(3)]
fn nothing() {}

#[breaker]
async fn guarded() -> String {
    String::new()
}

#[fallback(1)]
fn stood_in() -> u8 {
    1
}

fn main() {}
