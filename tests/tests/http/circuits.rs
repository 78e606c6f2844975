//! A circuit for each host.

use std::sync::Arc;

use dyno::breaker::store::Memory;
use dyno::breaker::{Settings, State};
use dyno::http::{Body, Client, ErrorKind, Statuses};
use dyno::{Fault, Reason, clock};
use dyno_tests::loopback::{Loopback, Reply};

use crate::support::{SECOND, find, of, once};

const THREE: Settings = Settings::new().fail_max(3).reset_timeout(SECOND);

fn is_open(ended: &Result<dyno::http::Response, dyno::http::Error>) -> bool {
    let fault = ended.as_ref().err().and_then(|error| find::<Fault>(error));
    fault.and_then(Fault::reason) == Some(Reason::BreakerOpen)
}

#[tokio::test]
async fn da_15_16_an_open_circuit_is_tested_by_one_request() {
    let server = Loopback::start();
    server.otherwise(Reply::status(500));
    let client = once(&server, "da-16").build().expect("a client");
    let frozen = clock::freeze();
    let ask = async || client.get("/").send().await;
    for _ in 0..5 {
        ask().await.ok();
    }
    assert_eq!(server.counts().requests, 5);
    assert!(is_open(&ask().await), "five in a row");
    assert_eq!(server.counts().requests, 5);
    // Open for ten seconds; then one is let through, which fails.
    frozen.advance(10 * SECOND);
    ask().await.ok();
    assert!(is_open(&ask().await));
    assert_eq!(server.counts().requests, 6);
    // Another ten, and it goes well.
    frozen.advance(10 * SECOND);
    server.otherwise(Reply::text("ok"));
    for _ in 0..3 {
        assert_eq!(ask().await.expect("it is closed").status(), 200);
    }
    assert_eq!(client.breaker(&server.authority()).expect("it has one").state(), State::Closed);
}

#[tokio::test]
async fn da_17_the_circuit_of_one_host_says_nothing_of_another() {
    let (down, up) = (Loopback::stopped(), Loopback::start());
    let client = once(&down, "da-17").build().expect("a client");
    let _frozen = clock::freeze();
    for _ in 0..6 {
        client.get("/").send().await.expect_err("it is down");
    }
    assert!(is_open(&client.get("/").send().await));
    assert_eq!(client.get(up.url("/")).send().await.expect("an answer").status(), 200);
    let same = format!("http://localhost:{}/", down.address().port());
    assert!(!is_open(&client.get(same).send().await), "by another name it is another host");
}

#[tokio::test]
async fn an_open_circuit_is_not_tried_again() {
    let server = Loopback::start();
    server.otherwise(Reply::reset());
    let client = once(&server, "open-once").retries(3).retry(dyno::retry::Retry::new(4));
    let client = client.breaker(THREE).build().expect("a client");
    let _frozen = clock::freeze();
    client.get("/").send().await.expect_err("it is broken");
    assert_eq!(server.counts().requests, 3, "the third opened it");
    assert!(is_open(&client.get("/").send().await));
    assert_eq!(server.counts().requests, 3);
}

#[tokio::test]
async fn it_dies_and_returns() {
    let server = Loopback::start();
    let client = once(&server, "returns").breaker(THREE).build().expect("a client");
    let frozen = clock::freeze();
    assert_eq!(client.get("/").send().await.expect("it runs").text().await.expect("a body"), "ok");
    server.stop();
    for _ in 0..5 {
        client.get("/").send().await.expect_err("it is down");
    }
    server.restart();
    assert!(is_open(&client.get("/").send().await));
    frozen.advance(SECOND);
    assert_eq!(client.get("/").send().await.expect("it is back").status(), 200);
}

