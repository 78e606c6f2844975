//! `#[timeout]`: what a limit is, and what a pool can be given.

use dyno::timeout;

#[timeout]
async fn no_limit() -> Option<u8> {
    None
}

#[timeout(0ms)]
async fn no_time() -> Option<u8> {
    None
}

#[timeout(250)]
async fn no_unit() -> Option<u8> {
    None
}

#[timeout("250ms")]
async fn text() -> Option<u8> {
    None
}

#[timeout(1s..2s)]
async fn a_range() -> Option<u8> {
    None
}

#[timeout(50%)]
async fn a_share() -> Option<u8> {
    None
}

#[timeout(1s, limit = 2s)]
async fn two_limits() -> Option<u8> {
    None
}

#[timeout(on_poll)]
async fn a_slip_of_the_pen() -> Option<u8> {
    None
}

#[timeout(1s, on_pool)]
async fn async_on_a_pool() -> Option<u8> {
    None
}

#[timeout(1s, on_pool = "io")]
fn which_pool() -> Option<u8> {
    None
}

#[timeout(1s, on_pool)]
fn borrowed(text: &str, name: &'static str) -> Option<u8> {
    let _ = (text, name);
    None
}

#[timeout(1s, on_pool)]
fn counted(text: Option<std::rc::Rc<str>>, (one, two): (std::rc::Rc<u8>, u8)) -> Option<u8> {
    let _ = (text, one, two);
    None
}

struct Shelf;

impl Shelf {
    #[timeout(1s, on_pool)]
    fn borrowed_self(&self) -> Option<u8> {
        None
    }
}

fn main() {
    let _ = Shelf.borrowed_self();
}
