//! `#[derive(Injectable)]`.

use dyno::Injectable;
use std::sync::Arc;

fn connect() -> u8 {
    1
}

#[derive(Injectable)]
enum Choice {
    One,
}

#[derive(Injectable)]
struct Tuple(u8);

#[derive(Injectable)]
struct Borrowed<'a> {
    #[inject(connect)]
    db: &'a u8,
}

#[derive(Injectable)]
struct Twice {
    #[inject(connect)]
    #[inject(connect)]
    db: u8,
}

#[derive(Injectable)]
struct Misspelt {
    #[inject(tagg = "x")]
    db: Arc<u8>,
}

#[derive(Injectable)]
struct DefaultAndMore {
    #[inject(default, tag = "x")]
    db: u8,
}

#[derive(Injectable)]
struct Called {
    #[inject(connect())]
    db: u8,
}

#[derive(Injectable)]
#[injectable(construct = build)]
struct Settings {
    #[inject(connect)]
    db: u8,
}

fn main() {}