#[tokio::test]
async fn in_13_statuses_may_say_nothing() {
    let server = Loopback::start();
    server.otherwise(Reply::status(503));
    let client = once(&server, "in-13").statuses(Statuses::NONE).breaker(THREE).build();
    let client = client.expect("a client");
    for _ in 0..10 {
        assert_eq!(client.get("/").send().await.expect("an answer").status(), 503);
    }
    assert_eq!(server.counts().requests, 10);
    // By default they do.
    let client = once(&server, "in-13-default").breaker(THREE).build().expect("a client");
    for _ in 0..3 {
        client.get("/").send().await.ok();
    }
    assert!(is_open(&client.get("/").send().await));
}

#[tokio::test]
async fn in_56_an_answer_of_any_status_is_passed_on() {
    let server = Loopback::start();
    server.otherwise(Reply::status(222));
    let client = once(&server, "in-56").statuses(Statuses::NONE).build().expect("a client");
    assert_eq!(client.get("/").send().await.expect("an answer").status(), 222);
    assert_eq!(server.counts().requests, 1);
}

#[tokio::test]
async fn in_58_a_transport_that_always_fails_opens_the_circuit() {
    let server = Loopback::start();
    server.otherwise(Reply::reset());
    let client = once(&server, "in-58").statuses(Statuses::NONE).breaker(THREE).build();
    let client = client.expect("a client");
    let frozen = clock::freeze();
    for count in 1..=3 {
        let error = client.get("/").send().await.expect_err("it is broken");
        let expected = if count < 3 { ErrorKind::Request } else { error.kind() };
        assert_eq!((error.kind(), server.counts().requests), (expected, count));
    }
    assert!(is_open(&client.get("/").send().await));
    assert_eq!(server.counts().requests, 3);
    frozen.advance(2 * SECOND);
    client.get("/").send().await.expect_err("the trial fails");
    assert!(is_open(&client.get("/").send().await));
    assert_eq!(server.counts().requests, 4);
}

#[tokio::test]
async fn in_59_past_the_circuit_nothing_is_counted_and_nothing_refused() {
    let server = Loopback::start();
    server.otherwise(Reply::reset());
    let client = once(&server, "in-59").statuses(Statuses::NONE).breaker(THREE).build();
    let client = client.expect("a client");
    let _frozen = clock::freeze();
    for count in 1..=5 {
        let error = client.get("/").skip_breaker().send().await.expect_err("it is broken");
        assert_eq!((error.kind(), server.counts().requests), (ErrorKind::Request, count));
    }
    let breaker = client.breaker(&server.authority()).expect("it has one");
    assert_eq!((breaker.state(), breaker.snapshot().failures), (State::Closed, 0));
    breaker.trip();
    assert!(is_open(&client.get("/").send().await));
    let error = client.get("/").skip_breaker().send().await.expect_err("it is broken");
    assert_eq!(error.kind(), ErrorKind::Request);
}

#[tokio::test]
async fn in_50_52_55_each_service_keeps_its_circuit_under_its_own_key() {
    let (server, store) = (Loopback::start(), Arc::new(Memory::new()));
    server.otherwise(Reply::reset());
    let service = |name: &'static str| {
        let client = once(&server, name).breaker(THREE).statuses(Statuses::NONE);
        client.share(store.clone(), move |_| format!("test:{name}")).build().expect("a client")
    };
    let (one, two) = (service("testone"), service("testtwo"));
    let _frozen = clock::freeze();
    for client in [&one, &two] {
        client.get("/").send().await.expect_err("it is broken");
    }
    let mut keys = store.keys();
    keys.sort();
    assert_eq!(keys, ["test:testone", "test:testtwo"]);
    // What another process has opened is open here.
    for _ in 0..2 {
        one.get("/").send().await.ok();
    }
    let elsewhere = service("testone");
    let asked = server.counts().requests;
    assert!(is_open(&elsewhere.get("/").send().await));
    assert!(!is_open(&two.get("/").send().await));
    assert_eq!(server.counts().requests, asked + 1);
}

