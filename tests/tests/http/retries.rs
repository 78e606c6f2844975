//! What is tried again, and when.

use dyno::http::{Body, ErrorKind, Statuses};
use dyno::retry::Retry;
use dyno::{Deadline, Fault, Reason, clock};
use dyno_tests::loopback::{Loopback, Reply};
use futures_util::stream;

use crate::support::{MS, SECOND, after, find, of, once};

#[tokio::test]
async fn da_02_an_answer_is_had_with_one_request() {
    let server = Loopback::start();
    server.otherwise(Reply::text("7"));
    let client = of(&server, "da-02").build().expect("a client");
    let answer = client.get("/").or(|why| panic!("{why}")).send().await.expect("an answer");
    assert_eq!((answer.attempt(), answer.text().await.expect("a body").as_str()), (1, "7"));
    assert_eq!(server.counts().requests, 1);
}

#[tokio::test]
async fn da_07_what_fails_always_is_asked_four_times() {
    let server = Loopback::start();
    server.on("/broken").reply(Reply::reset());
    server.on("/sick").reply(Reply::status(500));
    let client = of(&server, "da-07").breaker(None).build().expect("a client");
    let error = client.get("/broken").send().await.expect_err("it is broken");
    assert_eq!((error.kind(), server.requests_to("/broken")), (ErrorKind::Request, 4));
    let answer = client.get("/sick").send().await.expect("an answer is an answer");
    assert_eq!((answer.status().as_u16(), answer.attempt()), (500, 4));
    assert_eq!(server.requests_to("/sick"), 4);
}

#[tokio::test]
async fn da_08_without_retries_it_is_asked_once() {
    let server = Loopback::start();
    server.otherwise(Reply::reset());
    let client = once(&server, "da-08").build().expect("a client");
    assert!(client.get("/").send().await.is_err());
    assert_eq!(server.counts().requests, 1);
}

#[tokio::test]
async fn another_attempt_may_go_better() {
    let server = Loopback::start();
    server.on("/").reply(Reply::status(503)).reply(Reply::reset()).reply(Reply::text("7"));
    let client = of(&server, "better").build().expect("a client");
    let answer = client.get("/").send().await.expect("an answer");
    assert_eq!((answer.attempt(), answer.text().await.expect("a body").as_str()), (3, "7"));
}

#[tokio::test]
async fn only_statuses_of_failure_are_tried_again() {
    let server = Loopback::start();
    for status in [404, 408, 429, 500, 503, 599] {
        server.on(&format!("/{status}")).reply(Reply::status(status));
    }
    let asked = async |client: &dyno::http::Client, path: &str| {
        let before = server.requests_to(path);
        client.get(path).send().await.expect("an answer");
        server.requests_to(path) - before
    };
    let client = of(&server, "statuses").breaker(None).build().expect("a client");
    for (path, times) in
        [("/404", 1), ("/408", 1), ("/429", 4), ("/500", 4), ("/503", 4), ("/599", 4)]
    {
        assert_eq!(asked(&client, path).await, times, "{path}");
    }
    let busy = Statuses::DEFAULT.retrying(|status| status == 503);
    let client =
        of(&server, "statuses-busy").breaker(None).statuses(busy).build().expect("a client");
    for (path, times) in [("/429", 1), ("/500", 1), ("/503", 4)] {
        assert_eq!(asked(&client, path).await, times, "{path}");
    }
}

