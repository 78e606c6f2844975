//! Tests that do not disturb each other.
//!
//! A function under `#[dyno::test]` runs in a [`scope::test`]: what it overrides, freezes or enters
//! holds for this test alone, on the threads it starts with [`dyno::spawn`](crate::spawn), on
//! dyno's own pools, and on the runtime's threads of an async test (feature `tokio`). Nothing of it
//! is left when the test ends, be it by a panic.
//!
//! ```
//! use dyno::{Scope, __private::run_test};
//! let carried = run_test("shop::buys", || dyno::spawn(|| Scope::current().test()).join());
//! assert_eq!(carried.unwrap(), Some("shop::buys"));
//! assert_eq!(Scope::current().test(), None);
//! ```

use crate::scope;

/// Runs `f` in the scope of a test of this name.
pub fn run_test<R>(name: &'static str, f: impl FnOnce() -> R) -> R {
    let _test = scope::test(name);
    f()
}

/// What drives an async test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flavour {
    /// The test's own thread alone: a tokio runtime with the feature `tokio`, else a loop that
    /// polls the test and sleeps until it is woken.
    CurrentThread,
    /// A tokio runtime with so many worker threads beside it, at least 1.
    #[cfg(feature = "tokio")]
    MultiThread(usize),
}

/// Runs `future` in the scope of a test of this name. Every thread of a runtime carries the scope;
/// the runtime has ended before the scope does.
///
/// # Panics
/// With 0 worker threads, or when the system gives no runtime.
pub fn run_test_async<F: Future>(name: &'static str, flavour: Flavour, future: F) -> F::Output {
    let _test = scope::test(name);
    drive(name, flavour, future)
}

#[cfg(not(feature = "tokio"))]
fn drive<F: Future>(_name: &str, _flavour: Flavour, future: F) -> F::Output {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread::{self, Thread};

    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(feature = "tokio")]
fn drive<F: Future>(name: &str, flavour: Flavour, future: F) -> F::Output {
    use tokio::runtime::Builder;

    let mut builder = match flavour {
        Flavour::CurrentThread => Builder::new_current_thread(),
        Flavour::MultiThread(threads) => {
            assert!(threads > 0, "{name}: `threads` must be at least 1");
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
    };
    let scope = scope::Scope::current();
    // The thread is the test's until it ends: nothing is to be restored.
    builder.enable_all().on_thread_start(move || std::mem::forget(scope.enter()));
    match builder.build() {
        Ok(runtime) => runtime.block_on(future),
        Err(error) => panic!("{name}: no runtime for the test: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;

    use super::*;
    use crate::scope::Scope;

    fn seen() -> Option<u8> {
        scope::find(|item: &Arc<u8>| Some(**item))
    }

    #[test]
    fn nothing_is_left_of_a_test_that_panics() {
        let ended = catch_unwind(AssertUnwindSafe(|| {
            run_test("panics", || {
                std::mem::forget(scope::push(Arc::new(1_u8)));
                assert_eq!(seen(), Some(1));
                panic!("as expected");
            })
        }));
        assert!(ended.is_err());
        assert_eq!((Scope::current().test(), seen()), (None, None));
    }

    #[test]
    fn an_async_test_sleeps_until_it_is_woken() {
        let woken = run_test_async("woken", Flavour::CurrentThread, async {
            let mut helper = None;
            std::future::poll_fn(|cx| {
                let (waker, first) = (cx.waker().clone(), helper.is_none());
                helper.get_or_insert_with(|| scope::spawn(move || waker.wake()));
                if first { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
            })
            .await;
            Scope::current().test()
        });
        assert_eq!((woken, Scope::current().test()), (Some("woken"), None));
    }

    #[cfg(feature = "tokio")]
    #[test]
    fn every_thread_of_the_runtime_carries_the_scope() {
        for flavour in [Flavour::CurrentThread, Flavour::MultiThread(2)] {
            let counts = run_test_async("carried", flavour, async {
                let _pushed = scope::push(Arc::new(7_u8));
                let (mut tasks, mut blocking) = (0, 0);
                for _ in 0..50 {
                    let (task, block) =
                        (tokio::spawn(async { seen() }), tokio::task::spawn_blocking(seen));
                    tasks += u32::from(task.await.ok().flatten() == Some(7));
                    blocking += u32::from(block.await.ok().flatten() == Some(7));
                }
                (tasks, blocking)
            });
            assert_eq!(counts, (50, 50), "{flavour:?}");
            assert_eq!(seen(), None);
        }
    }

    #[cfg(feature = "tokio")]
    #[test]
    #[should_panic(expected = "odd: `threads` must be at least 1")]
    fn a_runtime_without_workers_is_refused() {
        run_test_async("odd", Flavour::MultiThread(0), async {});
    }
}
