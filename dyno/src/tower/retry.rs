//! A retry as a layer.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::carries::CarriesFault;
use super::judge::{self, ByOutcome, Judge, judged};
use crate::retry::{OwnAttempts, Pausing, Retry, Tries};

/// Calls are tried again; made by [`retry`].
#[derive(Clone, Copy)]
pub struct RetryLayer<J = ByOutcome, C = Cloned> {
    retry: Retry,
    who: Tries,
    copies: C,
    judge: J,
}

/// Calls the service again when it fails, by the rule of `retry`.
///
/// A request is needed once more for that: it must be `Clone`, or be [copied](RetryLayer::copying) by
/// a function of yours, and is copied only where a further attempt may follow. An `http::Request` is
/// `Clone` when its body is. Every further attempt is made by a clone of the service, once that is
/// ready; a service that fails to become ready ends the retry.
///
/// No attempt is made before the `Retry-After` of a response, nor by dyno's own rejections unless the
/// retry [says so](Retry::rejected).
///
/// ```
/// use std::time::Duration;
/// use dyno::retry::Retry;
/// use dyno::tower;
///
/// const GENTLY: Retry = Retry::new(3).delay(Duration::from_millis(100));
/// let layer = tower::retry(GENTLY).named("search");
/// # let _ = layer;
/// ```
#[track_caller]
#[must_use]
pub const fn retry(retry: Retry) -> RetryLayer {
    RetryLayer { retry, who: Tries::at(Location::caller()), copies: Cloned(()), judge: ByOutcome }
}

impl<J, C> RetryLayer<J, C> {
    /// Events are told under this name, and not under the file and line of the layer.
    #[must_use]
    pub fn named(mut self, name: &'static str) -> Self {
        self.who = Tries::named(name);
        self
    }

    /// Requests are copied by `copy`; those of which it makes none are not tried again.
    ///
    /// ```
    /// use dyno::retry::Retry;
    /// use dyno::tower;
    /// # struct Request;
    /// # impl Request { fn try_clone(&self) -> Option<Request> { None } }
    /// // As of `reqwest`, where a body that is a stream cannot be cloned.
    /// let layer = tower::retry(Retry::new(3)).copying(Request::try_clone);
    /// # drop(layer);
    /// ```
    #[must_use]
    pub fn copying<Req, F: Fn(&Req) -> Option<Req>>(self, copy: F) -> RetryLayer<J, CopiedBy<F>> {
        let Self { retry, who, copies: _, judge } = self;
        RetryLayer { retry, who, copies: CopiedBy(copy), judge }
    }
}

judged!(RetryLayer<J, C> { retry, who, copies });

/// Makes another request of one.
pub trait Copies<Req> {
    /// Another one, if it can be had.
    fn copy(&self, request: &Req) -> Option<Req>;
}

/// Requests are `Clone`.
#[derive(Clone, Copy, Debug)]
pub struct Cloned(());

impl<Req: Clone> Copies<Req> for Cloned {
    #[inline]
    fn copy(&self, request: &Req) -> Option<Req> {
        Some(request.clone())
    }
}

/// Requests are copied by a function.
#[derive(Clone, Copy)]
pub struct CopiedBy<F>(F);

impl<Req, F: Fn(&Req) -> Option<Req>> Copies<Req> for CopiedBy<F> {
    fn copy(&self, request: &Req) -> Option<Req> {
        (self.0)(request)
    }
}

impl<F> fmt::Debug for CopiedBy<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CopiedBy")
    }
}

impl<J, C> fmt::Debug for RetryLayer<J, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RetryLayer").field(&self.retry).finish()
    }
}

impl<S, J: Clone, C: Clone> Layer<S> for RetryLayer<J, C> {
    type Service = RetryService<S, J, C>;
    fn layer(&self, inner: S) -> Self::Service {
        RetryService { inner, layer: self.clone() }
    }
}

/// A service that is called again; made by [`retry`].
#[derive(Clone, Debug)]
pub struct RetryService<S, J = ByOutcome, C = Cloned> {
    inner: S,
    layer: RetryLayer<J, C>,
}

impl<S, J, C, Req> Service<Req> for RetryService<S, J, C>
where
    S: Service<Req> + Clone,
    S::Error: CarriesFault,
    J: Judge<S::Response, S::Error> + Clone,
    C: Copies<Req> + Clone,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = RetryFuture<S, Req, S::Future, J, C>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Req) -> Self::Future {
        let RetryLayer { retry, who, copies, judge } = self.layer.clone();
        let attempts = OwnAttempts::start(who, retry);
        let copy = attempts.may_follow().then(|| copies.copy(&request)).flatten();
        // What is ready makes the first attempt, its clone the others.
        let again = copy.map(|request| (self.inner.clone(), request));
        let state = State::Called { inner: self.inner.call(request) };
        RetryFuture { again, attempts, copies, judge, state }
    }
}

pin_project! {
    /// The future of a [`RetryService`].
    pub struct RetryFuture<S, Req, F, J, C> {
        // What another attempt is made with.
        again: Option<(S, Req)>,
        attempts: OwnAttempts,
        copies: C,
        judge: J,
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = Stage]
    enum State<F> {
        Called { #[pin] inner: F },
        Pauses { pause: Pausing },
        Readies,
        Over,
    }
}

impl<S, Req, T, E, F, J, C> Future for RetryFuture<S, Req, F, J, C>
where
    S: Service<Req, Response = T, Error = E, Future = F> + Clone,
    F: Future<Output = Result<T, E>>,
    E: CarriesFault,
    J: Judge<T, E>,
    C: Copies<Req>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.state.as_mut().project() {
                Stage::Called { inner } => {
                    let outcome = {
                        let _mark = this.attempts.mark();
                        ready!(inner.poll(cx))
                    };
                    this.state.set(State::Over);
                    let (verdict, asks) = judge::asks(this.judge, &outcome);
                    if this.again.is_none() && verdict.is_failure() && this.attempts.may_follow() {
                        // It could not be copied.
                        return Poll::Ready(outcome);
                    }
                    let Some(pause) = this.attempts.next(verdict, asks) else {
                        return Poll::Ready(outcome);
                    };
                    // What a failure holds is let go before the pause.
                    drop(outcome);
                    State::Pauses { pause: pause.begin() }
                }
                Stage::Pauses { pause } => {
                    ready!(Pin::new(pause).poll(cx));
                    State::Readies
                }
                Stage::Readies => {
                    let _mark = this.attempts.mark();
                    let (service, _) = this.again.as_mut().expect(super::OVER);
                    if let Err(error) = ready!(service.poll_ready(cx)) {
                        this.state.set(State::Over);
                        return Poll::Ready(Err(error));
                    }
                    let (mut service, request) = this.again.take().expect(super::OVER);
                    let copies = &this.copies;
                    let copy = this.attempts.may_follow().then(|| copies.copy(&request)).flatten();
                    *this.again = copy.map(|request| (service.clone(), request));
                    State::Called { inner: service.call(request) }
                }
                Stage::Over => panic!("{}", super::OVER),
            };
            this.state.set(next);
        }
    }
}

impl<S, Req, F, J, C> fmt::Debug for RetryFuture<S, Req, F, J, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RetryFuture").field(&self.attempts).finish()
    }
}
