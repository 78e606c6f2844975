//! What is told.

use std::error::Error as _;

use dyno::http::{Client, ErrorKind, StatusCode};
use dyno::{Fault, Reason};
use dyno_tests::loopback::{Loopback, Reply};

use crate::support::{find, of, once};

#[tokio::test]
async fn an_error_names_client_method_and_url_but_no_secret() {
    let server = Loopback::stopped();
    let client = once(&server, "told").build().expect("a client");
    let url = format!("http://me:secret@{}/a?token=hidden&q=1", server.authority());
    let error = client.post(url).send().await.expect_err("nobody listens");
    let at = format!("told: POST http://{}/a?token=…&q=…: no connection: ", server.authority());
    assert!(error.to_string().starts_with(&at), "{error}");
    assert_eq!(
        (error.client(), error.method().map(reqwest::Method::as_str)),
        (Some("told"), Some("POST"))
    );
    let all = format!("{error:?} {:?}", find::<reqwest::Error>(&error).expect("its source"));
    assert!(!all.contains("secret") && !all.contains("hidden"), "{all}");
    assert!(error.is_connect() && !error.is_timeout() && error.fault().is_none());
    assert!(
        find::<std::io::Error>(&error)
            .is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused)
    );
}

#[tokio::test]
async fn a_status_is_an_error_where_it_is_said() {
    let server = Loopback::start();
    server.on("/404").reply(Reply::status(404).body("no such thing"));
    server.on("/503").reply(Reply::status(503).header("retry-after", "3"));
    let client = once(&server, "status").error_for_status(true).build().expect("a client");
    let error = client.get("/404").send().await.expect_err("it is not found");
    assert_eq!(
        (error.kind(), error.status_code()),
        (ErrorKind::Status(StatusCode::NOT_FOUND), Some(StatusCode::NOT_FOUND))
    );
    let told = format!("status: GET {}: answered 404 Not Found", server.url("/404"));
    assert_eq!(error.to_string(), told);
    let answer = error.into_response().expect("the answer");
    assert_eq!(answer.text().await.expect("a body"), "no such thing");
    let error = client.get("/503").send().await.expect_err("it is sick");
    assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(3)));
    // By default an answer is an answer.
    let client = of(&server, "status-plain").build().expect("a client");
    let answer = client.get("/404").send().await.expect("an answer");
    assert!(answer.error_for_status().is_err());
}

#[tokio::test]
async fn a_refusal_is_found_among_the_sources() {
    let server = Loopback::start();
    let client = once(&server, "refused").build().expect("a client");
    client.breaker(&server.authority()).expect("it has one").trip();
    let error = client.get("/").send().await.expect_err("it is open");
    assert_eq!(error.kind(), ErrorKind::Refused);
    let fault =
        error.source().and_then(|source| source.downcast_ref::<Fault>()).expect("dyno's word");
    assert_eq!(fault.reason(), Some(Reason::BreakerOpen));
    assert!(error.retry_after().is_some());
    // Nobody is named twice.
    let told = format!("refused: GET {}: the breaker is open, try again in ", server.url("/"));
    assert!(error.to_string().starts_with(&told), "{error}");
}

#[test]
fn a_client_and_its_requests_may_go_anywhere() {
    fn sent<T: Send + Sync + 'static>() {}
    fn moved<T: Send + 'static>(_: T) {}
    sent::<Client>();
    sent::<dyno::http::Error>();
    sent::<dyno::http::Response>();
    moved(Client::new("moved").get("http://127.0.0.1:1/").send());
}