#[tokio::test]
async fn what_may_not_be_done_twice_is_not() {
    let server = Loopback::start();
    server.otherwise(Reply::reset());
    let client = of(&server, "twice").breaker(None).build().expect("a client");
    let key = "idempotency-key".parse().ok();
    let keyed = of(&server, "twice-keyed").breaker(None).idempotency_header(key).build();
    let keyed = keyed.expect("a client");
    let asked = async |request: dyno::http::Request| {
        let before = server.counts().requests;
        request.send().await.expect_err("it is broken");
        server.counts().requests - before
    };
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"] {
        assert_eq!(asked(client.request(method, "/")).await, 4, "{method}");
    }
    for method in ["POST", "PATCH", "PURGE"] {
        assert_eq!(asked(client.request(method, "/")).await, 1, "{method}");
        assert_eq!(asked(client.request(method, "/").idempotent()).await, 4, "{method}");
        assert_eq!(asked(keyed.request(method, "/")).await, 4, "{method}");
    }
    assert_eq!(asked(client.get("/").not_idempotent()).await, 1);
    // A stream is over when it has been sent.
    let parts = || stream::iter(["a", "b"].map(Ok::<_, std::io::Error>));
    assert_eq!(asked(client.put("/").body(Body::stream(parts()))).await, 1);
    let error = client.put("/").body(Body::stream(parts())).send().await.expect_err("broken");
    assert!(!error.to_string().contains("is over"), "no other attempt is begun: {error}");
    assert_eq!(asked(client.put("/").body(Body::by(parts))).await, 4);
    assert_eq!(server.last().text(), "ab");
}

#[tokio::test]
async fn what_was_not_sent_may_be_whatever_it_is() {
    let server = Loopback::stopped();
    let client = of(&server, "unsent").breaker(None);
    let client = client.retry(Retry::new(3).listen(&Restarts)).build().expect("a client");
    *RESTARTED.lock().expect("no panic") = Some(server);
    let answer = client.post("/").body("once").send().await.expect("it is there by then");
    assert_eq!(answer.attempt(), 3);
    let server = RESTARTED.lock().expect("no panic").take().expect("it was put there");
    assert_eq!((server.counts().requests, server.last().text().as_str()), (1, "once"));
}

static RESTARTED: std::sync::Mutex<Option<Loopback>> = std::sync::Mutex::new(None);

struct Restarts;

impl dyno::retry::Listener for Restarts {
    fn retry(&self, _point: &str, attempt: u32, _after: std::time::Duration) {
        if attempt == 2 {
            RESTARTED.lock().expect("no panic").as_ref().expect("it was put there").restart();
        }
    }
}

#[tokio::test]
async fn the_key_is_the_same_in_all_attempts_of_a_call() {
    let server = Loopback::start();
    server.otherwise(Reply::status(503));
    let header = "idempotency-key".parse().ok();
    let client = of(&server, "keys").breaker(None).idempotency_header(header).build();
    let client = client.expect("a client");
    for _ in 0..2 {
        client.post("/").send().await.expect("an answer");
    }
    client.post("/").header("idempotency-key", "mine").send().await.expect("an answer");
    let keys: Vec<_> =
        server.seen().iter().map(|seen| seen.header("idempotency-key").to_owned()).collect();
    let [one, other] = [&keys[..4], &keys[4..8]];
    assert!(one.iter().all(|key| *key == one[0]) && other.iter().all(|key| *key == other[0]));
    assert!(one[0] != other[0] && one[0].len() == 36, "{keys:?}");
    assert_eq!(keys[8..], ["mine"; 4]);
}

#[tokio::test]
async fn a_server_says_when_it_is_to_be_asked_again() {
    let server = Loopback::start();
    let said = |status, after: &str| Reply::status(status).header("retry-after", after);
    server.on("/seconds").reply(said(503, "120")).reply(said(429, "7")).reply(Reply::text("7"));
    let (now, later) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:51:38 GMT");
    server.on("/date").reply(said(503, later).header("date", now)).reply(Reply::text("7"));
    let client = of(&server, "after").build().expect("a client");
    let _frozen = clock::freeze();
    for (path, seconds) in [("/seconds", 127), ("/date", 121)] {
        let begun = clock::now();
        assert_eq!(client.get(path).send().await.expect("an answer").status(), 200);
        assert_eq!(begun.elapsed(), seconds * SECOND, "{path}");
    }
}

#[tokio::test]
async fn later_than_the_deadline_it_is_not_asked_again() {
    let server = Loopback::start();
    server.otherwise(Reply::status(503).header("retry-after", "120"));
    let client = of(&server, "too-late").build().expect("a client");
    let answer = Deadline::within_async(60 * SECOND, client.get("/").send()).await;
    assert_eq!((answer.expect("an answer").status().as_u16(), server.counts().requests), (503, 1));
}

