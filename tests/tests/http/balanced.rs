//! A balancer chooses.

use std::io;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use dyno::balance::{Balancer, Policy};
use dyno::breaker::State;
use dyno::http::{Client, ErrorKind, Response, StatusCode};
use dyno::{Fault, clock};
use dyno_tests::loopback::{Loopback, Reply};

use crate::support::find;

/// As a `static` is: for the life of the program.
fn leaked(balancer: Balancer) -> &'static Balancer {
    Box::leak(Box::new(balancer))
}

fn of(balancer: &'static Balancer, name: &'static str) -> dyno::http::Builder {
    let client = Client::builder(name).balance(balancer).timeout(None).connect_timeout(None);
    client.retry(dyno::retry::Retry::new(4)).budget(None)
}

#[tokio::test]
async fn da_23_the_chosen_target_takes_the_place_of_the_urls() {
    let (a, b) = (Loopback::start(), Loopback::start());
    let targets = leaked(Balancer::new("da-23", &[]).policy(Policy::RoundRobin));
    targets.set([a.origin(), b.origin()]).expect("targets");
    let client = of(targets, "da-23").build().expect("a client");
    for url in ["/x?n=1", "https://elsewhere.invalid:1/x?n=1", "/x?n=1", "/x?n=1"] {
        let answer = client.get(url).send().await.expect("an answer");
        assert_eq!((answer.url().path(), answer.url().scheme()), ("/x", "http"));
    }
    assert_eq!((a.counts().requests, b.counts().requests), (2, 2));
    assert_eq!((a.last().header("host"), a.last().query()), (a.authority().as_str(), "n=1"));
}

#[tokio::test]
async fn another_attempt_goes_to_another_target() {
    let (a, b) = (Loopback::start(), Loopback::start());
    for server in [&a, &b] {
        server.on("/").reply(Reply::status(503));
    }
    let targets = leaked(Balancer::new("attempts", &[]).policy(Policy::RoundRobin));
    targets.set([a.origin(), b.origin()]).expect("targets");
    let client =
        of(targets, "attempts").retry(dyno::retry::Retry::new(2)).build().expect("a client");
    client.get("/").send().await.expect("an answer");
    assert_eq!((a.counts().requests, b.counts().requests), (1, 1));
}

#[tokio::test]
async fn one_that_is_down_is_passed_over() {
    let (up, down) = (Loopback::start(), Loopback::stopped());
    let targets = leaked(Balancer::new("down", &[]).policy(Policy::RoundRobin));
    targets.set([up.origin(), down.origin()]).expect("targets");
    let client = of(targets, "down").build().expect("a client");
    let _frozen = clock::freeze();
    for _ in 0..40 {
        assert_eq!(client.get("/").send().await.expect("the other one answers").status(), 200);
    }
    assert_eq!(up.counts().requests, 40);
}

#[tokio::test]
async fn da_25_a_balancer_that_fails_is_a_failure_of_the_call() {
    let targets = leaked(Balancer::new("da-25", &[]));
    let client = of(targets, "da-25").build().expect("a client");
    let error = client.get("/").send().await.expect_err("there is nobody");
    assert!(matches!(find::<Fault>(&error), Some(Fault::NoTarget { .. })), "{error:?}");
    assert!(error.is_refused());
    let answer = client.get("/").or(|why| {
        assert!(matches!(why.fault(), Some(Fault::NoTarget { .. })), "{why}");
        Ok(Response::new(StatusCode::OK, "listed"))
    });
    assert_eq!(
        answer.send().await.expect("what stands in").text().await.expect("a body"),
        "listed"
    );
}

