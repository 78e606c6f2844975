//! The blocking HTTP client both services are called with.

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::Duration;

use dyno::Deadline;
use serde::de::DeserializeOwned;

use super::http::{GREETING, REQUEST};

/// How long to wait for an answer where no deadline is set.
const PATIENCE: Duration = Duration::from_secs(2);

/// A connection pool to one service.
#[derive(Clone, Debug)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
}

/// A service did not do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// No answer: refused, cut off, too late.
    #[error("no answer from {url}: {error}")]
    NoAnswer {
        /// What was asked.
        url: String,
        /// Why there was none.
        #[source]
        error: Box<ureq::Error>,
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
    /// Introduces itself to the service at `addr`; that takes the service a while.
    pub fn connect(addr: SocketAddr) -> Result<Self, ServiceError> {
        let config = ureq::Agent::config_builder()
            .max_idle_connections(256)
            .max_idle_connections_per_host(256)
            .http_status_as_error(false)
            .build();
        let client = Self { agent: config.into(), base: format!("http://{addr}") };
        let serde::de::IgnoredAny = client.get(GREETING)?;
        Ok(client)
    }

    /// What the service has to say about `path`, if it says so before the deadline of the call.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ServiceError> {
        let url = format!("{}{path}", self.base);
        let request = self.agent.get(&url).header(REQUEST, current_request().to_string());
        let patience = Deadline::current().map_or(PATIENCE, Deadline::remaining);
        let request = request.config().timeout_global(Some(patience)).build();
        let no_answer = |error| ServiceError::NoAnswer { url: url.clone(), error: Box::new(error) };
        let mut answer = request.call().map_err(no_answer)?;
        // Read to the end whatever the status: only then can the connection be used again.
        let body = answer.body_mut().read_to_string().map_err(no_answer)?;
        match answer.status().as_u16() {
            200 => {
                serde_json::from_str(&body).map_err(|error| ServiceError::Nonsense { url, error })
            }
            status => Err(ServiceError::Status { url, status }),
        }
    }
}

thread_local! {
    static CURRENT: Cell<u64> = const { Cell::new(0) };
}

/// The number of the request this thread works for; it goes with every call, as trace ids do.
pub fn current_request() -> u64 {
    CURRENT.get()
}

/// Runs `f` for the request with this number.
pub fn for_request<R>(number: u64, f: impl FnOnce() -> R) -> R {
    let before = CURRENT.replace(number);
    let answer = f();
    CURRENT.set(before);
    answer
}
