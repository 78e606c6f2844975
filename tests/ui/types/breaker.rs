//! Settings of the wrong type, told at the value.

use dyno::breaker;

const LEAST: u64 = 5;

#[breaker(fail_max = LEAST)]
fn too_wide() -> Option<u8> {
    None
}

#[breaker(failure_rate = LEAST)]
fn no_share() -> Option<u8> {
    None
}

#[breaker(window = "10s".to_owned())]
fn no_window() -> Option<u8> {
    None
}

#[breaker(skip = 3)]
fn no_condition() -> Option<u8> {
    None
}

#[breaker(retry_after = |_| std::time::Duration::MAX)]
fn no_option() -> Option<u8> {
    None
}

struct Host;

#[breaker(key = host)]
fn no_text(host: &Host) -> Option<u8> {
    let _ = host;
    None
}

static DB: dyno::breaker::Breaker = dyno::breaker::Breaker::new("db");

#[breaker(DB, key = 1)]
fn one_breaker_is_not_many() -> Option<u8> {
    None
}

static HOSTS: dyno::breaker::Keyed =
    dyno::breaker::Keyed::new("hosts", dyno::breaker::Settings::new());

#[breaker(HOSTS)]
fn many_without_a_key() -> Option<u8> {
    None
}

fn main() {}
