//! A fuse asks only that a refusal can be returned.

use dyno::fuse;

#[fuse]
fn no_room() -> u8 {
    1
}

#[fuse("beta")]
fn no_room_in_the_error() -> Result<u8, std::num::ParseIntError> {
    "1".parse()
}

fn main() {}