#[tokio::test]
async fn in_65_what_is_stored_is_lost_and_one_answer_closes_the_circuit() {
    let (server, store) = (Loopback::start(), Arc::new(Memory::new()));
    server.otherwise(Reply::reset());
    let client = once(&server, "in-65").breaker(THREE).share(store.clone(), |_| "k".into());
    let client: Client = client.build().expect("a client");
    let frozen = clock::freeze();
    for _ in 0..3 {
        client.get("/").send().await.ok();
    }
    assert!(is_open(&client.get("/").send().await));
    store.remove("k");
    server.otherwise(Reply::text("ok"));
    frozen.advance(SECOND);
    assert_eq!(client.get("/").send().await.expect("one may pass").status(), 200);
    let breaker = client.breaker(&server.authority()).expect("it has one");
    assert_eq!(breaker.state(), State::Closed);
}

#[tokio::test]
async fn in_52_53_54_a_circuit_begins_as_it_is_told_where_nothing_is_stored() {
    let (server, store) = (Loopback::start(), Arc::new(Memory::new()));
    let _frozen = clock::freeze();
    for (key, state) in
        [("closed", State::Closed), ("open", State::Open), ("half-open", State::HalfOpen)]
    {
        let client = once(&server, "in-52").breaker(THREE.starts(state));
        let client = client.share(store.clone(), move |_| key.into()).build().expect("a client");
        let breaker = client.breaker(&server.authority()).expect("it has one");
        assert_eq!(breaker.state(), state, "{key}");
        let asked = client.get("/").send().await;
        assert_eq!(asked.is_err(), state == State::Open, "{key}");
        // A trial that goes well closes it.
        let after = if state == State::HalfOpen { State::Closed } else { state };
        assert_eq!(breaker.state(), after, "{key}");
        // Where something is stored, that counts.
        let told = client.breaker(&server.authority()).expect("it has one");
        told.trip();
        assert_eq!(store.get(key).expect("it is kept").state, State::Open);
        let other = once(&server, "in-52").breaker(THREE.starts(state));
        let other = other.share(store.clone(), move |_| key.into()).build().expect("a client");
        assert_eq!(other.breaker(&server.authority()).expect("it has one").state(), State::Open);
    }
}

#[tokio::test]
async fn a_shared_circuit_is_looked_at_before_the_first_request() {
    let (server, store) = (Loopback::start(), Arc::new(Memory::new()));
    let client = || {
        let client = once(&server, "looked-at").breaker(THREE);
        client.share(store.clone(), |_| "looked-at".into()).build().expect("a client")
    };
    let (one, other) = (client(), client());
    one.breaker(&server.authority()).expect("it has one").trip();
    assert!(is_open(&other.get("/").send().await), "tripped by hand it is open elsewhere, too");
    assert_eq!(client().breaker(&server.authority()).expect("it has one").state(), State::Open);
}

#[tokio::test]
async fn what_the_caller_has_done_wrong_says_nothing_of_the_host() {
    let server = Loopback::start();
    let client = of(&server, "own-mistake").breaker(THREE.fail_max(1)).build().expect("a client");
    for _ in 0..3 {
        let wrong = client.put("/").body(Body::file("/no such file")).send().await;
        assert_eq!(wrong.expect_err("no file").kind(), ErrorKind::Request);
    }
    assert_eq!(server.counts().requests, 0);
    assert_eq!(client.get("/").send().await.expect("it is well").status(), 200);
    let counted = dyno::metrics::of("own-mistake").expect("it was called").total;
    assert_eq!((counted.failures, counted.ignored), (0, 3));
}

#[tokio::test]
async fn a_circuit_stays_open_as_long_as_the_host_asks() {
    let server = Loopback::start();
    server.otherwise(Reply::status(503).header("retry-after", "120"));
    let client = once(&server, "leave-alone").breaker(THREE.fail_max(1)).build().expect("a client");
    let frozen = clock::freeze();
    client.get("/").send().await.expect("an answer");
    frozen.advance(119 * SECOND);
    assert!(is_open(&client.get("/").send().await));
    frozen.advance(SECOND);
    assert_eq!(client.get("/").send().await.expect("it is tested").status(), 503);
    assert_eq!(server.counts().requests, 2);
}
