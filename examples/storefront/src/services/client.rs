//! The HTTP client that all services are called with.

use std::future::Future;

use dyno::service::Call;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::http::{GREETING, REQUEST};

/// Connections to all services.
#[derive(Clone, Debug, Default)]
pub struct Client(reqwest::Client);

/// A service did not do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// No answer: refused, cut off, too late.
    #[error("no answer from {url}")]
    NoAnswer {
        /// What was asked.
        url: String,
        /// Why there was none.
        #[source]
        error: reqwest::Error,
    },
    /// An answer other than 200.
    #[error("{url} answered {status}")]
    Status {
        /// What was asked.
        url: String,
        /// The status.
        status: u16,
    },
    /// An answer that makes no sense.
    #[error("{url} answered nonsense: {error}")]
    Nonsense {
        /// What was asked.
        url: String,
        /// What is wrong with it.
        #[source]
        error: serde_json::Error,
    },
}

impl Client {
    /// Introduces itself to the service at this address; that takes the service a while.
    pub async fn greet(&self, address: &str) -> Result<(), ServiceError> {
        let IgnoredAny = self.ask(format!("{address}{GREETING}")).await?;
        Ok(())
    }

    /// What the replica that this attempt goes to has to say about `path`.
    pub async fn get<T: DeserializeOwned>(
        &self,
        call: &Call,
        path: &str,
    ) -> Result<T, ServiceError> {
        let target = call.target().map(ToString::to_string).unwrap_or_default();
        self.ask(format!("{target}{path}")).await
    }

    pub(super) async fn ask<T: DeserializeOwned>(&self, url: String) -> Result<T, ServiceError> {
        let no_answer = |error| ServiceError::NoAnswer { url: url.clone(), error };
        let request = self.0.get(&url).header(REQUEST, current_request());
        let answer = request.send().await.map_err(no_answer)?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.map_err(no_answer)?;
        match status {
            200 => {
                serde_json::from_slice(&body).map_err(|error| ServiceError::Nonsense { url, error })
            }
            status => Err(ServiceError::Status { url, status }),
        }
    }
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
    use super::super::script::Script;
    use super::super::stock;
    use super::*;

    #[tokio::test]
    async fn a_hiccup_is_a_503_and_the_connection_stays_usable() {
        let service = stock(Script { hiccups: 1000, ..Script::quiet() }).expect("a port is free");
        let (client, address) = (Client::default(), &service.addresses()[0]);
        for request in 0..5 {
            let answer =
                for_request(request, client.ask::<IgnoredAny>(format!("{address}/stock/A-1")));
            let answer = answer.await.map(|_| ());
            assert!(matches!(answer, Err(ServiceError::Status { status: 503, .. })), "{answer:?}");
        }
        assert_eq!(service.seen()[0].hiccups, 5);
        let unknown = client.ask::<IgnoredAny>(format!("{address}/moon")).await.map(|_| ());
        assert!(
            matches!(unknown, Err(ServiceError::Status { status: 503 | 404, .. })),
            "{unknown:?}"
        );
    }
}
