//! A fallback as a layer.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::carries::{CarriesFault, Said};
use super::judge::{self, ByOutcome, Judge, judged};
use crate::fallback::{fallback_failed, fell_back, point_named};
use crate::outcome::Verdict;
use crate::point::Point;

/// Something stands in for what fails; made by [`fallback`].
#[derive(Clone, Copy)]
pub struct FallbackLayer<J, F> {
    stand_in: F,
    point: &'static Point,
    judge: J,
}

/// Gives what `stand_in` makes of an outcome that is a failure, or a refusal by dyno.
///
/// How often it did is told by [`fallback::count`](crate::fallback::count).
///
/// ```
/// use dyno::tower;
///
/// let layer = tower::fallback(|_failed: Result<&str, dyno::Fault>| Ok("from the cache"))
///     .errors_only()
///     .named("search");
/// # let _ = layer;
/// ```
#[track_caller]
pub fn fallback<T, E, F>(stand_in: F) -> FallbackLayer<ByOutcome, F>
where
    F: Fn(Result<T, E>) -> Result<T, E>,
{
    let at = Location::caller();
    let point = point_named(&format!("{}:{}", at.file(), at.line()));
    FallbackLayer { stand_in, point, judge: ByOutcome }
}

impl<J, F> FallbackLayer<J, F> {
    /// It is counted and told of under this name, and not under the file and line of the layer.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.point = point_named(name);
        self
    }
}

judged!(FallbackLayer<J, S> { stand_in, point });

impl<S, J: Clone, F: Clone> Layer<S> for FallbackLayer<J, F> {
    type Service = FallbackService<S, J, F>;
    fn layer(&self, inner: S) -> Self::Service {
        FallbackService { inner, layer: self.clone() }
    }
}

impl<J, F> fmt::Debug for FallbackLayer<J, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FallbackLayer({})", self.point)
    }
}

/// A service for whose failures something stands in; made by [`fallback`].
#[derive(Clone, Copy, Debug)]
pub struct FallbackService<S, J, F> {
    inner: S,
    layer: FallbackLayer<J, F>,
}

impl<S, J, F, Req> Service<Req> for FallbackService<S, J, F>
where
    S: Service<Req>,
    S::Error: CarriesFault,
    J: Judge<S::Response, S::Error> + Clone,
    F: Fn(Result<S::Response, S::Error>) -> Result<S::Response, S::Error> + Clone,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = FallbackFuture<S::Future, J, F>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Req) -> Self::Future {
        FallbackFuture { inner: Some(self.inner.call(request)), layer: self.layer.clone() }
    }
}

pin_project! {
    /// The future of a [`FallbackService`].
    pub struct FallbackFuture<U, J, F> {
        #[pin]
        inner: Option<U>,
        layer: FallbackLayer<J, F>,
    }
}

impl<T, E, U, J, F> Future for FallbackFuture<U, J, F>
where
    E: CarriesFault,
    U: Future<Output = Result<T, E>>,
    J: Judge<T, E>,
    F: Fn(Result<T, E>) -> Result<T, E>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let inner = this.inner.as_mut().as_pin_mut().expect(super::OVER);
        let outcome = ready!(inner.poll(cx));
        this.inner.set(None);
        let FallbackLayer { stand_in, point, judge } = this.layer;
        let refused = matches!(judge::said(&outcome), Said::Refused(_));
        if !refused && judge::verdict(judge, &outcome) != Verdict::Failure {
            return Poll::Ready(outcome);
        }
        fell_back(point, refused);
        let instead = stand_in(outcome);
        if judge::verdict(judge, &instead) != Verdict::Success {
            fallback_failed(point);
        }
        Poll::Ready(instead)
    }
}

impl<U, J, F> fmt::Debug for FallbackFuture<U, J, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FallbackFuture({})", self.layer.point)
    }
}
