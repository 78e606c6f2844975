//! A fuse that is none.

use dyno::breaker::Fuse;
use dyno::fuse;

static BETA: Fuse = Fuse::new("beta");

#[fuse("")]
fn nameless() -> Option<u8> {
    None
}

#[fuse(3)]
fn a_number_is_no_fuse() -> Option<u8> {
    None
}

#[fuse(BETA, off)]
fn off_beside_a_static() -> Option<u8> {
    None
}

#[fuse(off = true)]
fn off_with_a_value() -> Option<u8> {
    None
}

#[fuse(fail_max = 3)]
fn a_key_of_the_breaker() -> Option<u8> {
    None
}

#[fuse("a", "b")]
fn two_names() -> Option<u8> {
    None
}

fn main() {}
