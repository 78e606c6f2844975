//! The policies before a client: layers of `tower`.
//!
//! One layer gives a client a breaker for each host that it talks to; a stack of them has one error,
//! whatever is in it. The client is no real one, and the clock is frozen, so that time passes at once.
//!
//! ```text
//! down.example: connection refused
//! down.example: connection refused
//! down.example: hosts[down.example]: the breaker is open, try again in 15.0s (last error: connection refused)
//! up.example:   995
//! busy.example: 995 at the third attempt, after 2.0s
//! lazy.example: patience: no answer within 500ms
//! ```

use std::future::{Ready, pending, ready};
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dyno::breaker::{Breaker, Settings};
use dyno::limit::Bulkhead;
use dyno::retry::Retry;
use dyno::service::Service;
use dyno::{Error, clock, tower as layers};
use http::{Request, Response};
use tower::{ServiceBuilder, ServiceExt, service_fn};

type Answer = Result<Response<String>, io::Error>;

/// A breaker for each target, here for each host.
static HOSTS: Service = Service::builder("hosts")
    .breaker(Settings::new().fail_max(2).reset_timeout(Duration::from_secs(15)))
    .per_target()
    .build();

static PRICING: Breaker = Breaker::new("pricing");

/// In place of a network.
#[allow(clippy::needless_pass_by_value)] // as `service_fn` calls it
fn send(request: Request<()>) -> Ready<Answer> {
    static BUSY: AtomicU32 = AtomicU32::new(2);
    let busy = || BUSY.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
    ready(match request.uri().host() {
        Some("down.example") => Err(io::Error::other("connection refused")),
        Some("busy.example") if busy().is_ok() => {
            let answer = Response::builder().status(503).header("retry-after", "1");
            Ok(answer.body(String::new()).expect("it is well formed"))
        }
        _ => Ok(Response::new("995".to_owned())),
    })
}

fn to(host: &str) -> Request<()> {
    Request::get(format!("http://{host}/price")).body(()).expect("it is well formed")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let _frozen = clock::freeze();

    let client = ServiceBuilder::new()
        .layer(layers::layer(&HOSTS).keyed(layers::host))
        .layer(layers::wrap())
        .service(service_fn(send));
    for host in ["down.example", "down.example", "down.example", "up.example"] {
        let (name, answer) = (format!("{host}:"), client.clone().oneshot(to(host)).await);
        match answer {
            Ok(answer) => println!("{name:13} {}", answer.into_body()),
            Err(error) => println!("{name:13} {error}"),
        }
    }

    // Each policy by itself: as written, from the outside in.
    let stack = ServiceBuilder::new()
        .layer(layers::retry(Retry::new(3)))
        .layer(layers::breaker(&PRICING))
        .layer(layers::bulkhead(Bulkhead::new("pricing", 10)))
        .layer(layers::timeout(Duration::from_millis(500)).named("patience"))
        .layer(layers::wrap());
    let (client, start) = (stack.service(service_fn(send)), clock::now());
    let answer = client.oneshot(to("busy.example")).await.expect("it recovers");
    println!("busy.example: {} at the third attempt, after {:.1?}", answer.body(), start.elapsed());

    let patience = ServiceBuilder::new()
        .layer(layers::timeout(Duration::from_millis(500)).named("patience"))
        .layer(layers::wrap());
    let lazy = patience.service(service_fn(|_: Request<()>| pending::<Answer>()));
    match lazy.oneshot(to("lazy.example")).await {
        Err(Error::Fault(fault)) => println!("lazy.example: {fault}"),
        other => println!("lazy.example: {other:?}"),
    }
}