#[tokio::test]
async fn a_budget_bounds_what_is_tried_again() {
    let server = Loopback::start();
    server.otherwise(Reply::status(503));
    let client = of(&server, "budget").breaker(None).budget(0.2).build().expect("a client");
    // It earns a little with time, too.
    let _frozen = clock::freeze();
    for _ in 0..100 {
        client.get("/").send().await.expect("an answer");
    }
    let again = server.counts().requests - 100;
    // What a budget begins with, and a fifth.
    assert!((1..=150).contains(&again), "{again} of 300");
}

#[tokio::test]
async fn da_10_what_was_too_late_is_tried_again_when_said() {
    let server = Loopback::start();
    server.on("/").reply(Reply::never()).reply(Reply::text("7"));
    let client = of(&server, "da-10").attempt_timeout(200 * MS);
    let client = client.retry_on_timeout(true).build().expect("a client");
    let asked = after(&server, |counts| counts.requests == 1, 200 * MS, client.get("/").send());
    assert_eq!(asked.await.expect("an answer").attempt(), 2);
}

#[tokio::test]
async fn da_09_what_was_too_late_is_not_tried_again_by_default() {
    let server = Loopback::start();
    server.on("/").reply(Reply::never()).reply(Reply::text("7"));
    let client = of(&server, "da-09").attempt_timeout(100 * MS).build().expect("a client");
    let asked = after(&server, |counts| counts.requests == 1, 100 * MS, client.get("/").send());
    let error = asked.await.expect_err("it is late");
    assert!(
        error.is_timeout() && find::<Fault>(&error).is_some_and(Fault::is_timed_out),
        "{error}"
    );
    assert_eq!(server.counts().requests, 1);
}

#[tokio::test]
async fn a_spent_deadline_sends_nothing() {
    let server = Loopback::start();
    let client = of(&server, "spent").build().expect("a client");
    let frozen = clock::freeze();
    let deadline = Deadline::after(MS);
    frozen.advance(MS);
    let error = deadline.run_async(client.get("/").send()).await.expect_err("it is spent");
    assert_eq!(find::<Fault>(&error).and_then(Fault::reason), Some(Reason::DeadlineSpent));
    assert!(error.is_timeout());
    assert_eq!(server.counts().connections, 0);
}

/// It may have been done all the same.
#[tokio::test]
async fn what_may_not_be_done_twice_is_not_when_it_was_too_late_either() {
    let server = Loopback::start();
    server.otherwise(Reply::never());
    let client = of(&server, "late-post").attempt_timeout(SECOND).retry_on_timeout(true);
    let client = client.build().expect("a client");
    let parts = stream::iter(["a"].map(Ok::<_, std::io::Error>));
    for (number, request) in [
        client.post("/orders").body("1"),
        client.put("/orders").not_idempotent(),
        client.put("/orders").body(Body::stream(parts)),
    ]
    .into_iter()
    .enumerate()
    {
        let sent = number + 1;
        let ended = after(&server, |counts| counts.requests == sent, SECOND, request.send()).await;
        assert_eq!(ended.expect_err("it is late").kind(), ErrorKind::Timeout);
        assert_eq!(server.counts().requests, sent);
    }
}

/// Where it is sent on to nobody listens, but it had been done.
#[tokio::test]
async fn what_was_sent_on_to_nobody_was_sent() {
    let (server, away) = (Loopback::start(), Loopback::stopped());
    server.otherwise(Reply::redirect(away.url("/done")));
    let client = of(&server, "sent-on").build().expect("a client");
    let error = client.post("/orders").body("1").send().await.expect_err("nobody is there");
    assert!(!error.is_connect() && error.kind() == ErrorKind::Request, "{error:?}");
    assert!(error.to_string().contains("no connection where it was sent on to"), "{error}");
    assert_eq!(server.counts().requests, 1);
}
