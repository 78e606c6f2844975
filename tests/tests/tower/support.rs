//! Services to put layers before, and futures to be polled by hand.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use dyno::point::{self, Event, Observing};
use dyno::{Fault, Reason};
use tower::Service;
use tower_test::mock::{Handle, SendResponse};

pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Polls once.
pub(crate) fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls what must be ready.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it is not ready"),
    }
}

/// Polls until it is ready: by a frozen clock that advances by itself.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Makes the service ready, and calls it.
pub(crate) fn call<S: Service<Req>, Req>(service: &mut S, request: Req) -> Pin<Box<S::Future>>
where
    S::Error: std::fmt::Debug,
{
    let ready = service.poll_ready(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(ready, Poll::Ready(Ok(()))), "it is not ready");
    Box::pin(service.call(request))
}

/// What a [`Strict`] service answers by.
type Answers<Req, F> = Arc<dyn Fn(Req) -> F + Send + Sync>;

/// A service that is to be ready before each call: a clone of it is not, and who calls one that is
/// not ready panics. It counts what is asked of it.
pub(crate) struct Strict<Req, F> {
    ready: bool,
    /// How often it is pending before it is ready.
    pub(crate) pending: u32,
    answers: Answers<Req, F>,
    pub(crate) seen: Arc<Seen>,
}

#[derive(Default, Debug)]
pub(crate) struct Seen {
    pub(crate) calls: AtomicU32,
    pub(crate) clones: AtomicU32,
    pub(crate) readied: AtomicU32,
}

impl Seen {
    pub(crate) fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    pub(crate) fn clones(&self) -> u32 {
        self.clones.load(Ordering::Relaxed)
    }
}

impl<Req, F> Strict<Req, F> {
    pub(crate) fn new(answers: impl Fn(Req) -> F + Send + Sync + 'static) -> Self {
        Self { ready: false, pending: 0, answers: Arc::new(answers), seen: Arc::default() }
    }
}

impl<Req, F> Clone for Strict<Req, F> {
    fn clone(&self) -> Self {
        self.seen.clones.fetch_add(1, Ordering::Relaxed);
        let Self { pending, answers, seen, .. } = self;
        Self { ready: false, pending: *pending, answers: answers.clone(), seen: seen.clone() }
    }
}

impl<Req, T, E, F: Future<Output = Result<T, E>>> Service<Req> for Strict<Req, F> {
    type Response = T;
    type Error = E;
    type Future = F;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), E>> {
        if self.pending > 0 {
            self.pending -= 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.ready = true;
        self.seen.readied.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Req) -> F {
        assert!(self.ready, "called before it was ready");
        self.ready = false;
        self.seen.calls.fetch_add(1, Ordering::Relaxed);
        (self.answers)(request)
    }
}

/// One that answers at once.
pub(crate) fn at_once<Req, T, E>(
    answers: impl Fn(Req) -> Result<T, E> + Send + Sync + 'static,
) -> Strict<Req, Ready<Result<T, E>>> {
    Strict::new(move |request| ready(answers(request)))
}

/// One that answers with these statuses, one after another, and 200 from then on.
pub(crate) fn statuses(
    statuses: impl IntoIterator<Item = u16>,
) -> Strict<http::Request<()>, Ready<Result<http::Response<String>, Infallible>>> {
    let left = Mutex::new(statuses.into_iter().collect::<std::collections::VecDeque<_>>());
    at_once(move |_| {
        let status = left.lock().unwrap().pop_front().unwrap_or(200);
        Ok(http::Response::builder().status(status).body(String::new()).unwrap())
    })
}

/// What observers hear of a point.
pub(crate) struct Heard {
    told: Arc<Mutex<Vec<String>>>,
    _observing: Observing,
}

pub(crate) fn hear(name: &'static str) -> Heard {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = told.clone();
    let observing = point::observe(move |point: &str, event: &Event<'_>| {
        if point == name {
            hears.lock().unwrap().push(event.to_string());
        }
    });
    Heard { told, _observing: observing }
}

impl Heard {
    pub(crate) fn so_far(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }
}

/// Tells when it is dropped.
pub(crate) struct Dropped(pub(crate) Arc<AtomicU32>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// The next request that a mock has got.
pub(crate) fn next<T, U>(handle: &mut Handle<T, U>) -> (T, SendResponse<U>) {
    now(handle.next_request()).expect("a request")
}

/// A mock has got no request.
pub(crate) fn is_idle<T: std::fmt::Debug, U: std::fmt::Debug>(handle: &mut Handle<T, U>) -> bool {
    handle.poll_request().is_pending()
}

/// Why dyno refused, as the mock's boxed errors carry it.
pub(crate) fn reason<T: std::fmt::Debug>(outcome: Result<T, BoxError>) -> Option<Reason> {
    outcome.expect_err("a refusal").downcast_ref().and_then(Fault::reason)
}

/// Panics in a call, or in its future, are caught here.
pub(crate) fn panics<R>(f: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}
