//! What is counted.

use std::net::UdpSocket;
use std::sync::{Arc, Mutex};

use dyno::export::statsd::Statsd;
use dyno::{harness, metrics};
use dyno_tests::loopback::{Loopback, Reply};

use crate::support::of;

#[tokio::test]
async fn calls_go_by_the_client_and_attempts_by_the_host() {
    let server = Loopback::start();
    server.on("/").reply(Reply::status(503)).reply(Reply::reset()).reply(Reply::text("ok"));
    let client = of(&server, "counted").build().expect("a client");
    client.get("/").send().await.expect("an answer");
    client.get("/").send().await.expect("an answer");
    let calls = metrics::of("counted").expect("it was called").total;
    assert_eq!((calls.successes, calls.failures), (2, 0));
    let name = format!("counted[{}]", server.authority());
    let attempts = metrics::of(&name).expect("it was called");
    assert_eq!((attempts.total.successes, attempts.total.failures), (2, 2));
    assert_eq!(attempts.latency_total.count(), 4);
    client.breaker(&server.authority()).expect("it has one").trip();
    client.get("/").send().await.expect_err("it is open");
    assert_eq!(metrics::of("counted").expect("called").total.rejected.breaker_open, 1);
    // None where nobody wants them.
    let quiet = of(&server, "uncounted").metrics(false).build().expect("a client");
    quiet.get("/").send().await.expect("an answer");
    assert!(metrics::of("uncounted").is_none());
}

#[tokio::test]
async fn what_is_counted_is_sent_on() {
    let server = Loopback::start();
    let client = of(&server, "sent-on").build().expect("a client");
    let sink = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let mut statsd = Statsd::new(sink.local_addr().expect("an address")).expect("a client");
    client.get("/").send().await.expect("an answer");
    statsd.flush().expect("it is sent");
    sink.set_nonblocking(true).expect("a socket");
    let (mut all, mut room) = (String::new(), vec![0; 65_536]);
    while let Ok(length) = sink.recv(&mut room) {
        all.push_str(&String::from_utf8_lossy(&room[..length]));
    }
    let lines: Vec<_> = all.lines().filter(|line| line.contains("sent-on")).collect();
    assert!(lines.len() > 1, "{lines:?}");
}

#[tokio::test]
async fn da_26_what_fails_is_reported_by_name() {
    let server = Loopback::start();
    server.otherwise(Reply::reset());
    let client = of(&server, "da-26").harness(true).build().expect("a client");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let to = heard.clone();
    let _reporting = harness::sink(harness::heard(move |report: &harness::Report| {
        to.lock().expect("no panic").push((report.point().to_owned(), report.error().to_owned()));
    }));
    client.get("/").send().await.expect_err("it is broken");
    let mut heard = heard.lock().expect("no panic").clone();
    heard.retain(|(point, _)| point == "da-26");
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].1.contains("da-26: GET http://127.0.0.1:"), "{heard:?}");
}
