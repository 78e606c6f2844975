//! Bodies of answers.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use dyno::http::{Client, ErrorKind, Response, StatusCode};
use dyno::{Deadline, Fault, clock};
use dyno_tests::loopback::{Loopback, Reply};
use futures_util::StreamExt;

use crate::support::{MS, SECOND, find, of, once};

fn slow() -> Reply {
    Reply::parts(["a", "b", "c"], 5 * MS)
}

#[tokio::test]
async fn they_are_read_piece_by_piece_or_as_a_whole() {
    let server = Loopback::start();
    server.on("/slow").reply(slow());
    server.on("/json").reply(Reply::json("[1,2]"));
    server.on("/bytes").reply(Reply::text("x").body(&b"\xffok"[..]));
    let client = of(&server, "read").build().expect("a client");
    let ask = async |path: &str| client.get(path).send().await.expect("an answer");
    let mut answer = ask("/slow").await;
    let mut pieces = Vec::new();
    while let Some(piece) = answer.chunk().await.expect("a piece") {
        pieces.extend_from_slice(&piece);
    }
    assert_eq!((pieces.as_slice(), answer.chunk().await.expect("the end")), (&b"abc"[..], None));
    assert_eq!(&ask("/slow").await.bytes().await.expect("a body")[..], b"abc");
    assert_eq!(ask("/slow").await.text().await.expect("a body"), "abc");
    let stream: Vec<_> =
        ask("/slow").await.bytes_stream().map(|piece| piece.expect("a piece")).collect().await;
    assert_eq!(stream.concat(), b"abc");
    assert_eq!(ask("/json").await.json::<Vec<u8>>().await.expect("a list"), [1, 2]);
    assert_eq!(ask("/bytes").await.text().await.expect("a body"), "\u{fffd}ok");
    let error = ask("/slow").await.json::<Vec<u8>>().await.expect_err("no list");
    assert_eq!(error.kind(), ErrorKind::Body);
    assert!(error.to_string().starts_with("read: GET http://127.0.0.1:"), "{error}");
    let standing = Response::new(StatusCode::OK, "[3]");
    assert_eq!(standing.content_length(), Some(3));
    assert_eq!(standing.json::<Vec<u8>>().await.expect("a list"), [3]);
}

#[tokio::test]
async fn one_that_breaks_off_is_an_error_of_the_body() {
    let server = Loopback::start();
    server.on("/reset").reply(Reply::parts(["half"], MS).then_reset());
    server.on("/close").reply(Reply::parts(["half"], MS).then_close());
    server.on("/half").reply(Reply::parts(["half"], MS).then_half_close());
    let client = once(&server, "broken-off").breaker(None).build().expect("a client");
    for path in ["/reset", "/close", "/half"] {
        let answer = client.get(path).send().await.expect("a head");
        let error = answer.text().await.expect_err("it breaks off");
        assert_eq!(error.kind(), ErrorKind::Body, "{path}: {error}");
        assert!(find::<reqwest::Error>(&error).is_some());
    }
}

#[tokio::test]
async fn the_limit_of_the_call_holds_for_the_body() {
    let server = Loopback::start();
    server.on("/stuck").reply(Reply::parts(["a"], MS).then_silence());
    let client = of(&server, "slow-body").build().expect("a client");
    let frozen = clock::freeze().manual();
    let mut answer = client.get("/stuck").timeout(SECOND).send().await.expect("a head");
    assert!(answer.chunk().await.expect("a piece").is_some());
    let mut next = Box::pin(answer.chunk());
    let waits = poll_fn(|cx| Poll::Ready(next.as_mut().poll(cx).is_pending())).await;
    frozen.advance(SECOND);
    assert!(waits && next.await.expect_err("nothing more comes").is_timeout());
    let error = answer.chunk().await.expect_err("nothing more comes");
    assert!(
        error.is_timeout() && find::<Fault>(&error).is_some_and(Fault::is_timed_out),
        "{error}"
    );
    drop(answer);
    server.until(|counts| counts.abandoned == 1 && counts.open == 0).await;
    // So does a deadline further out, also when it is over where the body is read.
    let request = client.get("/stuck").send();
    let answer = Deadline::within_async(SECOND, request).await.expect("a head");
    let mut stream = answer.bytes_stream();
    assert!(stream.next().await.expect("a piece").is_ok());
    frozen.advance(SECOND);
    let last = stream.next().await.expect("an error");
    assert!(last.is_err_and(|error| error.is_timeout()) && stream.next().await.is_none());
    // That ended no circuit and was not tried again.
    assert_eq!(server.requests_to("/stuck"), 2);
}

#[tokio::test]
async fn a_piece_at_a_time_does_not_buy_more_time() {
    let server = Loopback::start();
    let many = std::iter::repeat_n("x", 100_000);
    server.on("/drip").reply(Reply::parts(many, MS));
    let client = of(&server, "drip").build().expect("a client");
    let frozen = clock::freeze().manual();
    let many = std::iter::repeat_n("x", 100_000);
    server.on("/flood").reply(Reply::parts(many, Duration::ZERO));
    let mut answer = client.get("/flood").timeout(SECOND).send().await.expect("a head");
    for _ in 0..10 {
        assert!(answer.chunk().await.expect("a piece").is_some());
        frozen.advance(100 * MS);
    }
    // Whoever reads the connection has the next piece ready by then.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert!(answer.chunk().await.expect_err("its time is over").is_timeout());
    drop(frozen);
    // By the real clock as well, however soon the head is there.
    let asked = client.get("/drip").timeout(150 * MS).whole().send();
    assert!(asked.await.expect_err("it never ends").is_timeout());
}

#[tokio::test]
async fn a_whole_body_belongs_to_the_attempt() {
    let server = Loopback::start();
    let torn = || Reply::parts(["half"], MS).then_close();
    server.on("/torn").reply(torn()).reply(torn()).reply(Reply::text("whole"));
    server.on("/always").reply(torn());
    let client: Client = of(&server, "whole").build().expect("a client");
    let answer = client.get("/torn").whole().send().await.expect("the third is whole");
    assert_eq!((answer.attempt(), answer.content_length()), (3, Some(5)));
    assert_eq!(answer.text().await.expect("it was read"), "whole");
    let error = client.get("/always").whole().send().await.expect_err("it is torn");
    assert_eq!((error.kind(), server.requests_to("/always")), (ErrorKind::Body, 4));
    // To others the head is an answer.
    assert_eq!(client.get("/always").send().await.expect("a head").status(), 200);
    // An attempt's limit holds for it as well.
    server.on("/stuck").reply(Reply::parts(["a"], MS).then_silence());
    let client = once(&server, "whole-late").attempt_timeout(100 * MS).build().expect("a client");
    assert!(client.get("/stuck").whole().send().await.expect_err("it is late").is_timeout());
    let _frozen = clock::freeze().manual();
    assert!(client.get("/stuck").timeout(60 * SECOND).send().await.is_ok());
}
