//! Metrics as a layer.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::carries::{CarriesFault, Said};
use super::judge::{self, ByOutcome, Judge, judged};
use super::policy::Policy;
use crate::metrics::{Call, Metrics};

/// Calls are counted; made by [`metrics()`].
#[derive(Clone, Debug)]
pub struct MetricsLayer<J = ByOutcome> {
    metrics: Policy<Metrics>,
    judge: J,
}

/// Counts calls under a name, how they ended and how long they took: until the response is there, not
/// until its body is read.
///
/// ```
/// use dyno::metrics::Metrics;
/// use dyno::tower;
///
/// static SEARCH: Metrics = Metrics::new("search");
/// let layers = (tower::metrics(&SEARCH), tower::metrics("search")); // the same
/// # drop(layers);
/// ```
pub fn metrics(metrics: impl Into<Policy<Metrics>>) -> MetricsLayer {
    MetricsLayer { metrics: metrics.into(), judge: ByOutcome }
}

judged!(MetricsLayer<J> { metrics });

impl<S, J: Clone> Layer<S> for MetricsLayer<J> {
    type Service = MetricsService<S, J>;
    fn layer(&self, inner: S) -> Self::Service {
        MetricsService { inner, layer: self.clone() }
    }
}

/// A service whose calls are counted; made by [`metrics()`].
#[derive(Clone, Debug)]
pub struct MetricsService<S, J = ByOutcome> {
    inner: S,
    layer: MetricsLayer<J>,
}

impl<S, J, Req> Service<Req> for MetricsService<S, J>
where
    S: Service<Req>,
    S::Error: CarriesFault,
    J: Judge<S::Response, S::Error> + Clone,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = MetricsFuture<S::Future, J>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Req) -> Self::Future {
        let (call, judge) = (self.layer.metrics.start(), self.layer.judge.clone());
        MetricsFuture { inner: self.inner.call(request), call: Some(call), judge }
    }
}

pin_project! {
    /// The future of a [`MetricsService`].
    pub struct MetricsFuture<F, J> {
        #[pin]
        inner: F,
        call: Option<Call>,
        judge: J,
    }
}

impl<T, E, F, J> Future for MetricsFuture<F, J>
where
    E: CarriesFault,
    F: Future<Output = Result<T, E>>,
    J: Judge<T, E>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // Out of the future meanwhile: a panic ends it here, whenever the future is dropped.
        let call = this.call.take();
        let Poll::Ready(outcome) = this.inner.poll(cx) else {
            *this.call = call;
            return Poll::Pending;
        };
        if let Some(call) = call {
            match judge::said(&outcome) {
                Said::Nothing => call.end(this.judge.verdict(&outcome)),
                Said::TimedOut => call.failure(),
                Said::Refused(reason) => call.reject(reason),
            }
        }
        Poll::Ready(outcome)
    }
}

impl<F, J> fmt::Debug for MetricsFuture<F, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetricsFuture")
    }
}
