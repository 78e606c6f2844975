//! A balancer chooses.

use dyno::balance::{Balancer, Policy};
use dyno::http::{Client, Response, StatusCode};
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
