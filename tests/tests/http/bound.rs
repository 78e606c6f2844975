//! The client of a call.

use dyno::Fault;
use dyno::balance::{Balancer, Policy};
use dyno::http::{Client, Error};
use dyno::retry::Retry;
use dyno::service::{Call, Service};
use dyno_tests::loopback::{Loopback, Reply};

use crate::support::{SECOND, of, once};

#[tokio::test]
async fn it_goes_to_the_target_and_takes_deadline_and_key_along() {
    let (a, b) = (Loopback::start(), Loopback::start());
    for server in [&a, &b] {
        server.otherwise(Reply::status(503));
    }
    let targets: &'static Balancer =
        Box::leak(Box::new(Balancer::new("bound", &[]).policy(Policy::RoundRobin)));
    targets.set([a.origin(), b.origin()]).expect("targets");
    let service = Service::builder("bound")
        .retry(Retry::new(2))
        .balance(targets)
        .timeout(60 * SECOND)
        .build();
    let ended: Result<(), Error> = service
        .call_async(|call: Call| async move {
            let answer = call.http().post("/price").body("1").send().await?;
            answer.error_for_status().map(drop)
        })
        .await;
    assert_eq!(
        ended.expect_err("both are sick").status_code().map(|status| status.as_u16()),
        Some(503)
    );
    let seen = [a.last(), b.last()];
    assert_eq!((a.counts().requests, b.counts().requests), (1, 1));
    let keys = seen.each_ref().map(|seen| seen.header("idempotency-key"));
    assert!(keys[0].len() == 36 && keys[0] == keys[1], "{keys:?}");
    assert!(
        seen.iter()
            .all(|seen| seen.uri.path() == "/price" && !seen.header("dyno-timeout").is_empty())
    );
}

/// A server that knows the key of one would give its answer to the other.
#[tokio::test]
async fn each_request_of_an_attempt_has_a_key_and_the_same_in_the_next_attempt() {
    let server = Loopback::start();
    server.on("/c").reply(Reply::status(503)).reply(Reply::text("ok"));
    let client = once(&server, "parts").build().expect("a client");
    let service = Service::builder("parts").retry(Retry::new(2)).build();
    let ended: Result<(), Error> = service
        .call_async(async |call: Call| {
            let own = client.of(&call);
            for (client, path) in [(&own, "/a"), (&own, "/b"), (&client.of(&call), "/c")] {
                client.post(path).body("1").send().await?;
            }
            Ok(())
        })
        .await;
    ended.expect("the second attempt goes well");
    let seen = server.seen();
    let keys: Vec<_> = seen.iter().map(|seen| seen.header("idempotency-key")).collect();
    assert_eq!(keys.len(), 6);
    assert_eq!(keys[..3], keys[3..]);
    assert!(keys[0] != keys[1] && keys[0] != keys[2] && keys[1] != keys[2], "{keys:?}");
}

#[tokio::test]
async fn a_status_that_is_a_failure_is_one_for_the_service() {
    let server = Loopback::start();
    server.on("/sick").reply(Reply::status(503)).reply(Reply::text("ok"));
    server.on("/none").reply(Reply::status(404));
    let client = once(&server, "seen").build().expect("a client");
    let service = Service::builder("seen").retry(Retry::new(3)).build();
    let ask = |path: &'static str| {
        let client = client.clone();
        service.call_async(move |call: Call| client.of(&call).get(path).send())
    };
    assert_eq!(ask("/sick").await.expect("an answer").attempt(), 1, "of its own client");
    assert_eq!(server.requests_to("/sick"), 2);
    // What the caller has asked wrongly is an answer.
    assert_eq!(ask("/none").await.expect("an answer").status(), 404);
    assert_eq!(server.requests_to("/none"), 1);
}

#[tokio::test]
async fn a_target_that_was_resolved_is_asked_under_its_name() {
    #[expect(clippy::unnecessary_wraps, reason = "resolvers may fail")]
    fn resolver(_: &str, port: u16) -> std::io::Result<Vec<std::net::SocketAddr>> {
        Ok(vec![([127, 0, 0, 1], port).into()])
    }
    let server = Loopback::start();
    let url = format!("http://named.invalid:{}", server.address().port());
    let targets = Balancer::dns("named-bound", Box::leak(url.into_boxed_str())).resolver(resolver);
    let targets: &'static Balancer = Box::leak(Box::new(targets));
    let service = Service::builder("named-bound").balance(targets).build();
    let other = Loopback::start();
    let ended: Result<_, Error> = service
        .call_async(async |call: Call| {
            call.http().get(other.url("/elsewhere")).send().await?;
            call.http().get("/a").send().await
        })
        .await;
    assert_eq!(ended.expect("an answer").status(), 200);
    assert_eq!(server.last().header("host"), format!("named.invalid:{}", server.address().port()));
    // What goes elsewhere goes under the name of that.
    assert_eq!(other.last().header("host"), other.authority());
}

#[tokio::test]
async fn a_client_of_ones_own_is_bound_as_well() {
    let server = Loopback::start();
    let client = of(&server, "own").build().expect("a client");
    let service = Service::builder("own-bound").build();
    let ended: Result<String, Error> = service
        .call_async(async |call: Call| client.of(&call).get("/a").send().await?.text().await)
        .await;
    assert_eq!(ended.expect("an answer"), "ok");
    assert_eq!(server.last().header("idempotency-key").len(), 36);
    let refused: Result<(), Fault> = service.call_async(async |_| Ok(())).await;
    assert_eq!(refused, Ok(()));
}

#[tokio::test]
async fn without_a_target_it_says_what_is_missing() {
    let service = Service::builder("bound-to-nothing").build();
    let ended: Result<(), Error> =
        service.call_async(async |call: Call| call.http().get("/a").send().await.map(drop)).await;
    let told = ended.expect_err("it is relative to nothing").to_string();
    assert!(told.contains("the service has no `balance`, so its calls have no target"), "{told}");
    let bad = service.call_async(async |call: Call| call.http().get("http://[").send().await);
    let told = bad.await.expect_err("it is no URL at all").to_string();
    assert!(told.contains("is no URL") && !told.contains("balance"), "{told}");
}

#[tokio::test]
async fn a_plain_client_has_no_policies() {
    let server = Loopback::start();
    server.otherwise(Reply::status(503));
    let client = Client::plain("plain-bound").base(&server.origin()).build().expect("a client");
    let settings = client.settings();
    assert!(settings.timeout.is_none() && settings.breaker.is_none() && !settings.metrics);
    assert!(settings.budget.is_none() && settings.max_open.is_none());
    for _ in 0..20 {
        client.get("/a").send().await.expect("an answer, whatever its status");
    }
    assert_eq!(server.counts().requests, 20);
    assert!(client.breaker(server.origin().trim_start_matches("http://")).is_none());
}
