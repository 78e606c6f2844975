//! Targets that are the addresses of a name.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use dyno::Fault;
use dyno::balance::{Balancer, Tried};
use dyno::clock::freeze;

use super::support::{A, B, MS, SEC, ask, in_flight, seen, until};

fn urls(balancer: &Balancer) -> Vec<String> {
    balancer.targets().iter().map(|target| target.url().to_owned()).collect()
}

fn address(last: u8) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, last], 80))
}

/// Calls until what a resolver has found is in force: it has a thread of its own.
fn until_there_are(balancer: &Balancer, expected: &[&str]) {
    until(|| {
        drop(balancer.pick(&Tried::new()));
        urls(balancer) == expected
    });
}

#[test]
fn a_name_is_resolved_by_the_first_call_and_again_when_that_is_old() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    fn resolver(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        assert_eq!((host, port), ("prices.internal", 80));
        match ASKED.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(vec![address(1)]),
            1 => Ok(vec![address(1), address(2), address(2)]),
            2 => Err(io::Error::other("the server is away")),
            3 => Ok(vec![]),
            4 => panic!("a bad day"),
            _ => Ok(vec![address(2)]),
        }
    }
    let frozen = freeze();
    let balancer =
        Balancer::dns("prices", "http://Prices.internal").ttl(10 * SEC).resolver(resolver);
    assert_eq!(ask(&balancer), A);
    let target = balancer.targets().remove(0);
    assert_eq!(target.resolved_from(), Some("prices.internal"));
    frozen.advance(9999 * MS);
    assert_eq!((ask(&balancer).as_str(), ASKED.load(Ordering::Relaxed)), (A, 1));
    frozen.advance(MS);
    until_there_are(&balancer, &[A, B]);
    assert_eq!(ASKED.load(Ordering::Relaxed), 2);
    assert!(seen(&balancer, A).picks >= 3, "what stays keeps what is known of it");
    // What fails leaves all as it was, and is tried again after a second.
    frozen.advance(10 * SEC);
    for failures in 3..=5 {
        until(|| {
            ask(&balancer);
            frozen.advance(SEC);
            ASKED.load(Ordering::Relaxed) >= failures
        });
        assert_eq!(urls(&balancer), [A, B]);
    }
    until(|| {
        ask(&balancer);
        frozen.advance(SEC);
        urls(&balancer) == [B]
    });
    assert_eq!(in_flight(&balancer), 0);
}

#[test]
fn a_first_answer_that_fails_fails_the_call() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    fn resolver(_: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        match ASKED.fetch_add(1, Ordering::Relaxed) {
            0 => Err(io::Error::other("no such name")),
            _ => Ok(vec![address(1)]),
        }
    }
    let frozen = freeze();
    let balancer = Balancer::dns("prices", "http://prices.internal").resolver(resolver);
    for _ in 0..3 {
        let fault = balancer.pick(&Tried::new()).expect_err("nobody");
        assert!(matches!(fault, Fault::NoTarget { .. }));
        assert_eq!(
            fault.to_string(),
            "prices: no target to call: http://prices.internal is not resolved: no such name"
        );
    }
    assert_eq!(ASKED.load(Ordering::Relaxed), 1, "not with each call");
    frozen.advance(SEC);
    assert_eq!(ask(&balancer), A);
}

#[test]
fn it_may_be_resolved_beforehand() {
    fn resolver(_: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        match port {
            80 => Ok(vec![address(1), address(2)]),
            _ => Err(io::Error::other("no such name")),
        }
    }
    let balancer = Balancer::dns("prices", "http://prices.internal").resolver(resolver);
    assert_eq!((balancer.resolve(), urls(&balancer)), (Ok(2), vec![A.to_owned(), B.to_owned()]));
    let away = Balancer::dns("prices", "http://prices.internal:81").resolver(resolver);
    assert!(away.resolve().expect_err("it fails").to_string().ends_with("no such name"));
    assert_eq!(Balancer::new("listed", &[A]).resolve(), Ok(1));
}

#[test]
fn the_system_resolves_an_address_to_itself() {
    let balancer = Balancer::dns("local", "http://127.0.0.1:8080");
    assert_eq!(balancer.resolve(), Ok(1));
    assert_eq!(urls(&balancer), ["http://127.0.0.1:8080"]);
}

#[test]
fn threads_that_come_first_together_all_find_it() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    #[expect(clippy::unnecessary_wraps, reason = "one that could fail")]
    fn resolver(_: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        ASKED.fetch_add(1, Ordering::Relaxed);
        thread::yield_now();
        Ok(vec![address(1)])
    }
    for _ in 0..50 {
        ASKED.store(0, Ordering::Relaxed);
        let balancer = Balancer::dns("first", "http://prices.internal").resolver(resolver);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(ask(&balancer), A));
            }
        });
        assert_eq!(ASKED.load(Ordering::Relaxed), 1);
    }
}
