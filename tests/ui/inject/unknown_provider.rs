//! A provider that does not exist is told where it is named.

use dyno::inject;

#[inject(db = conect)]
fn unknown(db: &u8) -> u8 {
    *db
}

fn connect() -> u8 {
    1
}

fn main() {
    let _ = connect();
}