#[tokio::test]
async fn in_59_past_the_circuits_of_the_targets_nothing_is_counted_and_nothing_refused() {
    let server = Loopback::start();
    server.otherwise(Reply::reset());
    let settings = dyno::breaker::Settings::new().fail_max(3);
    let targets = leaked(Balancer::new("in-59-balanced", &[]).breaker(settings));
    targets.set([server.origin()]).expect("targets");
    let client = of(targets, "in-59-balanced").retries(0).build().expect("a client");
    let _frozen = clock::freeze();
    let ask = async || client.get("/").skip_breaker().send().await.expect_err("it is broken");
    for count in 1..=5 {
        assert_eq!((ask().await.kind(), server.counts().requests), (ErrorKind::Request, count));
    }
    let member = targets.members().remove(0);
    let snapshot = member.breaker().snapshot();
    assert_eq!((member.breaker().state(), snapshot.failures), (State::Closed, 0));
    member.breaker().trip();
    assert!(client.get("/").send().await.expect_err("it is open").is_refused());
    assert_eq!((ask().await.kind(), server.counts().requests), (ErrorKind::Request, 6));
    assert_eq!((member.breaker().state(), member.in_flight()), (State::Open, 0));
}

#[tokio::test]
async fn past_the_circuits_one_that_is_in_is_preferred() {
    let (up, out) = (Loopback::start(), Loopback::start());
    let targets = leaked(Balancer::new("past", &[]).policy(Policy::RoundRobin));
    targets.set([out.origin(), up.origin()]).expect("targets");
    targets.members()[0].breaker().trip();
    let client = of(targets, "past").build().expect("a client");
    let _frozen = clock::freeze();
    client.get("/").send().await.expect("an answer");
    for _ in 0..10 {
        client.get("/").skip_breaker().send().await.expect("an answer");
    }
    assert_eq!((up.counts().requests, out.counts().requests), (11, 0));
}

fn local(port: u16) -> Vec<SocketAddr> {
    vec![SocketAddr::from(([127, 0, 0, 1], port))]
}

/// On the only thread there is: were that blocked, nobody would ever let the resolver go on.
#[tokio::test]
async fn who_waits_for_a_resolver_blocks_no_thread() {
    static HELD: Mutex<Option<Receiver<()>>> = Mutex::new(None);
    fn resolver(_: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let held = HELD.lock().expect("no panic").take();
        let let_go = held.expect("it is asked once").recv_timeout(Duration::from_secs(20));
        let_go.map(|()| local(port)).map_err(io::Error::other)
    }
    let server = Loopback::start();
    let (let_go, held) = channel();
    *HELD.lock().expect("no panic") = Some(held);
    let url = format!("http://resolved.invalid:{}", server.address().port());
    let targets = Balancer::dns("resolved", Box::leak(url.into_boxed_str())).resolver(resolver);
    let client = of(leaked(targets), "resolved").build().expect("a client");
    let asked = (0..3).map(|_| tokio::spawn(client.get("/").send())).collect::<Vec<_>>();
    asked[0].abort();
    tokio::task::yield_now().await;
    let_go.send(()).expect("it waits, and no thread with it");
    for (number, asked) in asked.into_iter().enumerate() {
        if let Ok(answer) = asked.await {
            assert_eq!(answer.expect("an answer").status(), 200, "{number}");
        }
    }
    let meant = format!("resolved.invalid:{}", server.address().port());
    assert_eq!(server.last().header("host"), meant);
}

#[tokio::test]
async fn a_redirect_elsewhere_does_not_go_by_the_name_of_the_target() {
    #[expect(clippy::unnecessary_wraps, reason = "resolvers may fail")]
    fn resolver(_: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(local(port))
    }
    let (server, other) = (Loopback::start(), Loopback::start());
    server.on("/away").reply(Reply::redirect(other.url("/new")));
    let url = format!("http://redirects.invalid:{}", server.address().port());
    let targets = Balancer::dns("redirects", Box::leak(url.into_boxed_str())).resolver(resolver);
    let client = of(leaked(targets), "redirects").build().expect("a client");
    assert_eq!(client.get("/away").send().await.expect("an answer").status(), 302);
    assert_eq!(other.counts().requests, 0);
    // Here it does.
    server.on("/here").reply(Reply::redirect("/new"));
    assert_eq!(client.get("/here").send().await.expect("an answer").status(), 200);
    assert!(server.last().header("host").starts_with("redirects.invalid:"));
}
