//! Where an attribute cannot be.

use dyno::retry as again;
use dyno::{breaker, retry};

#[retry(3)]
const fn is_const() -> Option<u8> {
    None
}

#[retry(3)]
struct NotAFunction;

trait Bodiless {
    #[retry(3)]
    fn get(&self) -> Option<u8>;
}

#[retry(3)]
impl NotAFunction {}

#[retry(2)]
#[retry(3)]
fn twice() -> Option<u8> {
    None
}

#[breaker]
#[again(3)]
fn under_another_name() -> Option<u8> {
    None
}

#[retry(3)]
fn forever() -> ! {
    loop {}
}

fn main() {}
