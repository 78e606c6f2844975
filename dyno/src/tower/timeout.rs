//! A time-out as a layer.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::carries::CarriesFault;
use crate::timeout::{Limit, Whose, checked};

/// No longer than that; made by [`timeout`].
#[derive(Clone, Copy, Debug)]
pub struct TimeoutLayer {
    who: Whose,
    limit: u64,
}

/// Ends calls that are late, and makes the limit the [`Deadline`](crate::Deadline) of all that is
/// called within.
///
/// What is late is dropped before its caller hears of it. Where the deadline in force has passed
/// already, the service is not called. The time to wait for a response counts, not that to read its
/// body, nor that until the service is ready.
///
/// # Panics
/// When `limit` is zero.
#[track_caller]
#[must_use]
pub const fn timeout(limit: Duration) -> TimeoutLayer {
    TimeoutLayer { who: Whose::Place(Location::caller()), limit: checked(limit) }
}

impl TimeoutLayer {
    /// Faults and events are told under this name, and not under the file and line of the layer.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.who = Whose::Name(name);
        self
    }
}

impl<S> Layer<S> for TimeoutLayer {
    type Service = TimeoutService<S>;
    fn layer(&self, inner: S) -> TimeoutService<S> {
        TimeoutService { inner, layer: *self }
    }
}

/// A service under a limit; made by [`timeout`].
#[derive(Clone, Copy, Debug)]
pub struct TimeoutService<S> {
    inner: S,
    layer: TimeoutLayer,
}

impl<S, Req> Service<Req> for TimeoutService<S>
where
    S: Service<Req>,
    S::Error: CarriesFault,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = TimeoutFuture<S::Future, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Req) -> Self::Future {
        let TimeoutLayer { who, limit } = self.layer;
        let mut limit = Limit::new(who, limit);
        match limit.look() {
            Ok(()) => {
                let inner = Some(limit.run(|| self.inner.call(request)));
                TimeoutFuture { inner, limit, refused: None }
            }
            Err(late) => TimeoutFuture { inner: None, limit, refused: Some(late.fault().into()) },
        }
    }
}

pin_project! {
    /// The future of a [`TimeoutService`].
    pub struct TimeoutFuture<F, E> {
        #[pin]
        inner: Option<F>,
        limit: Limit,
        refused: Option<E>,
    }
}

impl<T, E, F> Future for TimeoutFuture<F, E>
where
    E: CarriesFault,
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(error) = this.refused.take() {
            return Poll::Ready(Err(error));
        }
        let inner = this.inner.as_mut().as_pin_mut().expect(super::OVER);
        let ended = ready!(this.limit.poll(inner, cx));
        // With all that it holds, before anybody is told.
        this.inner.set(None);
        Poll::Ready(ended.unwrap_or_else(|late| Err(late.fault().into())))
    }
}

impl<F, E> std::fmt::Debug for TimeoutFuture<F, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TimeoutFuture")
    }
}
