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

/// Which runtime an async test gets.
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Everything on the test's own thread.
    CurrentThread,
    /// So many worker threads beside it, at least 1.
    MultiThread(usize),
}

/// Runs `future` in the scope of a test of this name, on a runtime of its own, every thread of
/// which carries the scope. The runtime has ended before the scope does.
///
/// # Panics
/// With 0 worker threads, or when the system gives no runtime.
#[cfg(feature = "tokio")]
pub fn run_test_async<F: Future>(name: &'static str, flavour: Flavour, future: F) -> F::Output {
    let _test = scope::test(name);
    let runtime = runtime(name, flavour);
    runtime.block_on(future)
}

#[cfg(feature = "tokio")]
fn runtime(name: &str, flavour: Flavour) -> tokio::runtime::Runtime {
    use tokio::runtime::Builder;

    let mut builder = match flavour {
        Flavour::CurrentThread => Builder::new_current_thread(),
        Flavour::MultiThread(workers) => {
            assert!(workers > 0, "{name}: `worker_threads` must be at least 1");
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(workers);
            builder
        }
    };
    let scope = scope::Scope::current();
    // The thread is the test's until it ends: nothing is to be restored.
    builder.enable_all().on_thread_start(move || std::mem::forget(scope.enter()));
    match builder.build() {
        Ok(runtime) => runtime,
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
    #[should_panic(expected = "odd: `worker_threads` must be at least 1")]
    fn a_runtime_without_workers_is_refused() {
        run_test_async("odd", Flavour::MultiThread(0), async {});
    }
}
