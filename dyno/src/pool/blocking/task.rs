//! One job: what its caller and the thread that works for it share.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;

use super::{Blocking, Working};
use crate::clock::{self, Instant};
use crate::point::harmless;

/// What a caller and the thread that works for it share.
pub(super) struct Task<T>(Mutex<Shared<T>>);

struct Shared<T> {
    stage: Stage<T>,
    /// Wakes the caller.
    waker: Option<Waker>,
}

enum Stage<T> {
    Waiting,
    AtWork,
    /// In time, or by a panic.
    Over(thread::Result<T>),
    Late,
    /// The caller has gone.
    Left,
}

impl<T> Task<T> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Shared { stage: Stage::Waiting, waker: None }))
    }

    fn lock(&self) -> MutexGuard<'_, Shared<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on to `next`, unless the caller has gone: then it comes back.
    fn reach(&self, next: Stage<T>) -> Result<(), Stage<T>> {
        let mut shared = self.lock();
        if matches!(shared.stage, Stage::Left) {
            return Err(next);
        }
        let waker = if matches!(next, Stage::AtWork) { None } else { shared.waker.take() };
        shared.stage = next;
        drop(shared);
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }

    /// On a thread of the pool. A panic is the job's, and the caller's to hear.
    pub(super) fn run(
        &self,
        pool: &Blocking,
        job: impl FnOnce() -> T,
        end: Instant,
        late: impl FnOnce(),
    ) {
        let working = Working(pool);
        if self.reach(Stage::AtWork).is_err() {
            return;
        }
        let result = catch_unwind(AssertUnwindSafe(job));
        // At the end the caller leaves, whichever of the two is first there.
        let in_time = result.is_err() || clock::now() < end;
        drop(working);
        let too_late = if in_time {
            match self.reach(Stage::Over(result)) {
                Ok(()) => return,
                Err(stage) => stage,
            }
        } else {
            Stage::Over(result)
        };
        // It lets go here of what it held, and is counted until it has.
        harmless("a late result on", pool.name, || drop(too_late));
        if self.reach(Stage::Late).is_ok() {
            pool.ever_left.fetch_add(1, Ordering::Relaxed);
        } else {
            pool.left.fetch_sub(1, Ordering::Relaxed);
        }
        late();
    }
}

/// What a caller waits with; it leaves when this is dropped.
pub(crate) struct Ticket<T> {
    pool: &'static Blocking,
    number: u64,
    task: Arc<Task<T>>,
}

/// What a caller leaves with.
pub(crate) enum Left<T> {
    /// What the job returned in time, or its panic.
    With(thread::Result<T>),
    /// It is at work, or was late.
    Late,
    /// No thread was free: it is never run.
    Waiting,
}

impl<T> Ticket<T> {
    pub(super) const fn new(pool: &'static Blocking, number: u64, task: Arc<Task<T>>) -> Self {
        Self { pool, number, task }
    }

    /// Nothing is left to wait for; else `waker` is woken when that is so.
    pub(crate) fn is_over(&self, waker: &Waker) -> bool {
        let mut shared = self.task.lock();
        if !matches!(shared.stage, Stage::Waiting | Stage::AtWork) {
            return true;
        }
        // A future may be polled by another task each time.
        let known = shared.waker.as_ref().is_some_and(|known| known.will_wake(waker));
        let old = if known { None } else { shared.waker.replace(waker.clone()) };
        drop(shared);
        drop(old);
        false
    }

    pub(crate) fn leave(self) -> Left<T> {
        self.left()
    }

    fn left(&self) -> Left<T> {
        let mut shared = self.task.lock();
        match mem::replace(&mut shared.stage, Stage::Left) {
            Stage::Over(result) => Left::With(result),
            Stage::AtWork => {
                // Under the lock: the job counts itself out when it has seen that it was left.
                self.pool.left.fetch_add(1, Ordering::Relaxed);
                self.pool.ever_left.fetch_add(1, Ordering::Relaxed);
                Left::Late
            }
            Stage::Late | Stage::Left => Left::Late,
            Stage::Waiting => {
                drop(shared);
                self.pool.take_back(self.number);
                Left::Waiting
            }
        }
    }
}

impl<T> Drop for Ticket<T> {
    fn drop(&mut self) {
        drop(self.left());
    }
}
