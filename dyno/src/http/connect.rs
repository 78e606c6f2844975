//! Before a connection is made.

use std::error::Error;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
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
        Connector { inner: Arc::new(inner) }
    }
}

/// What makes connections.
///
/// reqwest clones it several times for each request, whether one is made or not, so clones share the
/// stack that is within.
#[derive(Debug)]
pub(super) struct Connector<S> {
    inner: Arc<S>,
}

impl<S> Clone for Connector<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<S, R> Service<R> for Connector<S>
where
    S: Service<R, Error = AnyError> + Clone + Send + Sync + 'static,
    S::Response: Send,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = AnyError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, AnyError>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), AnyError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: R) -> Self::Future {
        let mut inner = S::clone(&self.inner);
        let ticket = Ticket::polled();
        Box::pin(async move {
            let make = async {
                poll_fn(|cx| inner.poll_ready(cx)).await?;
                inner.call(to).await
            };
            let Some(ticket) = ticket else { return make.await };
            let made = room::connect(ticket, make).await;
            made.unwrap_or_else(|| Err("another connection has become free".into()))
        })
    }
}
