//! Computing anew off the caller's path.

#[cfg(feature = "tokio")]
use std::future::{Future, poll_fn};
#[cfg(feature = "tokio")]
use std::pin::pin;
#[cfg(feature = "tokio")]
use std::task::Poll;

#[cfg(feature = "tokio")]
use crate::point::harmless;
use crate::scope::Scope;

/// Runs `f`, which settles a lead, on dyno's pool of threads that may block.
///
/// It is in the scope of the caller, but under no deadline of his call. A panic ends with it, is told
/// of on standard error, and leaves the next value to whoever asks next; so it does when every thread
/// of the pool hangs.
#[doc(hidden)]
#[cfg(feature = "pool")]
pub fn refresh_on_pool<R>(f: impl FnOnce() -> R + Send + 'static) {
    let scope = Scope::of_worker().beyond_the_call();
    crate::pool::blocking::BLOCKING.run(scope, move || drop(f()));
}

/// Has `future`, which settles a lead, run by the tokio runtime of the caller.
///
/// It is in the scope of the caller, but under no deadline of his call. A panic ends with it, is told
/// of on standard error, and leaves the next value to whoever asks next.
///
/// # Panics
/// Outside of a tokio runtime.
#[doc(hidden)]
#[cfg(feature = "tokio")]
pub fn refresh_async<F>(future: F)
where
    F: Future<Output: Send> + Send + 'static,
{
    let scope = Scope::of_worker().beyond_the_call();
    drop(tokio::spawn(scope.run_async(async move {
        let mut future = pin!(future);
        poll_fn(|cx| {
            let mut polled = Poll::Ready(());
            harmless("a refresh by", "a cache", || polled = future.as_mut().poll(cx).map(drop));
            polled
        })
        .await;
    })));
}
