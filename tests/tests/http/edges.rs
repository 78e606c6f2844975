//! What is easily got wrong.

use dyno::http::{Client, Method};
use dyno::{Reason, clock};
use dyno_tests::loopback::{Loopback, Reply};

use crate::support::{MS, SECOND, find, of, once};

#[tokio::test]
async fn an_answer_that_has_no_body_holds_no_place() {
    let server = Loopback::start();
    server.on("/204").reply(Reply::status(204));
    server.on("/304").reply(Reply::status(304));
    server.on("/text").reply(Reply::text("text"));
    let client = once(&server, "no-body").max_open(1).pool_size(1).build().expect("a client");
    let mut kept = Vec::new();
    for (method, path) in [(Method::HEAD, "/text"), (Method::GET, "/204"), (Method::GET, "/304")] {
        kept.push(client.request(method, path).send().await.expect("the one before has ended"));
    }
    let text = client.get("/text").send().await.expect("they all have");
    let error = client.get("/204").send().await.expect_err("this one has not");
    let fault = find::<dyno::Fault>(&error).expect("dyno's word");
    assert_eq!(fault.reason(), Some(Reason::BulkheadFull));
    assert_eq!(text.text().await.expect("a body"), "text");
    for answer in kept {
        assert_eq!(answer.bytes().await.expect("none"), "");
    }
}

#[tokio::test]
async fn one_host_is_one_however_it_is_written() {
    let client = Client::builder("written").retries(0).build().expect("a client");
    for (authority, urls) in [
        ("localhost:80", ["http://localhost/", "HTTP://LocalHost:80/a", "http://me:pw@localhost/"]),
        ("[::1]:80", ["http://[::1]/", "http://[0:0::1]:80/", "http://me@[::1]/"]),
        (
            "127.0.0.1:443",
            ["https://127.0.0.1/", "https://127.0.0.1:443/", "http://127.0.0.1:443/"],
        ),
    ] {
        client.breaker(authority).expect("it has one").trip();
        for url in urls {
            let error = client.get(url).send().await.expect_err("the circuit is open");
            assert!(error.is_refused(), "{url}: {error}");
        }
    }
}

#[tokio::test]
async fn whatever_a_server_says_of_when_to_ask_again() {
    let server = Loopback::start();
    let client = of(&server, "whatever").breaker(None).build().expect("a client");
    let _frozen = clock::freeze();
    for (says, pause) in [
        ("0", Some(0)),
        ("soon", Some(0)),
        ("-1", Some(0)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
        ("3600", Some(3600)),
        ("18446744073709551615", None),
        ("99999999999999999999999999", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
    ] {
        let path = format!("/{}", server.counts().requests);
        let later = Reply::status(503).header("retry-after", says);
        server.on(&path).reply(later).reply(Reply::text("7"));
        let begun = clock::now();
        let answer = client.get(&path).send().await.expect("an answer");
        if let Some(pause) = pause {
            let waited = (answer.status().as_u16(), begun.elapsed().as_secs());
            assert_eq!(waited, (200, pause), "{says}");
        }
    }
}

#[tokio::test]
async fn later_than_the_limit_of_the_call_it_is_not_asked_again() {
    let server = Loopback::start();
    server.otherwise(Reply::status(503).header("retry-after", "120"));
    let client = of(&server, "own-limit").timeout(60 * SECOND).build().expect("a client");
    let _frozen = clock::freeze().manual();
    let begun = clock::now();
    let answer = client.get("/").send().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), server.counts().requests), (503, 1));
    assert_eq!(begun.elapsed(), std::time::Duration::ZERO);
}

#[tokio::test]
async fn a_body_that_is_over_its_time_gives_its_place_back() {
    let server = Loopback::start();
    server.on("/stuck").reply(Reply::parts(["a"], MS).then_silence());
    let client = once(&server, "stuck").max_open(1).build().expect("a client");
    let frozen = clock::freeze().manual();
    let mut answer = client.get("/stuck").timeout(SECOND).send().await.expect("a head");
    assert!(answer.chunk().await.expect("a piece").is_some());
    assert!(client.get("/").send().await.expect_err("it is under way").is_refused());
    frozen.advance(SECOND);
    assert!(answer.chunk().await.expect_err("it is late").is_timeout());
    assert_eq!(client.get("/").send().await.expect("an answer").status(), 200);
    drop(answer);
    server.until(|counts| counts.abandoned == 1).await;
}
