//! `balance`, and the `&Call` that an attempt gets.

use dyno::service;
use dyno::service::Call;

static PRICES: dyno::balance::Balancer = dyno::balance::Balancer::new("prices", &["http://a:1"]);

#[service(balance)]
fn among_whom() -> Option<u8> {
    None
}

#[service(balance = [])]
fn among_nobody() -> Option<u8> {
    None
}

#[service(balance = "http://a:1")]
fn one_is_a_list() -> Option<u8> {
    None
}

#[service(balance = "http://a:1, http://b:1")]
fn several_are_a_list() -> Option<u8> {
    None
}

#[service(balance = &["http://a:1", "http://b:1"], breaker)]
fn a_borrowed_list_is_a_list() -> Option<u8> {
    None
}

#[service(balance(PRICES, user))]
fn a_key_without_its_name(user: u32) -> Option<u8> {
    let _ = user;
    None
}

#[service(balance = ["http://", "redis://a", "http://a:70000", "http://a/prices", "http://me:secret@a"])]
fn targets_that_are_none() -> Option<u8> {
    None
}

#[service(balance = ["http://a weight=0", "http://a more", "http://b", "b:80", "http://[::g]:80", "h t://a"])]
fn more_of_them() -> Option<u8> {
    None
}

#[service(balance = [1, ""])]
fn targets_are_text() -> Option<u8> {
    None
}

#[service(balance = 3)]
fn a_number() -> Option<u8> {
    None
}

#[service(balance = prices)]
fn a_word() -> Option<u8> {
    None
}

#[service(balance(PRICES, kee = 1, policy = random))]
fn settings_of_a_static() -> Option<u8> {
    None
}

#[service(balance(["http://a:1"], policy = p2, max_ejected = 50, decay = 0s, retry_after = 3))]
fn wrong_settings() -> Option<u8> {
    None
}

#[service(retry = 2)]
fn two_calls(a: &Call, b: &Call) -> Option<u8> {
    let _ = (a, b);
    None
}

#[service(retry = 2)]
fn conditional(#[cfg(all())] call: &Call) -> Option<u8> {
    let _ = call;
    None
}

mod other {
    pub struct Call;
}

#[service(retry = 2)]
fn of_another_type(call: &other::Call) -> Option<u8> {
    let _ = call;
    None
}

fn main() {}
