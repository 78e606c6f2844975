//! Room for a fault in the error of a service.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::fault::Error;

/// Makes the error `E` of a service [`dyno::Error<E>`](crate::Error), in which dyno's layers can
/// refuse a call: to be put innermost, below all of them.
///
/// As `wrap` in an attribute. A service whose error [carries a fault](super::CarriesFault) needs none.
/// Nor is it for an error in which policies further in have put theirs: within what is wrapped no fault is
/// looked for, so it would count as a failure of the service.
#[derive(Clone, Copy, Debug, Default)]
pub struct WrapLayer(());

/// See [`WrapLayer`].
#[must_use]
pub const fn wrap() -> WrapLayer {
    WrapLayer(())
}

impl<S> Layer<S> for WrapLayer {
    type Service = WrapService<S>;
    fn layer(&self, inner: S) -> WrapService<S> {
        WrapService { inner }
    }
}

/// A service with room for a fault in its error; made by [`wrap`].
#[derive(Clone, Copy, Debug)]
pub struct WrapService<S> {
    inner: S,
}

impl<S: Service<Req>, Req> Service<Req> for WrapService<S> {
    type Response = S::Response;
    type Error = Error<S::Error>;
    type Future = WrapFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx).map_err(Error::Inner)
    }

    fn call(&mut self, request: Req) -> Self::Future {
        WrapFuture { inner: self.inner.call(request) }
    }
}

pin_project! {
    /// The future of a [`WrapService`].
    #[derive(Debug)]
    pub struct WrapFuture<F> {
        #[pin]
        inner: F,
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> Future for WrapFuture<F> {
    type Output = Result<T, Error<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(ready!(self.project().inner.poll(cx)).map_err(Error::Inner))
    }
}
