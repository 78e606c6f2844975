//! Keys of `#[service]` that stand in the wrong place, and values in the wrong words.

use dyno::service;
use dyno::service::Call;

#[service(retries = 3)]
fn of_retry() -> Option<u8> {
    None
}

#[service(retry = 2, budget = 20%, backoff = 50ms..1s, compound)]
fn of_a_retry_that_is_there() -> Option<u8> {
    None
}

#[service(fail_max = 5, ttl = 60s, limit = 10, wait = 50ms, burst = 20, policy = random)]
fn of_others() -> Option<u8> {
    None
}

#[service(timeout = 1s, on_pool)]
fn on_a_pool() -> Option<u8> {
    None
}

#[service(on_pool = "io")]
fn on_a_named_pool() -> Option<u8> {
    None
}

#[service(retry(2, wrap, retry_on_timeout), metrics(name = "x"))]
fn of_the_service_itself() -> Option<u8> {
    None
}

#[service("pricing", harness(name = "x"))]
fn beside_a_preset() -> Option<u8> {
    None
}

#[service(breaker = none)]
fn none() -> Option<u8> {
    None
}

#[service(defaults, breaker = false, metrics = None)]
fn not_there() -> Option<u8> {
    None
}

#[service(breaker = 5)]
fn a_number_alone() -> Option<u8> {
    None
}

#[service(retry = 1)]
fn one_attempt() -> Option<u8> {
    None
}

#[service(retry = 0)]
fn no_attempt() -> Option<u8> {
    None
}

#[service(retry(retries = 0))]
fn no_further_attempt() -> Option<u8> {
    None
}

#[service(pool = 4)]
fn a_pool_without_a_name() -> Option<u8> {
    None
}

#[service(pool(size = 4))]
fn a_size_without_a_pool() -> Option<u8> {
    None
}

#[service(retry = 2)]
fn owned(call: Call) -> Option<u8> {
    let _ = call;
    None
}

#[service(retry = 2)]
fn by_unique_borrow(call: &mut dyno::service::Call) -> Option<u8> {
    let _ = call;
    None
}

mod phone {
    #[derive(Clone)]
    pub struct Call;
}

#[service(retry = 2)]
fn of_ones_own(call: phone::Call) -> Option<u8> {
    let _ = call;
    None
}

fn main() {}
