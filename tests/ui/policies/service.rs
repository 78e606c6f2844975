//! Keys of `#[service]`: what is wrong is told of the key that the user wrote, all at once.

use dyno::service;

#[service(timout = 1s, retyr(3), breaker-max)]
fn no_such_keys() -> Option<u8> {
    None
}

#[service(metrcs)]
fn no_such_flag() -> Option<u8> {
    None
}

#[service(retry(3, dely = 5ms), breaker(fail_mx = 3), bulkhead(10, wiat = 5ms), rate(100/1s, brust = 2))]
fn no_such_keys_within() -> Option<u8> {
    None
}

#[service(timeout(lmit = 1s), attempt_timeout(1s, name = "x"), deadline, cache(ttl = 1s, erly = linear))]
fn no_such_keys_of_time() -> Option<u8> {
    None
}

#[service(metrics(latncy = off), harness(feilds(a)), timing(3), fallback(wiht = Some(1)))]
fn no_such_keys_of_what_observes() -> Option<u8> {
    None
}

#[service(retry = dely, breaker = brekaer, metrics = mine)]
fn words_that_are_no_values() -> Option<u8> {
    None
}

#[service(timeout, retry = 1, bulkhead, rate = 100, breaker = 5, fallback)]
fn what_a_policy_needs() -> Option<u8> {
    None
}

#[service(timeout = 60, attempt_timeout = "1s", deadline = 0s, retry = "3", expected_in = 5)]
fn wrong_values() -> Option<u8> {
    None
}

#[service(retry = 3, retry = 4, timeout(1s, limit = 2s), fallback = None, retry_on_timeout(3))]
fn twice() -> Option<u8> {
    None
}

#[service(retry = 3, breaker(fallback = Some(1)), fallback = Some(2))]
fn two_fallbacks() -> Option<u8> {
    None
}

#[service(retry(2, wrap), metrics(name = "x"), timing(crate = ::dyno))]
fn said_of_the_function_not_of_a_policy() -> Result<u8, std::io::Error> {
    Ok(1)
}

#[service(retry = 3)]
#[service(breaker)]
fn two_services() -> Option<u8> {
    None
}

#[retry(3)]
#[service(retry = 2)]
fn retry_above() -> Option<u8> {
    None
}
#[service(retry = 2)]
#[retry(3)]
fn retry_below() -> Option<u8> {
    None
}
use dyno::{fallback, retry};

#[service(retry = 2)]
#[fallback(Some(1))]
fn hidden_from_the_service() -> Option<u8> {
    None
}

fn main() {}
