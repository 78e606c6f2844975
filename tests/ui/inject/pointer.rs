//! A function pointer and a capturing closure have no identity of their own.

use dyno::inject;

fn connect() -> u8 {
    1
}
const POINTER: fn() -> u8 = connect;

#[inject(db = POINTER)]
fn through_a_pointer(db: &u8) -> u8 {
    *db
}

fn main() {
    through_a_pointer();
}
