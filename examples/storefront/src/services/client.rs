//! The HTTP client that all services are called with.

use std::future::Future;

use dyno::http::{Client, Error};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::http::{GREETING, REQUEST};

/// A client without policies: each function that uses it has its own around it.
pub fn client() -> Result<Client, Error> {
    Client::plain("shop").pool_size(256).error_for_status(true).build()
}

/// Introduces itself to the replica at this address; that takes the replica a while.
pub(super) async fn greet(client: &Client, address: &str) -> Result<(), Error> {
    let IgnoredAny = get(client, &format!("{address}{GREETING}")).await?;
    Ok(())
}

/// What is answered at `url`, for the request that this task works for.
pub(super) async fn get<T: DeserializeOwned>(client: &Client, url: &str) -> Result<T, Error> {
    client.get(url).header(REQUEST, current_request()).send().await?.json().await
}

tokio::task_local! {
    static CURRENT: u64;
}

/// The number of the request this task works for; it goes with every call, as trace ids do.
pub fn current_request() -> u64 {
    CURRENT.try_get().unwrap_or(0)
}

/// Runs `work` for the request with this number.
pub fn for_request<F: Future>(number: u64, work: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(number, work)
}

#[cfg(test)]
mod tests {
    use dyno::http::{ErrorKind, StatusCode};

    use super::super::script::Script;
    use super::super::stock;
    use super::*;

    #[tokio::test]
    async fn a_hiccup_is_a_503_and_the_connection_stays_usable() {
        let service = stock(Script { hiccups: 1000, ..Script::quiet() }).expect("a port is free");
        let (client, address) = (client().expect("no TLS"), &service.addresses()[0]);
        for request in 0..5 {
            let url = format!("{address}/stock/A-1");
            let answer = for_request(request, get::<IgnoredAny>(&client, &url)).await;
            let kind = answer.expect_err("each has a hiccup").kind();
            assert_eq!(kind, ErrorKind::Status(StatusCode::SERVICE_UNAVAILABLE));
        }
        assert_eq!(service.seen()[0].hiccups, 5);
    }

    #[tokio::test]
    async fn what_is_unknown_is_a_404() {
        let service = stock(Script::quiet()).expect("a port is free");
        let url = format!("{}/moon", service.addresses()[1]);
        let answer = get::<IgnoredAny>(&client().expect("no TLS"), &url).await;
        assert_eq!(answer.expect_err("nobody is there").status_code(), Some(StatusCode::NOT_FOUND));
    }
}
