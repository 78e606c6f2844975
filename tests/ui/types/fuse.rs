//! A fuse asks only that a refusal can be returned, or that something stands in for it.

use dyno::fuse;

#[fuse]
fn no_room() -> u8 {
    1
}

#[fuse("beta")]
fn no_room_in_the_error() -> Result<u8, std::num::ParseIntError> {
    "1".parse()
}

// With a stand-in it asks nothing, and the stand-in is of the function's type.
#[fuse(fallback = 2)]
fn any_type() -> u8 {
    1
}

#[fuse(fallback = "old")]
fn another_type() -> u8 {
    1
}

#[fuse(fallback = |fault: u8| fault)]
fn a_closure_of_no_fault() -> u8 {
    1
}

fn main() {}
