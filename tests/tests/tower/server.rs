//! Layers before servers and clients that talk over sockets.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use dyno::limit::{Bulkhead, Rate};
use dyno::{Deadline, Error, tower as layers};
use tower::util::BoxCloneSyncService;
use tower::{ServiceBuilder, ServiceExt};

use crate::support::*;

/// A client that takes the deadline along.
type Client = BoxCloneSyncService<reqwest::Request, reqwest::Response, Error<reqwest::Error>>;

fn client() -> Client {
    let stack = ServiceBuilder::new().layer(layers::deadline_out()).layer(layers::wrap());
    BoxCloneSyncService::new(stack.service(reqwest::Client::new()))
}

async fn ask(client: Client, url: &str) -> Result<(u16, Option<String>, String), BoxError> {
    let request = reqwest::Request::new(reqwest::Method::GET, url.parse()?);
    let answer = client.oneshot(request).await?;
    let after = answer.headers().get("retry-after").map(|after| after.to_str().map(str::to_owned));
    Ok((answer.status().as_u16(), after.transpose()?, answer.text().await?))
}

/// Serves until the runtime ends; where.
async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// What is left here, in microseconds.
fn left() -> String {
    match Deadline::current() {
        Some(deadline) => deadline.remaining().as_micros().to_string(),
        None => "for ever".into(),
    }
}

#[tokio::test]
async fn a_deadline_goes_over_two_hops_and_only_shrinks() -> Result<(), BoxError> {
    const LIMIT: u32 = 600;
    let last =
        serve(Router::new().route("/", get(async || left())).layer(layers::deadline())).await;
    let forward = async |State((client, url)): State<(Client, String)>| -> Response {
        let here = left();
        match ask(client, &url).await {
            Ok((_, _, there)) => format!("{here} {there}").into_response(),
            Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
        }
    };
    let first = Router::new().route("/", get(forward)).layer(layers::deadline());
    let first = serve(first.with_state((client(), last))).await;

    let (status, _, text) = ask(client(), &first).await?;
    assert_eq!((status, text.as_str()), (200, "for ever for ever"));
    let within = Deadline::within_async(LIMIT * SECOND, ask(client(), &first));
    let (status, _, text) = within.await?;
    assert_eq!(status, 200, "{text}");
    let micros: Vec<u64> = text.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    assert!(micros[1] <= micros[0] && micros[0] <= u64::from(LIMIT) * 1_000_000, "{micros:?}");
    Ok(())
}

#[tokio::test]
async fn a_server_says_what_is_wrong_with_a_deadline() -> Result<(), BoxError> {
    let url = serve(Router::new().route("/", get(async || left())).layer(layers::deadline())).await;
    let asked = |value: &'static str| {
        reqwest::Client::new().get(&url).header(dyno::deadline::HEADER, value).send()
    };
    let answer = asked("250ms").await?;
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await?.starts_with("dyno-timeout: no deadline: \"250ms\""));
    assert_eq!(asked("0n").await?.status(), 504);
    Ok(())
}

#[tokio::test]
async fn a_server_answers_what_it_turns_away() -> Result<(), BoxError> {
    let places = Arc::new(Bulkhead::new("tower::server", 1));
    let stack = (layers::answer(), layers::bulkhead(places.clone()), layers::wrap());
    let rate = (
        layers::answer(),
        layers::rate(Rate::new("tower::server rate", 1, 3600 * SECOND)),
        layers::wrap(),
    );
    let router = Router::new()
        .route("/limited", get(async || "fine").layer(stack))
        .route("/rated", get(async || "fine").layer(rate));
    let url = serve(router).await;
    let limited = format!("{url}/limited");
    assert_eq!(ask(client(), &limited).await?, (200, None, "fine".into()));
    let place = places.acquire_owned()?;
    let (status, _, text) = ask(client(), &limited).await?;
    assert_eq!((status, text.as_str()), (503, "too much is under way\n"));
    drop(place);
    assert_eq!(ask(client(), &limited).await?.0, 200);

    let rated = format!("{url}/rated");
    assert_eq!(ask(client(), &rated).await?.0, 200);
    let (status, after, text) = ask(client(), &rated).await?;
    assert_eq!((status, after.as_deref()), (429, Some("3600")), "{text}");
    Ok(())
}
