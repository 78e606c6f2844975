//! Deadlines that go along with a request.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderMap, HeaderName, HeaderValue, Request};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::carries::CarriesFault;
use crate::deadline::{Deadline, HEADER};
use crate::fault::{Fault, Reason};
use crate::point::{self, Event};

/// Requests take the deadline along; made by [`deadline_out`].
#[derive(Clone, Debug)]
pub struct DeadlineOutLayer {
    header: HeaderName,
    name: &'static str,
}

/// Writes what is left of the deadline in force into the header
/// [`dyno-timeout`](crate::deadline::HEADER) of every request, where [`deadline`](super::deadline)
/// reads it. A request that is made when nothing is left is refused.
///
/// It belongs below what makes deadlines, such as a [`timeout`](super::timeout), and below a
/// [`retry`](super::retry), of which every attempt has less time left.
#[must_use]
pub const fn deadline_out() -> DeadlineOutLayer {
    DeadlineOutLayer { header: HeaderName::from_static(HEADER), name: "deadline" }
}

impl DeadlineOutLayer {
    /// Writes another header of the same syntax, such as gRPC's own `grpc-timeout`.
    #[must_use]
    pub fn header(mut self, header: HeaderName) -> Self {
        self.header = header;
        self
    }

    /// Refusals are told under this name, and not under `deadline`.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    fn write(&self, headers: &mut HeaderMap) -> Result<(), Fault> {
        let Some(deadline) = Deadline::current() else { return Ok(()) };
        if deadline.is_spent() {
            let fault = Fault::rejected(self.name, Reason::DeadlineSpent, None);
            if point::observed() {
                point::emit(self.name, &Event::Rejected { fault: &fault });
            }
            return Err(fault);
        }
        // Digits and a letter.
        if let Ok(left) = HeaderValue::try_from(deadline.to_string()) {
            headers.insert(self.header.clone(), left);
        }
        Ok(())
    }
}

/// A request with headers: that of `http`, and with the feature `http` that of `reqwest`.
pub trait Headed {
    /// Its headers.
    fn headers_mut(&mut self) -> &mut HeaderMap;
}

impl<B> Headed for Request<B> {
    fn headers_mut(&mut self) -> &mut HeaderMap {
        self.headers_mut()
    }
}

#[cfg(feature = "http")]
impl Headed for reqwest::Request {
    fn headers_mut(&mut self) -> &mut HeaderMap {
        self.headers_mut()
    }
}

impl<S> Layer<S> for DeadlineOutLayer {
    type Service = DeadlineOutService<S>;
    fn layer(&self, inner: S) -> DeadlineOutService<S> {
        DeadlineOutService { inner, layer: self.clone() }
    }
}

/// A service whose requests take the deadline along; made by [`deadline_out`].
#[derive(Clone, Debug)]
pub struct DeadlineOutService<S> {
    inner: S,
    layer: DeadlineOutLayer,
}

impl<S, Req> Service<Req> for DeadlineOutService<S>
where
    S: Service<Req>,
    S::Error: CarriesFault,
    Req: Headed,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = DeadlineOutFuture<S::Future, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Req) -> Self::Future {
        match self.layer.write(request.headers_mut()) {
            Ok(()) => DeadlineOutFuture { inner: Some(self.inner.call(request)), refused: None },
            Err(fault) => DeadlineOutFuture { inner: None, refused: Some(fault.into()) },
        }
    }
}

pin_project! {
    /// The future of a [`DeadlineOutService`].
    pub struct DeadlineOutFuture<F, E> {
        #[pin]
        inner: Option<F>,
        refused: Option<E>,
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> Future for DeadlineOutFuture<F, E> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.refused.take() {
            Some(error) => Poll::Ready(Err(error)),
            None => this.inner.as_pin_mut().expect(super::OVER).poll(cx),
        }
    }
}

impl<F, E> fmt::Debug for DeadlineOutFuture<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeadlineOutFuture")
    }
}
