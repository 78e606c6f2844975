//! Before a connection is made.

use std::error::Error;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use super::room::{self, Ticket};

type AnyError = Box<dyn Error + Send + Sync>;

/// Lets connections be made as there is [room](room) for them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounded;

impl<S> Layer<S> for Bounded {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Connector<S> {
        Connector { inner }
    }
}

/// What makes connections.
#[derive(Clone, Debug)]
pub(super) struct Connector<S> {
    inner: S,
}

impl<S, R> Service<R> for Connector<S>
where
    S: Service<R, Error = AnyError> + Clone + Send + 'static,
    S::Response: Send,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = AnyError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, AnyError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), AnyError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, to: R) -> Self::Future {
        // The one that is ready, and not its clone.
        let clone = self.inner.clone();
        let mut ready = mem::replace(&mut self.inner, clone);
        let Some(ticket) = Ticket::polled() else { return Box::pin(ready.call(to)) };
        Box::pin(async move {
            let made = room::connect(ticket, || ready.call(to)).await;
            made.unwrap_or_else(|| Err("another connection has become free".into()))
        })
    }
}
