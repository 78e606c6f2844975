//! Limits of time. Here a socket is waited for, so they are real, and short.

use std::time::Duration;

use dyno::http::{Client, ErrorKind};
use dyno::{Deadline, Fault};
use dyno_tests::loopback::{Loopback, Reply};

use crate::support::{MS, SECOND, after, find, of};

#[tokio::test]
async fn da_04_the_whole_call_is_given_up_in_time() {
    let server = Loopback::start();
    server.otherwise(Reply::text("late").after(20 * SECOND));
    let client = of(&server, "da-04").timeout(200 * MS).build().expect("a client");
    let asked = after(&server, |counts| counts.requests == 1, 200 * MS, client.get("/").send());
    let error = asked.await.expect_err("it is late");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(find::<Fault>(&error).is_some_and(Fault::is_timed_out), "{error}");
    // The connection is given up as well.
    server.until(|counts| counts.abandoned == 1 && counts.open == 0).await;
}

#[tokio::test]
async fn da_05_the_limit_is_that_of_all_attempts() {
    let server = Loopback::start();
    server.on("/").times(2, &Reply::status(503)).reply(Reply::never());
    let client = of(&server, "da-05").timeout(250 * MS).build().expect("a client");
    let asked = after(&server, |counts| counts.requests == 3, 250 * MS, client.get("/").send());
    let error = asked.await.expect_err("it is late");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(server.counts().requests, 3);
}

/// Linux leaves those unanswered for whom there is no room in the listener's queue.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn da_28_a_connection_is_given_up_sooner_than_the_call() {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a free port");
    let silent = socket.listen(1).expect("it listens");
    let address = silent.local_addr().expect("it is bound");
    let mut queued = Vec::new();
    let connect = || tokio::time::timeout(500 * MS, tokio::net::TcpStream::connect(address));
    while let Ok(connected) = connect().await {
        queued.push(connected.expect("there is room"));
        assert!(queued.len() < 100, "the queue has no end");
    }
    let client = Client::builder("da-28").connect_timeout(100 * MS).timeout(60 * SECOND);
    let client = client.build().expect("a client");
    let url = format!("http://{address}/");
    let error = client.get(&url).send().await.expect_err("nobody answers");
    assert!(error.is_connect() && error.is_timeout(), "{error}");
    assert!(error.to_string().contains("no connection in time"), "{error}");
    let metrics = dyno::metrics::of(&format!("da-28[{address}]")).expect("it was called");
    assert_eq!(metrics.total.failures, 1, "what was too late is not tried again");
}

#[tokio::test]
async fn da_35_a_request_with_a_limit_of_its_own_is_aborted() {
    let server = Loopback::start();
    server.otherwise(Reply::never());
    let client = of(&server, "da-35").timeout(60 * SECOND).build().expect("a client");
    let asked = client.get("/").timeout(100 * MS).send();
    let asked = after(&server, |counts| counts.requests == 1, 100 * MS, asked);
    let error = asked.await.expect_err("it is late");
    assert!(error.is_timeout(), "{error}");
    let fault = find::<Fault>(&error).expect("dyno's word").to_string();
    assert!(fault.contains("no answer within 100ms"), "{fault}");
    server.until(|counts| counts.abandoned == 1 && counts.open == 0).await;
}

#[tokio::test]
async fn a_limit_of_a_request_may_be_longer_than_the_clients() {
    let server = Loopback::start();
    server.otherwise(Reply::text("slow").after(300 * MS));
    let client = of(&server, "longer").timeout(50 * MS).build().expect("a client");
    assert!(client.get("/").send().await.expect_err("it is late").is_timeout());
    assert_eq!(client.get("/").timeout(60 * SECOND).send().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn the_time_that_is_left_goes_along() {
    let server = Loopback::start();
    let client = of(&server, "left").build().expect("a client");
    let left = |seen: dyno_tests::loopback::Seen, name: &str| {
        let deadline = seen.header(name).parse::<Deadline>().ok();
        deadline.map(Deadline::remaining)
    };
    client.get("/").send().await.expect("an answer");
    assert_eq!(left(server.last(), "dyno-timeout"), None, "no deadline");
    let within =
        |limit, request: dyno::http::Request| Deadline::within_async(limit, request.send());
    within(100 * SECOND, client.get("/")).await.expect("an answer");
    let told = left(server.last(), "dyno-timeout").expect("a deadline");
    assert!((50 * SECOND..=100 * SECOND).contains(&told), "{told:?}");
    client.get("/").timeout(50 * SECOND).send().await.expect("an answer");
    let told = left(server.last(), "dyno-timeout").expect("a deadline");
    assert!((20 * SECOND..=50 * SECOND).contains(&told), "{told:?}");
    let grpc = "grpc-timeout".parse().ok();
    let other = of(&server, "left-grpc").deadline_header(grpc).build().expect("a client");
    within(100 * SECOND, other.get("/")).await.expect("an answer");
    assert!(
        left(server.last(), "grpc-timeout").is_some()
            && left(server.last(), "dyno-timeout").is_none()
    );
    let none = of(&server, "left-none").deadline_header(None).build().expect("a client");
    within(100 * SECOND, none.get("/")).await.expect("an answer");
    assert!(left(server.last(), "dyno-timeout").is_none());
}

#[tokio::test]
async fn what_is_slow_counts_against_the_circuit_and_is_had_all_the_same() {
    let server = Loopback::start();
    server.otherwise(Reply::text("slow").after(50 * MS));
    let breaker = dyno::breaker::Settings::new().fail_max(1).reset_timeout(60 * SECOND);
    let client = of(&server, "expected").breaker(breaker).expected_in(Duration::from_nanos(1));
    let client = client.build().expect("a client");
    let slow = client.get("/").send().await.expect("an answer");
    assert_eq!(slow.text().await.expect("a body"), "slow");
    assert!(client.get("/").send().await.expect_err("the circuit is open").is_refused());
    // DA-19: without it never.
    let client = of(&server, "da-19").breaker(breaker).build().expect("a client");
    for _ in 0..2 {
        assert_eq!(client.get("/").send().await.expect("an answer").status(), 200);
    }
}
