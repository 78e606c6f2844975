//! A server that says no in good time.
//!
//! Layers before an axum router: a bulkhead, a rate and a time-out whose refusals are answers with
//! the right status and a `Retry-After`, and the deadline that a client has sent. It serves on a port of
//! this machine and asks itself.
//!
//! ```text
//! /price:               200 995
//! /price, spent:        504 the deadline of the request has passed
//! /price, nonsense:     400 dyno-timeout: no deadline: "soon"; it is one to eight digits and a unit of H, M, S, m, u, n, such as "250m"
//! /quote:               200 quoted
//! /quote:               429 too many requests
//! /report, full:        503 too much is under way
//! /stock, with 0.25 s:  200 less than 250 ms left to ask the warehouse
//! ```

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use dyno::limit::{Bulkhead, Rate};
use dyno::{Deadline, Fault, tower};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

static REPORTS: Bulkhead = Bulkhead::new("reports", 1);
static QUOTES: Rate = Rate::new("quotes", 1, Duration::from_secs(3600));

async fn price() -> &'static str {
    "995"
}

/// A `Fault` is an answer by itself: in a handler `?` does.
async fn stock() -> Result<&'static str, Fault> {
    Deadline::check("stock")?;
    let left = Deadline::current().map_or(Duration::MAX, Deadline::remaining);
    let short = left <= Duration::from_millis(250);
    Ok(if short { "less than 250 ms left to ask the warehouse" } else { "plenty" })
}

fn router() -> Router {
    // Outermost first: answers with what is refused within; innermost: room for the refusal.
    let reports = (tower::answer(), tower::bulkhead(&REPORTS), tower::wrap());
    let quotes = (tower::answer(), tower::rate(&QUOTES), tower::wrap());
    let patience = (tower::answer(), tower::timeout(Duration::from_secs(2)), tower::wrap());
    Router::new()
        .route("/price", get(price))
        .route("/stock", get(stock))
        .route("/quote", get(async || "quoted").layer(quotes))
        .route("/report", get(async || "reported").layer(reports))
        .layer(patience)
        .layer(tower::deadline())
}

/// Status and body.
async fn ask(server: SocketAddr, path: &str, deadline: Option<&str>) -> io::Result<String> {
    let mut stream = TcpStream::connect(server).await?;
    let header = dyno::deadline::HEADER;
    let deadline = deadline.map(|left| format!("{header}: {left}\r\n")).unwrap_or_default();
    stream.write_all(format!("GET {path} HTTP/1.0\r\n{deadline}\r\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    Ok(format!("{status} {}", body.trim_end()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, router()).await });

    println!("/price:               {}", ask(server, "/price", None).await?);
    println!("/price, spent:        {}", ask(server, "/price", Some("0n")).await?);
    println!("/price, nonsense:     {}", ask(server, "/price", Some("soon")).await?);
    println!("/quote:               {}", ask(server, "/quote", None).await?);
    println!("/quote:               {}", ask(server, "/quote", None).await?);
    let under_way = REPORTS.acquire()?;
    println!("/report, full:        {}", ask(server, "/report", None).await?);
    drop(under_way);
    println!("/stock, with 0.25 s:  {}", ask(server, "/stock", Some("250m")).await?);
    Ok(())
}
