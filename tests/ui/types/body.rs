//! A mistake in the body is told where it is, once.

use dyno::{breaker, retry};

#[breaker]
#[retry(3)]
fn wrong() -> Result<u8, String> {
    Ok("text")
}

#[retry(3)]
async fn wrong_async() -> Result<u8, String> {
    Ok("text")
}

#[breaker]
fn unknown() -> Result<u8, String> {
    Ok(nowhere)
}

fn main() {}
