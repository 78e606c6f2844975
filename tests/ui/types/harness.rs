//! What a harness cannot show, or cannot tell.

use dyno::harness;

struct Order {
    id: u32,
}

#[harness(fields(order))]
fn it_has_no_words(order: &Order) -> Option<u32> {
    Some(order.id)
}

#[harness(fields(value))]
fn none_are_promised<T>(value: T) -> Option<T> {
    Some(value)
}

#[harness(except = 3)]
fn no_outcome() -> u8 {
    1
}

fn log(_: u8) {}

#[harness(sink = log)]
fn no_sink() -> Option<u8> {
    None
}

fn main() {}
