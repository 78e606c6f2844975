//! Join points that cannot be.

use dyno::aspect;

#[aspect("")]
fn nameless() -> Option<u8> {
    None
}

#[aspect(PRICE)]
fn no_text() -> Option<u8> {
    None
}

#[aspect("a", "b")]
fn two_names() -> Option<u8> {
    None
}

#[aspect("x", no_results)]
fn a_flag_misspelt() -> Option<u8> {
    None
}

#[aspect("x", args = (a))]
fn args_as_a_value(a: u8) -> Option<u8> {
    Some(a)
}

#[aspect("x", args(1))]
fn args_without_names(a: u8) -> Option<u8> {
    Some(a)
}

#[aspect("x", args(quantty, quantity, quantity))]
fn misspelt(quantity: u8) -> Option<u8> {
    Some(quantity)
}

#[aspect(arguments(a))]
fn another_key(a: u8) -> Option<u8> {
    Some(a)
}

#[aspect(no_result)]
fn no_join_point() -> Option<u8> {
    None
}

#[aspect("x")]
#[aspect(args(a))]
fn args_of_the_second(a: u8) -> Option<u8> {
    Some(a)
}

#[aspect("x")]
fn lent_to_be_changed(all: &mut Vec<u8>, n: u8) -> Option<u8> {
    all.push(n);
    None
}

#[aspect("x")]
fn borrows_within(name: std::borrow::Cow<'_, str>, more: &&str, all: Option<&u8>) -> Option<u8> {
    let _ = (name, more, all);
    None
}

#[aspect("x")]
fn taken_apart((a, b): (u8, u8), _: u8, #[cfg(unix)] c: u8) -> Option<u8> {
    Some(a + b + c)
}

#[aspect("x", no_result)]
fn result_from_an_argument(text: &str) -> Option<&str> {
    Some(text)
}

struct Till(String);
impl Till {
    #[aspect("x")]
    fn result_borrows(&self, text: &str) -> Option<&str> {
        (text != "").then_some(&self.0)
    }

    #[aspect("x", args(self))]
    fn itself(&self) -> Option<u8> {
        None
    }
}

#[aspect("x")]
fn result_without_a_name() -> Option<impl Iterator<Item = u8>> {
    Some(std::iter::empty())
}

#[rustfmt::skip]
#[aspect("x")]
fn too_many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8, m: u8) -> Option<u8> {
    Some(a + b + c + d + e + f + g + h + i + j + k + l + m)
}

fn connect() -> u8 {
    1
}

#[dyno::inject(db = connect)]
#[aspect("x", args(db))]
fn injected(db: u8) -> Option<u8> {
    Some(db)
}

fn main() {}
