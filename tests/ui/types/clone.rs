//! An argument that an attempt would use up.

use dyno::retry;

struct Ticket;

#[retry(3)]
fn redeem(ticket: Ticket) -> Option<u8> {
    drop(ticket);
    None
}

fn main() {}
