//! A fallible provider in a function that cannot carry the error.

use dyno::inject;

struct Db;
fn connect() -> Result<Db, String> {
    Ok(Db)
}

#[inject(db = connect)]
fn no_result(id: u8, db: &Db) -> u8 {
    let _ = db;
    id
}

#[inject(db = connect)]
fn option(db: &Db) -> Option<u8> {
    let _ = db;
    None
}

#[derive(Debug)]
struct Poor;
#[inject(db = connect)]
fn poor(db: &Db) -> Result<u8, Poor> {
    let _ = db;
    Err(Poor)
}

#[inject(db = tag("primary"))]
fn tagged(db: &Db) {
    let _ = db;
}

fn main() {}
