//! What is sent.

use std::collections::BTreeMap;
use std::process::Command;

use dyno::http::{Body, Client, ErrorKind, HeaderMap, Method};
use dyno_tests::loopback::{Loopback, Reply};
use futures_util::stream;

use crate::support::{of, once};

#[tokio::test]
async fn da_31_params_are_appended_to_a_query_that_is_there() {
    let server = Loopback::start();
    let client = of(&server, "da-31").build().expect("a client");
    let asked = async |request: dyno::http::Request| {
        request.send().await.expect("an answer");
        server.last().query().to_owned()
    };
    let b = BTreeMap::from([("b", vec![2, 3])]);
    assert_eq!(asked(client.get("/?a=1").params(&b)).await, "a=1&b=2&b=3");
    assert_eq!(asked(client.get("/").params([("a", "x y"), ("b", "&=")])).await, "a=x+y&b=%26%3D");
    assert_eq!(asked(client.get("/?a=%20b").param("c", true)).await, "a=%20b&c=true");
    assert_eq!(asked(client.get("/?a=1").params(None::<[(&str, u8); 0]>)).await, "a=1");
    assert_eq!(asked(client.get("/")).await, "");
}

#[tokio::test]
async fn da_32_a_redirect_is_followed_unless_it_is_the_answer() {
    let server = Loopback::start();
    server.on("/old").reply(Reply::redirect("/new"));
    server.on("/loop").reply(Reply::redirect("/loop"));
    server.on("/new").reply(Reply::text("here"));
    let client = of(&server, "da-32").build().expect("a client");
    let followed = client.get("/old").send().await.expect("an answer");
    assert_eq!((followed.status().as_u16(), followed.url().path()), (200, "/new"));
    assert_eq!(followed.text().await.expect("a body"), "here");
    let itself = client.get("/old").redirects(false).send().await.expect("an answer");
    assert_eq!(
        (itself.status().as_u16(), &itself.headers()["location"]),
        (302, &"/new".parse().unwrap())
    );
    let error = client.get("/loop").send().await.expect_err("there is no end");
    assert_eq!((error.kind(), server.requests_to("/loop")), (ErrorKind::Redirect, 11));
    let never = once(&server, "da-32-never").redirects(0).build().expect("a client");
    assert_eq!(never.get("/old").send().await.expect("an answer").status(), 302);
}

#[tokio::test]
async fn any_method_header_and_body_is_sent() {
    let server = Loopback::start();
    let client = of(&server, "any").header("x-all".parse().unwrap(), "1".parse().unwrap());
    let client = client.build().expect("a client");
    let mut more = HeaderMap::new();
    more.append("x-more", "2".parse().unwrap());
    more.append("x-more", "3".parse().unwrap());
    let request = client.request("PURGE", "/a").header("x-one", "4").headers(more);
    request.basic_auth("me", "secret").body("text").send().await.expect("an answer");
    let seen = server.last();
    assert_eq!((seen.method.as_str(), seen.text().as_str()), ("PURGE", "text"));
    assert_eq!((seen.header("x-all"), seen.header("x-one")), ("1", "4"));
    assert_eq!(seen.headers.get_all("x-more").iter().count(), 2);
    assert_eq!(seen.header("authorization"), "Basic bWU6c2VjcmV0");
    client.put("/").bearer_auth("token").json(&[1, 2]).send().await.expect("an answer");
    let seen = server.last();
    assert_eq!((seen.text().as_str(), seen.header("content-type")), ("[1,2]", "application/json"));
    assert_eq!(seen.header("authorization"), "Bearer token");
    client.request(Method::OPTIONS, server.url("/abs")).send().await.expect("an answer");
    assert_eq!((server.last().method.as_str(), server.last().uri.path()), ("OPTIONS", "/abs"));
}

#[tokio::test]
async fn a_body_may_be_a_file_or_be_produced() {
    let server = Loopback::start();
    let client = of(&server, "produced").build().expect("a client");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    client.put("/").body(Body::file(file)).send().await.expect("an answer");
    assert_eq!(server.last().text(), std::fs::read_to_string(file).expect("it is there"));
    let parts = || stream::iter(["a", "b", "c"].map(Ok::<_, std::io::Error>));
    client.put("/").body(Body::stream(parts())).send().await.expect("an answer");
    assert_eq!(server.last().text(), "abc");
    client.put("/").body(Body::by(parts)).send().await.expect("an answer");
    assert_eq!(server.last().text(), "abc");
    let error = client.put("/").body(Body::file("/no such file")).send().await;
    assert_eq!(error.expect_err("no file").kind(), ErrorKind::Request);
}

#[tokio::test]
async fn what_cannot_be_is_told_and_nothing_is_sent() {
    let server = Loopback::start();
    let client = of(&server, "wrong").build().expect("a client");
    let baseless = Client::builder("baseless").build().expect("a client");
    for (request, says) in [
        (client.request("BAD METHOD", "/"), "invalid HTTP method"),
        (client.get("/").header("bad name", "1"), "invalid HTTP header name"),
        (client.get("/").header("x", "bad\nvalue"), "failed to parse header value"),
        (client.get("ftp://host/"), "no URL of http or https"),
        (baseless.get("/stock"), "; give the whole URL, or a `base` to the client"),
        (client.get("/").timeout(std::time::Duration::ZERO), "`timeout` must be above zero"),
    ] {
        let error = request.send().await.expect_err("it cannot be");
        assert_eq!(error.kind(), ErrorKind::Request, "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
    assert_eq!(server.counts().requests, 0);
}

/// Run by the test below, with an environment of its own.
#[tokio::test]
#[ignore = "it needs an environment"]
async fn asks_through_the_environment() {
    let url = std::env::var("DYNO_ASKED").expect("whom to ask");
    let uses = std::env::var("DYNO_PROXY").expect("whether to use a proxy") == "yes";
    let client = Client::builder("proxied").use_proxy(uses).build().expect("a client");
    let answer = client.get(url).send().await.expect("an answer");
    println!("answered: {}", answer.text().await.expect("a body"));
}

#[tokio::test]
async fn da_29_proxies_of_the_environment_are_used_when_said() {
    let (server, proxy) = (Loopback::start(), Loopback::start());
    server.otherwise(Reply::text("the server"));
    proxy.otherwise(Reply::text("the proxy"));
    let ask = |uses: &str| {
        let itself = std::env::current_exe().expect("this test");
        let mut asks = Command::new(itself);
        asks.args([
            "--exact",
            "requests::asks_through_the_environment",
            "--ignored",
            "--nocapture",
        ]);
        asks.env("HTTP_PROXY", proxy.origin()).env("http_proxy", proxy.origin());
        asks.env_remove("NO_PROXY").env_remove("no_proxy").env_remove("REQUEST_METHOD");
        asks.env("DYNO_ASKED", server.url("/")).env("DYNO_PROXY", uses);
        String::from_utf8(asks.output().expect("it runs").stdout).expect("text")
    };
    let told = ask("no");
    assert!(told.contains("answered: the server"), "{told}");
    let told = ask("yes");
    assert!(told.contains("answered: the proxy"), "{told}");
    assert_eq!((server.counts().requests, proxy.counts().requests), (1, 1));
    // By hand, in any case.
    let by_hand = dyno::http::Proxy::all(proxy.origin()).expect("a proxy");
    let client = of(&server, "by-hand").proxy(by_hand).build().expect("a client");
    assert_eq!(
        client.get("/").send().await.expect("an answer").text().await.expect("a body"),
        "the proxy"
    );
    assert_eq!(proxy.last().header("host"), server.authority());
}
