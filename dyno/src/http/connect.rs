//! Before a connection is made.

use std::any::Any;
use std::error::Error;
use std::future::{Future, poll_fn, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use super::room::{self, Ticket};

type AnyError = Box<dyn Error + Send + Sync>;

/// What makes the connections of a client, as reqwest has put it together.
#[derive(Clone, Default)]
pub(super) struct Maker(Arc<OnceLock<Box<dyn Any + Send + Sync>>>);

impl Maker {
    fn get<S: Clone + 'static>(&self) -> Option<S> {
        self.0.get()?.downcast_ref().cloned()
    }
}

/// Lets connections be made as there is [room](room) for them.
#[derive(Clone)]
pub(super) struct Bounded(pub(super) Maker);

impl<S: Send + Sync + 'static> Layer<S> for Bounded {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Connector<S> {
        self.0.0.get_or_init(|| Box::new(inner));
        Connector(PhantomData)
    }
}

/// Makes connections by what the request that is polled brings along.
///
/// It has nothing of its own: reqwest boxes its connector and clones it six times for each request,
/// whether a connection is made or not, and a box of nothing is not allocated.
pub(super) struct Connector<S>(PhantomData<fn() -> S>);

impl<S> Clone for Connector<S> {
    fn clone(&self) -> Self {
        Self(PhantomData)
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
        let asked = Ticket::polled().and_then(|ticket| Some((ticket.maker().get::<S>()?, ticket)));
        let Some((mut inner, ticket)) = asked else {
            return Box::pin(ready(Err("no request asks for a connection".into())));
        };
        Box::pin(async move {
            let connecting = async {
                poll_fn(|cx| inner.poll_ready(cx)).await?;
                inner.call(to).await
            };
            let made = room::connect(ticket, connecting).await;
            made.unwrap_or_else(|| Err("another connection has become free".into()))
        })
    }
}
