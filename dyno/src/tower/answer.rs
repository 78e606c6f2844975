//! Refusals as answers.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum_core::response::{IntoResponse, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

/// Errors are answers; made by [`answer`].
#[derive(Clone, Copy, Debug, Default)]
pub struct AnswerLayer(());

/// Answers with what an error is [as a response](IntoResponse), so that the service never fails, as
/// axum asks of its layers: to be put outermost, above all others of dyno.
///
/// ```
/// use std::time::Duration;
/// use dyno::limit::Bulkhead;
/// use dyno::tower;
///
/// let layers = (
///     tower::answer(),
///     tower::bulkhead(Bulkhead::new("search", 100)),
///     tower::timeout(Duration::from_secs(2)),
///     tower::wrap(),
/// );
/// // Router::new().route("/search", get(search)).layer(layers)
/// # let _ = layers;
/// ```
#[must_use]
pub const fn answer() -> AnswerLayer {
    AnswerLayer(())
}

impl<S> Layer<S> for AnswerLayer {
    type Service = AnswerService<S>;
    fn layer(&self, inner: S) -> AnswerService<S> {
        AnswerService { inner }
    }
}

/// A service that answers with its errors; made by [`answer`].
///
/// It is always ready: one that fails to become ready answers with that as well, so a clone of what
/// is within is made ready for each request, as axum does.
#[derive(Clone, Debug)]
pub struct AnswerService<S> {
    inner: S,
}

impl<S, Req> Service<Req> for AnswerService<S>
where
    S: Service<Req> + Clone,
    S::Response: IntoResponse,
    S::Error: IntoResponse,
{
    type Response = Response;
    type Error = Infallible;
    type Future = AnswerFuture<S, Req, S::Future>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Req) -> Self::Future {
        let call = Some((self.inner.clone(), request));
        AnswerFuture { state: State::Readies { call } }
    }
}

pin_project! {
    /// The future of an [`AnswerService`].
    pub struct AnswerFuture<S, Req, F> {
        #[pin]
        state: State<S, Req, F>,
    }
}

pin_project! {
    #[project = Stage]
    enum State<S, Req, F> {
        Readies { call: Option<(S, Req)> },
        Called { #[pin] inner: F },
    }
}

impl<S, Req, F> Future for AnswerFuture<S, Req, F>
where
    S: Service<Req, Future = F>,
    S::Response: IntoResponse,
    S::Error: IntoResponse,
    F: Future<Output = Result<S::Response, S::Error>>,
{
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let inner = match state.as_mut().project() {
                Stage::Readies { call } => {
                    let (service, _) = call.as_mut().expect(super::OVER);
                    let ready = ready!(service.poll_ready(cx));
                    let (mut service, request) = call.take().expect(super::OVER);
                    match ready {
                        Ok(()) => service.call(request),
                        Err(error) => return Poll::Ready(Ok(error.into_response())),
                    }
                }
                Stage::Called { inner } => {
                    let outcome = ready!(inner.poll(cx));
                    return Poll::Ready(Ok(outcome.into_response()));
                }
            };
            state.set(State::Called { inner });
        }
    }
}

impl<S, Req, F> fmt::Debug for AnswerFuture<S, Req, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnswerFuture")
    }
}
