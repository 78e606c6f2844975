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

#[fuse(of)]
fn misspelt_off() -> Option<u8> {
    None
}

#[fuse(offf)]
fn misspelt_off_again() -> Option<u8> {
    None
}

#[fuse(on)]
fn no_key_and_no_static() -> Option<u8> {
    None
}

// A parameter may be one.
#[fuse(of, fallback = None)]
fn a_parameter(of: &'static Fuse) -> Option<u8> {
    None
}

fn main() {}
