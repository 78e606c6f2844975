//! A breaker as a layer.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::carries::CarriesFault;
use super::judge::{self, ByOutcome, Judge, judged};
use super::policy::{Held, Policy};
use crate::breaker::{Breaker, OwnedPermit, Permit, Report};
use crate::fault::Fault;
use crate::outcome::Verdict;

/// Calls go through a breaker; made by [`breaker`].
#[derive(Clone, Debug)]
pub struct BreakerLayer<J = ByOutcome> {
    breaker: Policy<Breaker>,
    judge: J,
}

/// Turns calls away while the breaker is open.
///
/// Leave is asked for when a request is called, not while the service is merely ready: that an open
/// breaker refuses is found out by a call. A call whose future is dropped counts as ignored, one that
/// panics as failed.
///
/// ```
/// use dyno::breaker::Breaker;
/// use dyno::tower;
///
/// static SEARCH: Breaker = Breaker::new("search").fail_max(3);
/// let layer = tower::breaker(&SEARCH).failing_status(|status| status.is_server_error());
/// # drop(layer);
/// ```
pub fn breaker(breaker: impl Into<Policy<Breaker>>) -> BreakerLayer {
    BreakerLayer { breaker: breaker.into(), judge: ByOutcome }
}

judged!(BreakerLayer<J> { breaker });

impl<S, J: Clone> Layer<S> for BreakerLayer<J> {
    type Service = BreakerService<S, J>;
    fn layer(&self, inner: S) -> Self::Service {
        let Self { breaker, judge } = self.clone();
        BreakerService { inner, breaker, judge }
    }
}

/// A service behind a breaker; made by [`breaker`].
#[derive(Clone, Debug)]
pub struct BreakerService<S, J = ByOutcome> {
    inner: S,
    breaker: Policy<Breaker>,
    judge: J,
}

impl<S, J, Req> Service<Req> for BreakerService<S, J>
where
    S: Service<Req>,
    S::Error: CarriesFault,
    J: Judge<S::Response, S::Error> + Clone,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BreakerFuture<S::Future, S::Error, J>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Req) -> Self::Future {
        let judge = self.judge.clone();
        match Leave::of(&self.breaker) {
            // Held before the call is made: one that panics at once has failed as well.
            Ok(permit) => {
                let inner = Some(self.inner.call(request));
                BreakerFuture { inner, permit: Some(permit), refused: None, judge }
            }
            Err(fault) => {
                BreakerFuture { inner: None, permit: None, refused: Some(fault.into()), judge }
            }
        }
    }
}

pin_project! {
    /// The future of a [`BreakerService`].
    #[derive(Debug)]
    pub struct BreakerFuture<F, E, J> {
        #[pin]
        inner: Option<F>,
        permit: Option<Leave>,
        refused: Option<E>,
        judge: J,
    }
}

impl<T, E, F, J> Future for BreakerFuture<F, E, J>
where
    E: CarriesFault,
    F: Future<Output = Result<T, E>>,
    J: Judge<T, E>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(error) = this.refused.take() {
            return Poll::Ready(Err(error));
        }
        // Out of the future meanwhile: a panic ends it here, whenever the future is dropped.
        let permit = this.permit.take();
        let inner = this.inner.as_mut().as_pin_mut().expect(super::OVER);
        let Poll::Ready(outcome) = inner.poll(cx) else {
            *this.permit = permit;
            return Poll::Pending;
        };
        this.inner.set(None);
        let verdict = judge::verdict(this.judge, &outcome);
        let instead = permit.and_then(|permit| permit.settle(verdict, &outcome, this.judge));
        Poll::Ready(match instead {
            None => outcome,
            Some(fault) => Err(fault.into()),
        })
    }
}

/// Leave to make one call.
#[derive(Debug)]
enum Leave {
    Static(Permit<'static>),
    Shared(OwnedPermit),
}

impl Leave {
    fn of(breaker: &Policy<Breaker>) -> Result<Self, Fault> {
        match &breaker.0 {
            Held::Static(breaker) => breaker.acquire().map(Self::Static),
            Held::Shared(breaker) => breaker.acquire_owned().map(Self::Shared),
        }
    }

    fn settle<T, E: CarriesFault>(
        self,
        verdict: Verdict,
        outcome: &Result<T, E>,
        judge: &impl Judge<T, E>,
    ) -> Option<Fault> {
        let tell = |f: &mut std::fmt::Formatter<'_>| judge::tell(judge, outcome, f);
        let after = || judge.retry_after(outcome);
        let report = Report::new(&tell);
        let report = report.retry_after(&after);
        match self {
            Self::Static(permit) => permit.settle(verdict, &report),
            Self::Shared(permit) => permit.settle(verdict, &report),
        }
    }
}
