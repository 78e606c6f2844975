//! Layers that let a call in at once, later or not at all: bulkheads and rates.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::{fmt, mem};

use pin_project_lite::pin_project;
use tower_service::Service;

use super::carries::CarriesFault;
use crate::fault::Fault;

/// A wait for leave. Boxed: who waits has time, and who does not makes none.
pub(super) type Wait<P> = Pin<Box<dyn Future<Output = Result<P, Fault>> + Send>>;

/// Who lets calls in.
#[doc(hidden)]
pub trait Gate: Clone {
    /// What is held while a call is made.
    type Permit: Send + 'static;

    /// In at once, or turned away at once; `None` where it has to wait.
    fn enter(&self) -> Option<Result<Self::Permit, Fault>>;

    /// In, after a wait.
    fn wait(&self) -> Wait<Self::Permit>;
}

/// A service behind a gate: a bulkhead or a rate.
///
/// A call is let in when it is made, not while the service is merely ready. One that has to wait
/// takes along the service that was ready for it, and leaves a clone in its place.
#[derive(Clone, Debug)]
pub struct GatedService<S, G> {
    inner: S,
    gate: G,
}

impl<S, G> GatedService<S, G> {
    pub(super) const fn new(inner: S, gate: G) -> Self {
        Self { inner, gate }
    }
}

impl<S, G, Req> Service<Req> for GatedService<S, G>
where
    S: Service<Req> + Clone,
    S::Error: CarriesFault,
    G: Gate,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = GatedFuture<S, G::Permit, Req, S::Future, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Req) -> Self::Future {
        let state = match self.gate.enter() {
            Some(Ok(permit)) => {
                State::Called { inner: self.inner.call(request), permit: Some(permit) }
            }
            Some(Err(fault)) => State::Refused { error: Some(fault.into()) },
            None => {
                let next = self.inner.clone();
                let ready = mem::replace(&mut self.inner, next);
                State::Waits { wait: self.gate.wait(), call: Some((ready, request)) }
            }
        };
        GatedFuture { state }
    }
}

pin_project! {
    /// The future of a [`GatedService`].
    pub struct GatedFuture<S, P, Req, F, E> {
        #[pin]
        state: State<S, P, Req, F, E>,
    }
}

pin_project! {
    #[project = Stage]
    enum State<S, P, Req, F, E> {
        Waits { wait: Wait<P>, call: Option<(S, Req)> },
        Called { #[pin] inner: F, permit: Option<P> },
        Refused { error: Option<E> },
        Over,
    }
}

impl<S, P, Req, F, T, E> Future for GatedFuture<S, P, Req, F, E>
where
    S: Service<Req, Response = T, Error = E, Future = F>,
    F: Future<Output = Result<T, E>>,
    E: CarriesFault,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                Stage::Waits { wait, call } => {
                    let admitted = ready!(wait.as_mut().poll(cx));
                    let (mut ready, request) = call.take().expect(super::OVER);
                    match admitted {
                        Ok(permit) => {
                            State::Called { inner: ready.call(request), permit: Some(permit) }
                        }
                        Err(fault) => State::Refused { error: Some(fault.into()) },
                    }
                }
                Stage::Called { inner, permit } => {
                    // Out of the future meanwhile: a panic gives it back, whenever that is dropped.
                    let held = permit.take();
                    let Poll::Ready(outcome) = inner.poll(cx) else {
                        *permit = held;
                        return Poll::Pending;
                    };
                    // The call is gone when its place is free.
                    state.set(State::Over);
                    drop(held);
                    return Poll::Ready(outcome);
                }
                Stage::Refused { error } => {
                    let error = error.take().expect(super::OVER);
                    state.set(State::Over);
                    return Poll::Ready(Err(error));
                }
                Stage::Over => panic!("{}", super::OVER),
            };
            state.set(next);
        }
    }
}

impl<S, P, Req, F, E> fmt::Debug for GatedFuture<S, P, Req, F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GatedFuture")
    }
}
