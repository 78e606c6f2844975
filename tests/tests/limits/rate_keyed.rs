//! A rate for each key.

use std::time::Duration;

use dyno::clock;
use dyno::limit::KeyedRate;

const SECOND: Duration = Duration::from_secs(1);

static HOSTS: KeyedRate = KeyedRate::new("hosts", 2, SECOND).wait(SECOND);

#[test]
fn each_key_has_a_rate_of_its_own() {
    let frozen = clock::freeze();
    for host in ["a", "b"] {
        assert!(HOSTS.get(host).try_acquire().is_ok() && HOSTS.get(host).try_acquire().is_ok());
        let fault = HOSTS.get(host).try_acquire().expect_err("two a second");
        let text = format!("hosts[{host}]: the rate limit is reached, try again in 500.0ms");
        assert_eq!(fault.to_string(), text);
    }
    frozen.advance(SECOND / 2);
    assert!(HOSTS.get("a").acquire().is_ok() && HOSTS.get(&'a').acquire().is_ok());
    assert_eq!((HOSTS.len(), HOSTS.name(), HOSTS.is_empty()), (2, "hosts", false));
    assert_eq!(format!("{HOSTS:?}"), "KeyedRate(hosts, 2 of 1024 keys)");
}

/// L1: a million keys leave no more than are kept.
#[test]
fn l1_keys_are_bounded() {
    let frozen = clock::freeze();
    let clients = KeyedRate::new("clients", 1, SECOND).smooth().keys(100);
    for client in 0..10_000 {
        assert!(clients.get(&client).try_acquire().is_ok());
        frozen.advance(SECOND / 50);
    }
    assert!(clients.len() <= 100);
}

#[test]
fn one_that_is_full_again_goes_before_one_that_is_used() {
    let frozen = clock::freeze();
    let clients = KeyedRate::new("clients", 1, 100 * SECOND).keys(3);
    assert!(clients.get("used").try_acquire().is_ok());
    frozen.advance(SECOND);
    // Later, and of no use.
    let _ = (clients.get("b"), clients.get("c"));
    frozen.advance(SECOND);
    for other in ["d", "e", "f"] {
        let _ = clients.get(other);
        assert!(clients.get("used").try_acquire().is_err(), "its call is forgotten");
    }
    assert_eq!(clients.len(), 3);
}

#[test]
fn idle_ones_go_once_they_are_full_again() {
    let frozen = clock::freeze();
    let clients = KeyedRate::new("clients", 1, 100 * SECOND).keys(1000).idle(10 * SECOND);
    for client in 0..100 {
        let _ = clients.get(&client).try_acquire();
    }
    frozen.advance(20 * SECOND);
    let _ = clients.get("new");
    assert_eq!(clients.len(), 101, "all are used up for another 80 s");
    frozen.advance(80 * SECOND);
    let _ = clients.get("newer");
    assert_eq!(clients.len(), 1);
}

#[test]
#[should_panic(expected = "rate: `keys` must be at least 1")]
fn no_keys() {
    let _ = KeyedRate::new("x", 1, SECOND).keys(0);
}

#[test]
#[should_panic(expected = "rate: `idle` must be above zero")]
fn no_idle() {
    let _ = KeyedRate::new("x", 1, SECOND).idle(Duration::ZERO);
}
