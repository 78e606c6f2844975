//! What stands in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use dyno::breaker::Settings;
use dyno::http::{Error, ErrorKind, Response, StatusCode};
use dyno::{Fault, Reason, clock};
use dyno_tests::loopback::{Gate, Loopback, Reply};

use crate::support::{MS, after, find, of, once};

fn listed() -> Response {
    Response::new(StatusCode::OK, "listed")
}

#[tokio::test]
async fn da_11_it_stands_in_once_after_all_attempts() {
    let server = Loopback::start();
    server.on("/broken").reply(Reply::reset());
    server.on("/sick").reply(Reply::status(500));
    let client = of(&server, "da-11").breaker(None).build().expect("a client");
    let ran = Arc::new(AtomicUsize::new(0));
    for path in ["/broken", "/sick"] {
        let counting = ran.clone();
        let answer = client.get(path).or(move |why| {
            counting.fetch_add(1, SeqCst);
            assert!(why.inner().is_some_and(|error| error.method().is_some()), "{why}");
            Ok(listed())
        });
        let answer = answer.send().await.expect("what stands in");
        assert_eq!(
            (answer.attempt(), answer.text().await.expect("a body").as_str()),
            (0, "listed")
        );
        assert_eq!(server.requests_to(path), 4);
    }
    assert_eq!(ran.load(SeqCst), 2);
}

#[tokio::test]
async fn da_13_it_stands_in_for_whatever_ends_a_call() {
    let server = Loopback::start();
    let gate = Gate::shut();
    server.on("/never").reply(Reply::never());
    server.on("/held").reply(Reply::text("ok").held_by(&gate));
    server.on("/broken").reply(Reply::reset());
    let body = async |answer: Result<Response, Error>| {
        answer.expect("an answer").text().await.expect("a body")
    };

    let client = once(&server, "da-13-late").build().expect("a client");
    let late = client.get("/never").timeout(100 * MS).or(|why| {
        assert!(why.fault().is_some_and(Fault::is_timed_out), "{why}");
        Ok(listed())
    });
    let late = after(&server, |counts| counts.requests == 1, 100 * MS, late.send());
    assert_eq!(body(late.await).await, "listed");

    let client = once(&server, "da-13-full").max_open(1).build().expect("a client");
    let held = tokio::spawn(client.get("/held").send());
    server.until(|counts| counts.requests == 2 && counts.in_flight == 1).await;
    let full = client.get("/").or(|why| {
        let error = why.inner().expect("the attempt was refused");
        assert_eq!(error.fault().and_then(Fault::reason), Some(Reason::BulkheadFull));
        Ok(listed())
    });
    assert_eq!(body(full.send().await).await, "listed");
    gate.open();
    held.await.expect("no panic").expect("an answer");

    let _frozen = clock::freeze();
    let client = once(&server, "da-13-open").breaker(Settings::new().fail_max(1)).build();
    let client = client.expect("a client");
    client.get("/broken").send().await.expect_err("it is broken");
    let open = client.get("/").or(|why| {
        assert_eq!(why.fault().and_then(Fault::reason), Some(Reason::BreakerOpen));
        Ok(listed())
    });
    assert_eq!(body(open.send().await).await, "listed");
}

#[tokio::test]
async fn da_14_one_that_fails_keeps_what_it_stood_in_for() {
    let server = Loopback::start();
    server.otherwise(Reply::status(500));
    let client = once(&server, "da-14").build().expect("a client");
    let error = client.get("/").or(|_| Err(Fault::rejected("list", Reason::Shed, None).into()));
    let error = error.send().await.expect_err("both have failed");
    assert_eq!(error.kind(), ErrorKind::Fallback);
    let cause =
        find::<Error>(std::error::Error::source(&error).expect("a source")).expect("the first");
    assert_eq!(cause.status_code(), Some(StatusCode::INTERNAL_SERVER_ERROR));
    assert!(error.to_string().contains("list: the call was shed"), "{error}");
}

#[tokio::test]
async fn an_answer_needs_nobody_to_stand_in() {
    let server = Loopback::start();
    server.otherwise(Reply::status(404));
    let client = of(&server, "needs-none").build().expect("a client");
    let answer = client.get("/").or(|why| panic!("{why}")).send().await.expect("an answer");
    assert_eq!(answer.status(), 404);
}
