//! What may stand beside a preset, and what it says itself.

use dyno::service;
use dyno::service::{Call, Service};

static PRICING: Service = Service::builder("pricing").build();

#[service(PRICING, timeout = 1s, retry = 3, breaker(fail_max = 3), expected_in = 1s, defaults)]
fn said_by_the_preset() -> Option<u8> {
    None
}

#[service("")]
fn nameless() -> Option<u8> {
    None
}

#[service(PRICING, PRICING)]
fn two_presets() -> Option<u8> {
    None
}

#[service(retry = 3, PRICING)]
fn a_preset_stands_first() -> Option<u8> {
    None
}

#[service(pricing)]
fn in_lower_case() -> Option<u8> {
    None
}

#[service("pricing", fallback(wiht = Some(1)), balance = 3)]
fn wrong_keys_beside(call: &Call) -> Option<u8> {
    let _ = call;
    None
}

fn main() {}
