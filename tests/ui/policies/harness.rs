//! A harness that is none.

use dyno::harness;

#[derive(Debug)]
enum Error {
    Down,
    Gone,
}

struct Order {
    id: u32,
}

#[harness(every = 1s)]
fn an_unknown_key() -> Option<u8> {
    None
}

#[harness(levle = warn)]
fn a_misspelt_key() -> Option<u8> {
    None
}

#[harness("shop")]
fn a_name_without_its_key() -> Option<u8> {
    None
}

#[harness(level = fatal)]
fn an_unknown_level() -> Option<u8> {
    None
}

#[harness(keep = 0)]
fn none_kept() -> Option<u8> {
    None
}

#[harness(keep = 1001)]
fn too_many_kept() -> Option<u8> {
    None
}

#[harness(keep = "16")]
fn a_number_in_quotes() -> Option<u8> {
    None
}

#[harness(at_most = 1s)]
fn no_number() -> Option<u8> {
    None
}

#[harness(at_most = 10)]
fn no_period() -> Option<u8> {
    None
}

#[harness(at_most = 0/1s)]
fn none_told() -> Option<u8> {
    None
}

#[harness(panics = no)]
fn neither_on_nor_off() -> Option<u8> {
    None
}

#[harness(rejected = false)]
fn no_word() -> Option<u8> {
    None
}

#[harness(sink = "audit")]
fn a_text_is_no_sink() -> Option<u8> {
    None
}

#[harness(panics = off)]
fn nothing_left_to_tell() {}

#[harness(only = Error::Down, except = Error::Gone)]
fn a_contradiction() -> Result<u8, Error> {
    Err(Error::Down)
}

#[harness(except = _)]
fn all_excluded() -> Result<u8, Error> {
    Err(Error::Down)
}

#[harness(fields())]
fn no_fields() -> Option<u8> {
    None
}

#[harness(fields = sku)]
fn fields_assigned(sku: &str) -> Option<u8> {
    let _ = sku;
    None
}

#[harness(fields)]
fn fields_alone() -> Option<u8> {
    None
}

#[harness(fields(skuu))]
fn a_misspelt_argument(sku: &str) -> Option<u8> {
    let _ = sku;
    None
}

#[harness(fields(total))]
fn no_such_argument(sku: &str) -> Option<u8> {
    let _ = sku;
    None
}

#[harness(fields(order.id))]
fn a_field_without_a_name(order: Order) -> Option<u8> {
    let _ = order.id;
    None
}

#[harness(fields(sku, sku))]
fn a_field_twice(sku: &str) -> Option<u8> {
    let _ = sku;
    None
}

#[harness(fields(sku = ))]
fn a_field_without_a_value(sku: &str) -> Option<u8> {
    let _ = sku;
    None
}

fn main() {}
