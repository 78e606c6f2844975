//! The server that the tests of `http` and `tower` are made with: it does what it is told.

use std::error::Error;
use std::io;
use std::time::Duration;

use dyno_tests::loopback::{Gate, Loopback, Reply};

const MS: Duration = Duration::from_millis(1);

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// What the socket said, wherever it is among the sources.
fn kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        next = error.source();
    }
    None
}

#[tokio::test]
async fn a_script_is_answered_in_order_and_its_last_reply_stays() {
    let server = Loopback::start();
    server.on("/a").reply(Reply::status(503).header("retry-after", "2")).reply(Reply::text("7"));
    let client = client();
    let first = client.get(server.url("/a?x=1")).send().await.expect("an answer");
    assert_eq!(
        (first.status().as_u16(), &first.headers()["retry-after"]),
        (503, &"2".parse().unwrap())
    );
    for _ in 0..2 {
        let next = client.post(server.url("/a")).body("hello").send().await.expect("an answer");
        assert_eq!(next.text().await.expect("a text"), "7");
    }
    let other = client.get(server.url("/b")).send().await.expect("an answer");
    assert_eq!(other.text().await.expect("a text"), "ok");
    assert_eq!((server.requests_to("/a"), server.requests_to("/b")), (3, 1));
    let seen = server.seen();
    assert_eq!((seen[0].method.as_str(), seen[0].query()), ("GET", "x=1"));
    assert_eq!((seen[1].method.as_str(), seen[1].text().as_str()), ("POST", "hello"));
    assert_eq!(seen[0].header("host"), server.authority());
    assert_eq!(server.counts().connections, 1, "it is kept alive");
}

#[tokio::test]
async fn a_reply_follows_from_the_request() {
    let server = Loopback::start();
    server.on("/echo").reply(Reply::by(|seen| Reply::text(seen.query()).after(MS)));
    let echoed = client().get(server.url("/echo?n=1")).send().await.expect("an answer");
    assert_eq!(echoed.text().await.expect("a text"), "n=1");
}

#[tokio::test]
async fn a_gate_holds_replies_back() {
    let server = Loopback::start();
    let gate = Gate::shut();
    server.on("/").reply(Reply::text("done").held_by(&gate));
    let client = client();
    let asked = [(); 3].map(|()| tokio::spawn(client.get(server.url("/")).send()));
    let counts = server.until(|counts| counts.in_flight == 3).await;
    assert_eq!((counts.open, counts.abandoned), (3, 0));
    gate.let_pass(1);
    server.until(|counts| counts.in_flight == 2).await;
    gate.open();
    for asked in asked {
        assert_eq!(asked.await.expect("no panic").expect("an answer").status(), 200);
    }
    let counts = server.until(|counts| counts.in_flight == 0).await;
    assert_eq!((counts.most_in_flight, counts.most_open, counts.abandoned), (3, 3, 0));
}

#[tokio::test]
async fn a_connection_ends_as_told_before_the_head() {
    let server = Loopback::start();
    server.on("/reset").reply(Reply::reset());
    server.on("/close").reply(Reply::close());
    server.on("/half").reply(Reply::half_close());
    let client = client();
    let failed = async |path| client.get(server.url(path)).send().await.expect_err("it is broken");
    assert_eq!(kind(&failed("/reset").await), Some(io::ErrorKind::ConnectionReset));
    for path in ["/close", "/half"] {
        let error = failed(path).await;
        assert!(
            error.is_request() && kind(&error) != Some(io::ErrorKind::ConnectionReset),
            "{error:?}"
        );
    }
    server.until(|counts| counts.abandoned == 3 && counts.open == 0).await;
}

#[tokio::test]
async fn a_body_ends_as_told() {
    let server = Loopback::start();
    let half = || Reply::parts(["half "], MS);
    server.on("/parts").reply(Reply::parts(["a", "b", "c"], MS));
    server.on("/reset").reply(half().then_reset());
    server.on("/close").reply(half().then_close());
    server.on("/half").reply(half().then_half_close());
    let client = client();
    let whole = client.get(server.url("/parts")).send().await.expect("a head");
    assert_eq!(whole.text().await.expect("a body"), "abc");
    for (path, reset) in [("/reset", true), ("/close", false), ("/half", false)] {
        let mut answer = client.get(server.url(path)).send().await.expect("a head");
        assert_eq!(answer.chunk().await.expect("a part").as_deref(), Some(&b"half "[..]), "{path}");
        let error = answer.chunk().await.expect_err("it is broken");
        assert_eq!(
            kind(&error) == Some(io::ErrorKind::ConnectionReset),
            reset,
            "{path}: {error:?}"
        );
    }
}

#[tokio::test]
async fn who_gets_no_answer_may_go_and_is_counted() {
    let server = Loopback::start();
    server.on("/never").reply(Reply::never());
    server.on("/stuck").reply(Reply::parts(["a"], MS).then_silence());
    let client = client();
    let never = tokio::spawn(client.get(server.url("/never")).send());
    server.until(|counts| counts.in_flight == 1).await;
    never.abort();
    server.until(|counts| counts.abandoned == 1 && counts.open == 0).await;
    let mut stuck = client.get(server.url("/stuck")).send().await.expect("a head");
    assert!(stuck.chunk().await.expect("a part").is_some());
    drop(stuck);
    server.until(|counts| counts.abandoned == 2 && counts.open == 0).await;
}

#[tokio::test]
async fn it_dies_and_returns_at_the_same_port() {
    let server = Loopback::start();
    server.on("/").reply(Reply::text("1")).reply(Reply::never()).reply(Reply::text("3"));
    let client = client();
    let text = async || client.get(server.url("/")).send().await?.text().await;
    assert_eq!(text().await.expect("it runs"), "1");
    let waits = tokio::spawn(client.get(server.url("/")).send());
    server.until(|counts| counts.in_flight == 1).await;
    server.stop();
    assert!(waits.await.expect("no panic").is_err(), "what goes on ends");
    for _ in 0..3 {
        let refused = text().await.expect_err("nobody listens");
        assert_eq!(kind(&refused), Some(io::ErrorKind::ConnectionRefused));
    }
    assert_eq!(server.counts().open, 0);
    server.restart();
    assert_eq!(text().await.expect("it runs again"), "3");
    let later = Loopback::stopped();
    assert!(client.get(later.url("/")).send().await.expect_err("not yet").is_connect());
    later.restart();
    assert!(client.get(later.url("/")).send().await.is_ok());
}
