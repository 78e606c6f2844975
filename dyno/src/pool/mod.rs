//! Named pools of threads that know what is in force.
//!
//! A [`Pool`] is for calls that block: `static IO: Pool = Pool::new("io").size(10).queue(50);`. Those
//! for computing are rayon's: one from [`scoped`] carries the [`Scope`] in which it was made:
//! overrides, a virtual clock, a tenant's registry hold on its threads too, but no deadline.
//! Dependencies are built on private workers, each a rayon pool of one thread (`dyno-build-N`): a
//! provider may use rayon inside, and can neither steal another build nor starve in the program's own
//! pool. Calls that may hang, and that [`timeout`](mod@crate::timeout) leaves, are on threads of
//! their own: `dyno-blocking-N`, up to [`BLOCKING_THREADS`], unless they name a [`Pool`].
//!
//! ```
//! use rayon::prelude::*;
//! let pool = dyno::pool::scoped(4)?;
//! let squares: Vec<u32> = pool.install(|| (0..4_u32).into_par_iter().map(|n| n * n).collect());
//! assert_eq!(squares, [0, 1, 4, 9]);
//! # Ok::<(), rayon::ThreadPoolBuildError>(())
//! ```

pub(crate) mod blocking;
#[cfg(feature = "inject")]
pub(crate) mod build;
mod named;
mod run;
mod settings;
mod snapshot;

use std::fmt;
use std::panic::Location;
use std::time::Duration;

pub use blocking::BLOCKING_THREADS;
#[doc(hidden)]
pub use named::SharedPool;
pub use named::{all, named};
#[cfg_attr(not(feature = "timeout"), allow(unused_imports))]
pub(crate) use run::Missed;
pub use snapshot::Snapshot;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use self::blocking::{Blocking, Limits};
use self::settings::Settings;
use crate::scope::Scope;
use crate::shared::Listed;

/// A bounded set of threads for calls that block: one for each dependency keeps those that hang from
/// taking the threads of all others.
///
/// Its threads are called `dyno-NAME-N`, start when they are needed, and end when they have been idle
/// for a while. Calls beyond them wait in a bounded queue, and what is too much is turned away at
/// once. (The thread pools of Hystrix, with its default of 10 threads and no queue.)
///
/// Its builder is `const`, so it can be a `static`, which is the only place for it: threads go by it
/// for the life of the program.
///
/// ```
/// use dyno::pool::Pool;
///
/// static IO: Pool = Pool::new("io").size(10).queue(50);
///
/// let read = IO.run(|| std::fs::read_to_string("Cargo.toml"))?;
/// assert!(read.is_ok());
/// assert_eq!(IO.snapshot().waiting, 0);
/// # Ok::<(), dyno::Fault>(())
/// ```
pub struct Pool {
    threads: Blocking,
    name: &'static str,
    given: Settings,
    location: &'static Location<'static>,
    listed: Listed,
}

impl Pool {
    /// A pool of up to 10 threads, without a queue: who finds all of them at work is turned away.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        Self::made(name, Settings::NONE, Location::caller())
    }

    /// The same, of which other places may say what it is like.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn joining(name: &'static str) -> Self {
        Self::made(name, Settings::NONE, Location::caller())
    }

    const fn made(
        name: &'static str,
        given: Settings,
        location: &'static Location<'static>,
    ) -> Self {
        let threads = Blocking::new(name, given.limits());
        Self { threads, name, given, location, listed: Listed::not_yet() }
    }

    const fn given(mut self, given: Settings) -> Self {
        self.threads.given = given.limits();
        self.given = given;
        self
    }

    /// How many calls run at a time, each on a thread: 10.
    ///
    /// # Panics
    /// When `threads` is 0; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn size(self, threads: u32) -> Self {
        let given = self.given.size(threads);
        self.given(given)
    }

    /// How many calls may wait for a thread: none. Those above are turned away at once.
    ///
    /// # Panics
    /// When `calls` is 0; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn queue(self, calls: u32) -> Self {
        let given = self.given.queue(calls);
        self.given(given)
    }

    /// How long a thread without work stays: 10 s.
    ///
    /// # Panics
    /// When `time` is zero; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn idle(self, time: Duration) -> Self {
        let given = self.given.idle(time);
        self.given(given)
    }

    /// From now on `threads` calls may run at a time.
    ///
    /// Who is at work goes on; where there is more room, those who wait begin.
    ///
    /// # Panics
    /// When `threads` is 0.
    #[track_caller]
    pub fn resize(&'static self, threads: u32) {
        let size = Settings::NONE.size(threads).limits().size;
        self.threads.limit(|now| Limits { size, ..now });
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Where it is defined.
    #[must_use]
    pub const fn location(&self) -> &'static Location<'static> {
        self.location
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = self.snapshot();
        write!(f, "Pool({}, {} of {} at work)", self.name, now.at_work, now.size)
    }
}

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
