//! Waiting for workers, and for not too long.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::clock;
use crate::pool::build::Crew;

/// Runs `job` on a worker of the crew; `None` when it panicked.
pub(super) fn on_worker<R: Send + 'static>(
    crew: &Crew,
    job: impl FnOnce() -> R + Send + 'static,
) -> impl Future<Output = Option<R>> + Send + 'static {
    let promise = Arc::new(Promise(Mutex::new(Promised { state: State::Open, task: None })));
    let keeper = Keeper(promise.clone());
    crew.spawn(move || {
        let value = job();
        keeper.keep(State::Kept(value));
    });
    poll_fn(move |cx| promise.poll(cx))
}

struct Promise<R>(Mutex<Promised<R>>);

struct Promised<R> {
    state: State<R>,
    task: Option<Waker>,
}

enum State<R> {
    Open,
    Kept(R),
    Broken,
}

impl<R> Promise<R> {
    fn poll(&self, cx: &Context<'_>) -> Poll<Option<R>> {
        let mut promised = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut promised.state, State::Open) {
            State::Kept(value) => Poll::Ready(Some(value)),
            State::Broken => Poll::Ready(None),
            State::Open => {
                promised.task = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// Breaks the promise when it is dropped.
struct Keeper<R>(Arc<Promise<R>>);

impl<R> Keeper<R> {
    fn keep(&self, state: State<R>) {
        let mut promised = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(promised.state, State::Open) {
            promised.state = state;
        }
        let task = promised.task.take();
        drop(promised);
        if let Some(task) = task {
            task.wake();
        }
    }
}

impl<R> Drop for Keeper<R> {
    fn drop(&mut self) {
        self.keep(State::Broken);
    }
}

/// What `future` gives within the limit; else what `late` gives, called before it is dropped.
pub(super) async fn within<R>(
    limit: Option<Duration>,
    future: impl Future<Output = R>,
    late: impl FnOnce(Duration) -> R,
) -> R {
    let Some(limit) = limit else { return future.await };
    let mut sleep = pin!(clock::sleep_async(limit));
    let mut future = pin!(future);
    let in_time = poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => sleep.as_mut().poll(cx).map(|()| None),
    })
    .await;
    in_time.unwrap_or_else(|| late(limit))
}

/// Blocks this thread until the future is done.
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_that_panics_breaks_its_promise() {
        let crew = Crew::default();
        assert_eq!(block_on(on_worker(&crew, || 1)), Some(1));
        let broken = on_worker(&crew, || std::panic::resume_unwind(Box::new("quietly")));
        assert_eq!(block_on::<_>(broken), None::<u8>);
    }

    #[test]
    fn what_is_late_is_told_before_it_is_dropped() {
        struct Noisy<'a>(&'a Mutex<Vec<&'static str>>);
        impl Drop for Noisy<'_> {
            fn drop(&mut self) {
                self.0.lock().expect("not poisoned").push("dropped");
            }
        }
        let _clock = clock::freeze();
        let log = Mutex::new(Vec::new());
        let noisy = Noisy(&log);
        let never = async move {
            std::future::pending::<()>().await;
            drop(noisy);
        };
        block_on(within(Some(Duration::from_secs(5)), never, |limit| {
            assert_eq!(limit, Duration::from_secs(5));
            log.lock().expect("not poisoned").push("late");
        }));
        assert_eq!(*log.lock().expect("not poisoned"), ["late", "dropped"]);
    }
}
