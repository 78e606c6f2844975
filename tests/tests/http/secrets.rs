//! Who one is: sent to whom it is meant for, and told to nobody else.

use dyno::http::{Client, HeaderMap, HeaderValue};
use dyno_tests::loopback::{Loopback, Reply};

use crate::support::{of, once};

fn with_credentials(server: &Loopback, credentials: &str) -> String {
    format!("http://{credentials}@{}/", server.authority())
}

#[tokio::test]
async fn credentials_of_an_url_are_sent_as_a_header() {
    let server = Loopback::start();
    let client = of(&server, "url-auth").build().expect("a client");
    let sent = async |request: dyno::http::Request| {
        request.send().await.expect("an answer");
        server.last().header("authorization").to_owned()
    };
    assert_eq!(
        sent(client.get(with_credentials(&server, "me:secret"))).await,
        "Basic bWU6c2VjcmV0"
    );
    // `m@:s%` in percent encoding, and a name without a password.
    assert_eq!(sent(client.get(with_credentials(&server, "m%40:s%25"))).await, "Basic bUA6cyU=");
    assert_eq!(sent(client.get(with_credentials(&server, "me"))).await, "Basic bWU6");
    let own = client.get(with_credentials(&server, "me:secret")).bearer_auth("token");
    assert_eq!(sent(own).await, "Bearer token");
    assert_eq!(sent(client.get("/")).await, "");
    let base = with_credentials(&server, "me:secret");
    let based = once(&server, "base-auth").base(&base).build().expect("a client");
    assert_eq!(sent(based.get("stock")).await, "Basic bWU6c2VjcmV0");
    // It is the same host all the same.
    let breaker = client.breaker(&server.authority()).expect("it has one");
    breaker.trip();
    let refused = client.get(with_credentials(&server, "me:secret")).send().await;
    assert!(refused.expect_err("the circuit is the host's").is_refused());
}

#[tokio::test]
async fn a_redirect_takes_them_to_no_other_host() {
    let (server, other) = (Loopback::start(), Loopback::start());
    server.on("/here").reply(Reply::redirect("/new"));
    server.on("/away").reply(Reply::redirect(other.url("/new")));
    let client = of(&server, "redirect-auth").build().expect("a client");
    for path in ["/here", "/away"] {
        let url = format!("{}{path}", with_credentials(&server, "me:secret").trim_end_matches('/'));
        client.get(url).send().await.expect("an answer");
        client
            .get(path)
            .bearer_auth("token")
            .header("cookie", "a=1")
            .send()
            .await
            .expect("an answer");
    }
    let told = |server: &Loopback| -> Vec<_> {
        let to_new = server.seen().into_iter().filter(|seen| seen.uri.path() == "/new");
        to_new
            .map(|seen| format!("{}{}", seen.header("authorization"), seen.header("cookie")))
            .collect()
    };
    assert_eq!(told(&server), ["Basic bWU6c2VjcmV0", "Bearer tokena=1"]);
    assert_eq!(told(&other), ["", ""]);
}

/// Whoever a request is sent on to may send it on to itself.
#[tokio::test]
async fn nor_does_a_second_redirect_there() {
    let (server, other) = (Loopback::start(), Loopback::start());
    server.on("/away").reply(Reply::redirect(other.url("/first")));
    other.on("/first").reply(Reply::redirect("/second"));
    let own = "authorization".parse().expect("a name");
    let client = of(&server, "second-hop").header(own, HeaderValue::from_static("of the client"));
    let client = client.build().expect("a client");
    let requests = [
        client.get(format!("{}away", with_credentials(&server, "me:secret"))),
        client.get("/away").bearer_auth("token").header("cookie", "a=1"),
        client.get("/away"),
    ];
    for request in requests {
        request.send().await.expect("an answer");
    }
    let seen = other.seen();
    assert_eq!(seen.len(), 6);
    for seen in seen {
        let told = ["authorization", "cookie", "referer"].map(|name| seen.header(name).to_owned());
        assert_eq!(told, ["", "", ""], "{}", seen.uri);
    }
    assert_eq!(server.last().header("authorization"), "of the client");
}

#[tokio::test]
async fn they_are_told_nowhere() {
    let server = Loopback::stopped();
    let base = format!("http://me:s3cret@{}/", server.authority());
    let builder = Client::builder("told").base(&base).retries(0).breaker(None).header(
        "authorization".parse().expect("a name"),
        HeaderValue::from_static("Bearer s3cret"),
    );
    let mut told = vec![format!("{builder:?}")];
    let client = builder.build().expect("a client");
    let mut more = HeaderMap::new();
    more.insert("cookie", HeaderValue::from_static("s3cret"));
    let request = client.get("stock?token=s3cret").header("authorization", "s3cret").headers(more);
    told.push(format!("{client:?} {request:?}"));
    let mut wrong = vec![request];
    for url in [
        "ftp://me:s3cret@host/",
        "http://me:s3cret@ho st/",
        "http://me:s3?cret@host/",
        "http://me:s3cret#@host/",
        "http://me:s3cret@host:99999/?token=s3cret",
        "//me:s3cret@host:99999/",
    ] {
        wrong.push(client.get(url));
    }
    for request in wrong {
        let error = request.send().await.expect_err("nobody is there");
        told.push(format!("{error} {error:?}"));
    }
    let no_base = Client::builder("told").base("http://me:s3cret@ho st/").build();
    told.push(format!("{:?}", no_base.expect_err("it is none")));
    for told in told {
        assert!(!told.contains("s3cret"), "{told}");
    }
}
