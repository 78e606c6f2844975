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
use crate::outcome::Asks;
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
/// `Clone` when its body is. Every further attempt is made by another clone of the service, once that
/// is ready; an attempt for which it does not become ready has failed.
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
pub struct Cloned(pub(super) ());

impl<Req: Clone> Copies<Req> for Cloned {
    #[inline]
    fn copy(&self, request: &Req) -> Option<Req> {
        Some(request.clone())
    }
}

/// Requests are copied by a function.
#[derive(Clone, Copy)]
pub struct CopiedBy<F>(pub(super) F);

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
        // What other attempts are made with: never called, so that all are clones of what is whole.
        again: Option<(S, Req)>,
        attempts: OwnAttempts,
        copies: C,
        judge: J,
        #[pin]
        state: State<S, F>,
    }
}

pin_project! {
    #[project = Stage]
    enum State<S, F> {
        Called { #[pin] inner: F },
        Pauses { pause: Pausing },
        Readies { service: S },
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

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let this = self.as_mut().project();
            // From the second attempt on all that is done is done once more.
            let mark = this.attempts.mark();
            let mut state = this.state;
            let outcome = match state.as_mut().project() {
                Stage::Called { inner } => ready!(inner.poll(cx)),
                Stage::Pauses { pause } => {
                    ready!(Pin::new(pause).poll(cx));
                    let (service, _) = this.again.as_ref().expect(super::OVER);
                    let service = service.clone();
                    state.set(State::Readies { service });
                    continue;
                }
                Stage::Readies { service } => match ready!(service.poll_ready(cx)) {
                    Ok(()) => {
                        let request = another(this.again, this.copies, this.attempts);
                        let inner = service.call(request);
                        state.set(State::Called { inner });
                        continue;
                    }
                    Err(error) => Err(error),
                },
                Stage::Over => panic!("{}", super::OVER),
            };
            state.set(State::Over);
            drop(mark);
            if let Some(outcome) = self.as_mut().ended(outcome) {
                return Poll::Ready(outcome);
            }
        }
    }
}

/// The request of a further attempt; a copy stays for yet another one, where that may follow.
fn another<S, Req>(
    again: &mut Option<(S, Req)>,
    copies: &impl Copies<Req>,
    attempts: &OwnAttempts,
) -> Req {
    let (service, request) = again.take().expect(super::OVER);
    let copy = attempts.may_follow().then(|| copies.copy(&request)).flatten();
    *again = copy.map(|copy| (service, copy));
    request
}

impl<S, Req, F, J, C> RetryFuture<S, Req, F, J, C> {
    /// An attempt has ended: the outcome of all, or none where another one follows.
    fn ended<T, E: CarriesFault>(
        self: Pin<&mut Self>,
        outcome: Result<T, E>,
    ) -> Option<Result<T, E>>
    where
        J: Judge<T, E>,
    {
        let mut this = self.project();
        let (verdict, mut asks) = judge::asks(this.judge, &outcome);
        if this.again.is_none() && this.attempts.may_follow() {
            asks = Asks::Once;
        }
        let Some(pause) = this.attempts.next(verdict, asks) else { return Some(outcome) };
        // What a failure holds is let go before the pause.
        drop(outcome);
        this.state.set(State::Pauses { pause: pause.begin() });
        None
    }
}

impl<S, Req, F, J, C> fmt::Debug for RetryFuture<S, Req, F, J, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RetryFuture").field(&self.attempts).finish()
    }
}
