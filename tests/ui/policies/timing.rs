//! Misuses of `#[timing]`.

use dyno::timing;

#[timing("")]
fn no_name() {}

#[timing(3)]
fn a_number() {}

#[timing(LABEL)]
fn a_constant() {}

#[timing("a", "b")]
fn two_names() {}

#[timing(label = "a")]
fn no_such_key() {}

#[timing(nam = "a")]
fn misspelt() {}

// An argument that is not there is told by the compiler, as in any `format_args!`, but not
// beside the mistakes above.

#[timing("of {}", sku)]
fn by_its_place(sku: &str) {}

#[timing("of {order.sku}")]
fn a_part(order: &Order) {}

#[timing("of {{{sku:>7}}}")]
fn braces_and_a_width(sku: &str) {}

struct Order;

#[timing("of {sku")]
fn no_such_format(sku: &str) {}

#[timing("of {thing}")]
fn not_printable(thing: Vec<u8>) {}

#[timing]
const fn constant() {}

fn names() {
    let name = String::from("query");
    let _span = timing::span(&name);
    timing::mark(7);
}

fn main() {}
