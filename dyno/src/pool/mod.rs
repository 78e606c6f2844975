//! Named rayon pools whose threads know what is in force.
//!
//! A pool from [`scoped`] carries the [`Scope`] in which it was made: overrides, a virtual clock, a
//! tenant's registry hold on its threads too, but no deadline. Dependencies are built on private workers, each a
//! rayon pool of one thread (`dyno-build-N`): a provider may use rayon inside, and can neither
//! steal another build nor starve in the program's own pool. Calls that may hang, and that
//! [`timeout`](mod@crate::timeout) leaves, are on threads of their own: `dyno-blocking-N`, up to
//! [`BLOCKING_THREADS`].
//!
//! ```
//! use rayon::prelude::*;
//! let pool = dyno::pool::scoped(4)?;
//! let squares: Vec<u32> = pool.install(|| (0..4_u32).into_par_iter().map(|n| n * n).collect());
//! assert_eq!(squares, [0, 1, 4, 9]);
//! # Ok::<(), rayon::ThreadPoolBuildError>(())
//! ```

#[cfg(any(feature = "cache", feature = "timeout"))]
#[cfg_attr(not(feature = "timeout"), allow(dead_code, unused_imports))]
pub(crate) mod blocking;
#[cfg(feature = "inject")]
pub(crate) mod build;

#[cfg(any(feature = "cache", feature = "timeout"))]
pub use blocking::BLOCKING_THREADS;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use crate::scope::Scope;

/// A rayon pool of `width` threads that carry the current [`Scope`], but for what is the call's alone:
/// its deadline, and that it is made once more.
///
/// # Errors
/// The threads could not be started.
///
/// # Panics
/// `width` is 0.
pub fn scoped(width: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    assert!(width > 0, "pool::scoped: `width` must be at least 1: a pool needs a thread");
    let scope = Scope::of_worker().beyond_the_call();
    ThreadPoolBuilder::new()
        .num_threads(width)
        .thread_name(|n| format!("dyno-pool-{n}"))
        // The thread never leaves the scope: it ends with the pool.
        .start_handler(move |_| std::mem::forget(scope.enter()))
        .build()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::scoped;
    use crate::scope;

    #[test]
    fn its_threads_see_what_is_in_force_where_it_was_made() {
        let pushed = scope::push(Arc::new(42_u64));
        let pool = scoped(3).expect("three threads");
        let seen = pool.broadcast(|_| scope::find(|item: &Arc<u64>| Some(**item)));
        assert_eq!(seen, [Some(42); 3]);
        drop(pushed);
        let seen = pool.broadcast(|_| scope::find(|item: &Arc<u64>| Some(**item)));
        assert_eq!(seen, [None; 3]);
    }

    #[test]
    #[should_panic(expected = "`width` must be at least 1")]
    fn a_pool_without_threads_is_refused() {
        drop(scoped(0));
    }
}
