//! `#[fallback]`: what stands in, for what.

use dyno::{breaker, fallback, fuse, retry};

#[fallback]
fn nothing_stands_in() -> Option<u8> {
    None
}

#[fallback([])]
fn an_empty_chain() -> Option<u8> {
    None
}

#[fallback(Some(1), with = Some(2))]
fn given_twice() -> Option<u8> {
    None
}

#[fallback(Some(1), Some(2))]
fn no_list() -> Option<u8> {
    None
}

#[fallback(only = None)]
fn for_what_but_not_what() -> Option<u8> {
    None
}

#[fallback(with = Some(1), except = _)]
fn for_nothing() -> Option<u8> {
    None
}

#[retry(3)]
#[fallback([Some(1), Some(2)])]
fn a_chain_hidden_from_retry() -> Option<u8> {
    None
}

#[breaker]
#[fallback(with = Some(1))]
fn hidden_from_breaker() -> Option<u8> {
    None
}

#[fuse(fallback = [Some(1), Some(2)])]
fn a_chain_for_a_fuse() -> Option<u8> {
    None
}

#[fallback(only = nothing, with = Some(1))]
fn for_a_name() -> Option<u8> {
    None
}

fn main() {}
