//! Arguments and results that no filter can see, and filters that are none.

use dyno::aspect;

struct Poor;
struct Db;

#[aspect("x")]
fn cannot_carry_a_fault() -> Result<u8, Poor> {
    Ok(1)
}

#[aspect("x")]
fn no_result_at_all(n: u8) {
    let _ = n;
}

#[aspect("x")]
fn without_an_owned_form(db: &Db, n: u8) -> Option<u8> {
    let _ = db;
    Some(n)
}

#[aspect("x")]
fn for_less_than_the_program<T>(value: T) -> Option<u8> {
    let _ = value;
    None
}

fn main() {
    let _ = aspect::join("x").arguments(|n: &mut u8| *n + 1);
    let _ = aspect::join("x").arguments(|n: &mut u8| if *n > 1 { Err(Poor) } else { Ok(()) });
}
