//! A client of another service, which is busy, slow, down, and back.
//!
//! The stock of a shop is asked over HTTP, from a server in this program. Its first answer is 503, so
//! the client asks once more. An answer that takes too long is given up after 100 ms, and the shop
//! shows what it knew yesterday. Then the server goes away: the fifth failure in a row opens its
//! circuit, and the next call is not sent at all. When it is back, the first call that may pass closes
//! the circuit. Ports and times differ from run to run.
//!
//! ```console
//! sku-1: 7 in stock (attempt 2)
//! sku-slow: 5 in stock yesterday, because stock: no answer within 100ms
//! down: stock: GET http://127.0.0.1:38139/?sku=…: no connection: Connection refused (os error 111)
//! down: stock: GET http://127.0.0.1:38139/?sku=…: no connection: Connection refused (os error 111)
//! not sent: stock: GET http://127.0.0.1:38139/?sku=…: the breaker is open, try \
//!     again in 199.9ms (last error: no connection: Connection refused (os error 111))
//! sku-1: 7 in stock (attempt 1)
//! 3 calls went well, 2 failed, 1 was not sent
//! ```

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::{Router, routing::get};
use dyno::breaker::Settings;
use dyno::http::{Client, Error, Response};
use dyno::metrics;
use dyno::retry::Retry;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const MS: Duration = Duration::from_millis(1);

async fn stock(Query(asked): Query<HashMap<String, String>>) -> (StatusCode, &'static str) {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    if asked.get("sku").is_some_and(|sku| sku == "sku-slow") {
        tokio::time::sleep(5000 * MS).await;
    }
    match ASKED.fetch_add(1, Relaxed) {
        0 => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        _ => (StatusCode::OK, "7"),
    }
}

async fn serve(at: SocketAddr) -> std::io::Result<(SocketAddr, JoinHandle<std::io::Result<()>>)> {
    let listener = TcpListener::bind(at).await?;
    let at = listener.local_addr()?;
    let server = async { axum::serve(listener, Router::new().route("/", get(stock))).await };
    Ok((at, tokio::spawn(server)))
}

async fn told(answer: Response) -> Result<String, Error> {
    let attempt = answer.attempt();
    Ok(format!("{} in stock (attempt {attempt})", answer.text().await?))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (at, server) = serve(([127, 0, 0, 1], 0).into()).await?;
    let client = Client::builder("stock")
        .base(&format!("http://{at}/"))
        .retry(Retry::new(2).delay(MS))
        .breaker(Settings::new().fail_max(5).reset_timeout(200 * MS))
        .build()?;
    let ask = |sku: &str| client.get("").param("sku", sku).persistent(false);

    println!("sku-1: {}", told(ask("sku-1").send().await?).await?);
    let slow = ask("sku-slow").timeout(100 * MS).or(|why| {
        println!("sku-slow: 5 in stock yesterday, because {why}");
        Ok(Response::new(StatusCode::OK, "5"))
    });
    slow.send().await?;

    server.abort();
    let _ended = server.await;
    for _ in 0..3 {
        match ask("sku-1").send().await {
            Ok(answer) => println!("{}", told(answer).await?),
            Err(error) if error.is_refused() => println!("not sent: {error}"),
            Err(error) => println!("down: {error}"),
        }
    }

    let _server = serve(at).await?;
    tokio::time::sleep(200 * MS).await;
    println!("sku-1: {}", told(ask("sku-1").send().await?).await?);

    let seen = metrics::of("stock").ok_or("nothing was counted")?.total;
    println!(
        "{} calls went well, {} failed, {} was not sent",
        seen.successes, seen.failures, seen.rejected.breaker_open
    );
    Ok(())
}
