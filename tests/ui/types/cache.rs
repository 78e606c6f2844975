//! `#[cache]`: types that cannot be kept, or cannot be a key.

use dyno::cache;

struct Opaque;

#[cache(ttl = 60s)]
fn not_clone() -> Opaque {
    Opaque
}

#[cache(ttl = 60s)]
fn of_a_fraction(share: f64) -> u8 {
    u8::from(share > 0.5)
}

#[cache(ttl = 60s)]
fn of_an_opaque(what: &Opaque) -> u8 {
    let _ = what;
    1
}

#[cache(ttl = 60s, negative = 5s)]
fn cannot_fail() -> u8 {
    1
}

#[cache(ttl = 60s, negative = 5s)]
fn error_not_clone() -> Result<u8, Opaque> {
    Ok(1)
}

#[cache(ttl = 60s)]
fn not_send() -> std::rc::Rc<u8> {
    std::rc::Rc::new(1)
}

#[cache(ttl = TTL)]
fn no_duration() -> u8 {
    1
}

const TTL: u64 = 60;

fn main() {}
