//! A fault as the answer of a server.

use std::time::Duration;

use axum_core::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use crate::fault::{Error, Fault, Reason};

/// The answer of a server that could not do what it was asked to, because dyno would not.
///
/// | fault | status |
/// |---|---|
/// | rejected because of a rate | 429 Too Many Requests |
/// | rejected for any other reason, no target, a shared store that fails | 503 Service Unavailable |
/// | timed out | 504 Gateway Timeout |
/// | a dependency that could not be built, a filter that failed | 500 Internal Server Error |
///
/// The last two are a mistake in this program or in its configuration: to come back later, as 503
/// asks one to, does not help. `Retry-After` is in whole seconds, rounded up, where it is known when
/// another try may be worth while. The body is a line of text; it names no point, no target and no
/// error, which are nobody's business outside.
impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (status, text) = told(&self);
        let mut response = (status, format!("{text}\n")).into_response();
        let after = self.retry_after().filter(|_| status != StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(after) = after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds(after)));
        }
        response
    }
}

/// That of the fault, or of the error.
impl<E: IntoResponse> IntoResponse for Error<E> {
    fn into_response(self) -> Response {
        match self {
            Self::Fault(fault) => fault.into_response(),
            Self::Inner(error) => error.into_response(),
        }
    }
}

fn told(fault: &Fault) -> (StatusCode, &'static str) {
    const DOWN: StatusCode = StatusCode::SERVICE_UNAVAILABLE;
    match fault {
        Fault::Rejected { reason, .. } => match reason {
            Reason::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "too many requests"),
            Reason::BulkheadFull | Reason::Shed => (DOWN, "too much is under way"),
            Reason::DeadlineSpent => (DOWN, "there is not enough time left"),
            Reason::FuseOff => (DOWN, "this is switched off"),
            _ => (DOWN, "this is not available now"),
        },
        Fault::TimedOut { .. } => (StatusCode::GATEWAY_TIMEOUT, "it took too long"),
        Fault::NoTarget { .. } | Fault::Store { .. } => (DOWN, "this is not available now"),
        Fault::Inject(_) | Fault::Aspect(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "something is wrong with this server")
        }
    }
}

/// Whole ones, rounded up.
fn seconds(after: Duration) -> u64 {
    after.as_secs().saturating_add(u64::from(after.subsec_nanos() != 0))
}
