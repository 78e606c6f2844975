//! What the peers need of which several policies are measured.

use std::future::poll_fn;
use std::task::{Context, Waker};

use seatbelt::ResilienceContext;
use tick::Clock;
use tokio::runtime;
use tower::{BoxError, Service};

use crate::call::{Fail, Refusing};
use crate::leak;

/// A call of a tower service, which is asked first whether it is ready.
pub(crate) async fn serve<S: Service<u64>>(
    service: &mut S,
    x: u64,
) -> Result<S::Response, S::Error> {
    poll_fn(|context| service.poll_ready(context)).await?;
    service.call(x).await
}

/// What seatbelt's layers are made with.
pub(crate) fn context() -> ResilienceContext<u64, Result<u64, Fail>> {
    // The clock wants a runtime about it, and to be read it needs none.
    let runtime = leak(runtime::Builder::new_current_thread().enable_time().build());
    let _here = runtime.as_ref().expect("a runtime").enter();
    ResilienceContext::new(Clock::new_tokio())
}

/// The error of tower's layers is anything: here the call's own or theirs.
impl Refusing for BoxError {
    fn refuses(&self) -> bool {
        !self.is::<Fail>()
    }
}

/// Begins a call that is never to end.
pub(crate) fn begin(future: impl Future + 'static) {
    let future = Box::leak(Box::new(Box::pin(future)));
    let context = &mut Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(context).is_pending(), "the call is over at once");
}
