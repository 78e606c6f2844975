//! A pool that is none, and what cannot go to one.

use dyno::pool::Pool;
use dyno::timeout;

static IO: Pool = Pool::new("io");

#[timeout(250ms, on_pool = 3)]
fn a_number_is_no_pool() -> Option<u8> {
    None
}

#[timeout(250ms, on_pool())]
fn which_one() -> Option<u8> {
    None
}

#[timeout(250ms, on_pool(size = 10))]
fn without_a_name() -> Option<u8> {
    None
}

#[timeout(250ms, on_pool = "")]
fn an_empty_name() -> Option<u8> {
    None
}

#[timeout(250ms, on_pool("io", size = 0, queue = 0, idle = 0s))]
fn of_nothing() -> Option<u8> {
    None
}

#[timeout(250ms, on_pool("io", sizes = 10))]
fn misspelt() -> Option<u8> {
    None
}

#[timeout(250ms, on_pool(IO, size = 10))]
fn settings_of_a_static() -> Option<u8> {
    None
}

#[timeout(250ms, on_pool("io", 10))]
fn a_name_and_a_number() -> Option<u8> {
    None
}

#[timeout(on_pool = "io")]
fn without_a_limit() -> Option<u8> {
    None
}

#[timeout(250ms, on_pool = "io")]
fn borrows(name: &str) -> Option<u8> {
    name.parse().ok()
}

#[timeout(250ms, on_pool = IO)]
async fn is_async() -> Option<u8> {
    None
}

static NO_THREAD: Pool = Pool::new("none").size(0);
static NO_ROOM: Pool = Pool::new("none").queue(0);

fn main() {}
