//! Deadlines that come with a request.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::clock::nanos;
use crate::deadline::{Deadline, HEADER};
use crate::timeout::{Limit, Whose, checked};

/// Requests are answered under the deadline that comes with them; made by [`deadline`].
#[derive(Clone, Debug)]
pub struct DeadlineLayer {
    header: HeaderName,
    at_most: Option<u64>,
    name: &'static str,
}

/// Answers every request under the deadline in its header [`dyno-timeout`](crate::deadline::HEADER),
/// which dyno's client and [`deadline_out`](super::deadline_out) write.
///
/// The deadline holds for all that is called within; nobody waits for an answer any longer when it
/// has passed, so what is late is dropped there, and 504 is the answer, at once where nothing is left
/// when the request comes. A header that is no deadline is answered with 400 and a text that says
/// what it is to be: to work on without the limit that somebody has set would be found out late.
///
/// It stands in a server, and changes no error: an axum `Router` takes it as it is.
#[must_use]
pub const fn deadline() -> DeadlineLayer {
    DeadlineLayer { header: HeaderName::from_static(HEADER), at_most: None, name: "deadline" }
}

impl DeadlineLayer {
    /// Reads another header of the same syntax, such as gRPC's own `grpc-timeout`.
    #[must_use]
    pub fn header(mut self, header: HeaderName) -> Self {
        self.header = header;
        self
    }

    /// No request has more time than this, whatever its header says, or where it has none.
    ///
    /// # Panics
    /// When it is zero.
    #[must_use]
    pub const fn at_most(mut self, limit: Duration) -> Self {
        self.at_most = Some(checked(limit));
        self
    }

    /// What is late is told of under this name, and not under `deadline`.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// What a request with these headers may take, in nanoseconds; nothing where it is not limited.
    fn limit(&self, headers: &HeaderMap) -> Result<Option<u64>, String> {
        let Some(value) = headers.get(&self.header) else { return Ok(self.at_most) };
        let wrong = |why: &dyn fmt::Display| format!("{}: {why}", self.header);
        let text = value.to_str().map_err(|_| wrong(&"no deadline: it is not even text"))?;
        let deadline: Deadline = text.parse().map_err(|error| wrong(&error))?;
        let left = nanos(deadline.remaining());
        Ok(Some(self.at_most.map_or(left, |most| most.min(left))))
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = DeadlineService<S>;
    fn layer(&self, inner: S) -> DeadlineService<S> {
        DeadlineService { inner, layer: self.clone() }
    }
}

/// A service that heeds the deadlines of requests; made by [`deadline`].
#[derive(Clone, Debug)]
pub struct DeadlineService<S> {
    inner: S,
    layer: DeadlineLayer,
}

impl<S, B, R> Service<Request<B>> for DeadlineService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = DeadlineFuture<S::Future, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let limit = match self.layer.limit(request.headers()) {
            Ok(None) => return DeadlineFuture::calling(self.inner.call(request), None),
            Ok(Some(limit)) => limit,
            Err(text) => return DeadlineFuture::answered(answer(StatusCode::BAD_REQUEST, text)),
        };
        let mut limit = Limit::begun(Whose::Name(self.layer.name), limit);
        if let Err(spent) = limit.look_begun() {
            let _told = spent.fault();
            return DeadlineFuture::answered(late());
        }
        let inner = limit.run(|| self.inner.call(request));
        DeadlineFuture::calling(inner, Some(limit))
    }
}

pin_project! {
    /// The future of a [`DeadlineService`].
    pub struct DeadlineFuture<F, R> {
        #[pin]
        inner: Option<F>,
        limit: Option<Limit>,
        answer: Option<Response<R>>,
    }
}

impl<F, R> DeadlineFuture<F, R> {
    const fn calling(inner: F, limit: Option<Limit>) -> Self {
        Self { inner: Some(inner), limit, answer: None }
    }

    const fn answered(answer: Response<R>) -> Self {
        Self { inner: None, limit: None, answer: Some(answer) }
    }
}

impl<R: From<String>, E, F: Future<Output = Result<Response<R>, E>>> Future
    for DeadlineFuture<F, R>
{
    type Output = Result<Response<R>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(answer) = this.answer.take() {
            return Poll::Ready(Ok(answer));
        }
        let inner = this.inner.as_mut().as_pin_mut().expect(super::OVER);
        let Some(limit) = this.limit else { return inner.poll(cx) };
        let ended = ready!(limit.poll(inner, cx));
        // With all that it holds, before anybody is told.
        this.inner.set(None);
        Poll::Ready(ended.unwrap_or_else(|ended| {
            let _told = ended.fault();
            Ok(late())
        }))
    }
}

impl<F, R> fmt::Debug for DeadlineFuture<F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeadlineFuture")
    }
}

fn late<R: From<String>>() -> Response<R> {
    answer(StatusCode::GATEWAY_TIMEOUT, "the deadline of the request has passed".to_owned())
}

fn answer<R: From<String>>(status: StatusCode, text: String) -> Response<R> {
    let mut answer = Response::new(text.into());
    *answer.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    answer
}
