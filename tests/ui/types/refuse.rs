//! An error type with no room for a refusal.

use dyno::breaker;

#[derive(Debug)]
struct Poor;

#[breaker]
fn guarded() -> Result<u8, Poor> {
    Err(Poor)
}

fn main() {}
