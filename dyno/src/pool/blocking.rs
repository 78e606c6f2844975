//! Threads for calls that block, and that their callers may leave.
//!
//! Plain threads and no rayon pool: they are to be stuck without harm to anybody's computation, and
//! to end when nobody needs them.

use std::collections::VecDeque;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::Duration;

use crate::clock::{self, Instant};
use crate::point::harmless;
use crate::scope::Scope;

/// How many calls that block run at a time on dyno's pool of threads for them.
///
/// The threads are called `dyno-blocking-N`, start when they are needed, and end after 10 s without
/// work.
pub const BLOCKING_THREADS: usize = 64;

/// How long a thread waits for work.
const IDLE: Duration = Duration::from_secs(10);

pub(crate) static BLOCKING: Blocking = Blocking::new("dyno-blocking", BLOCKING_THREADS);

/// A pool of threads for calls that block.
pub(crate) struct Blocking {
    name: &'static str,
    most: usize,
    state: Mutex<State>,
    work: Condvar,
    /// Jobs at work that nobody waits for.
    left: AtomicUsize,
    ever_left: AtomicU64,
}

struct State {
    queue: VecDeque<(u64, Box<dyn FnOnce() + Send>)>,
    next: u64,
    threads: usize,
    idle: usize,
    started: u64,
}

impl Blocking {
    const fn new(name: &'static str, most: usize) -> Self {
        let state = State { queue: VecDeque::new(), next: 0, threads: 0, idle: 0, started: 0 };
        Self {
            name,
            most,
            state: Mutex::new(state),
            work: Condvar::new(),
            left: AtomicUsize::new(0),
            ever_left: AtomicU64::new(0),
        }
    }

    /// How many jobs are at work that nobody waits for, and how many have been left ever.
    pub(crate) fn abandoned(&self) -> (usize, u64) {
        (self.left.load(Ordering::Relaxed), self.ever_left.load(Ordering::Relaxed))
    }

    /// Has `job` run in `scope`; none when every thread is at work that nobody waits for, or when
    /// there is none to be had.
    ///
    /// What it returns after `end` is dropped there, and `late` called.
    pub(crate) fn start<T: Send + 'static>(
        &'static self,
        scope: Scope,
        job: impl FnOnce() -> T + Send + 'static,
        end: Instant,
        late: impl FnOnce() + Send + 'static,
    ) -> Option<Ticket<T>> {
        if self.left.load(Ordering::Relaxed) >= self.most {
            return None;
        }
        let task = Arc::new(Task::new());
        let mine = task.clone();
        #[cfg(feature = "tokio")]
        let runtime = tokio::runtime::Handle::try_current().ok();
        let run = move || {
            #[cfg(feature = "tokio")]
            let _runtime = runtime.as_ref().map(tokio::runtime::Handle::enter);
            scope.run(|| mine.run(self, job, end, late));
        };
        let number = self.push(Box::new(run))?;
        Some(Ticket { pool: self, number, task })
    }

    /// The number of the job; none when there is no thread for it.
    fn push(&'static self, run: Box<dyn FnOnce() + Send>) -> Option<u64> {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        let awaited = state.idle > state.queue.len();
        state.queue.push_back((number, run));
        if awaited {
            drop(state);
            self.work.notify_one();
            return Some(number);
        }
        if state.threads < self.most {
            state.threads += 1;
            state.started += 1;
            let name = format!("{}-{}", self.name, state.started);
            drop(state);
            if thread::Builder::new().name(name).spawn(|| self.work()).is_ok() {
                return Some(number);
            }
            state = self.lock();
            state.threads -= 1;
            // The threads that are there will do.
            if state.threads == 0 {
                drop(state);
                self.take_back(number);
                return None;
            }
        }
        Some(number)
    }

    /// Drops a job that no thread has taken yet.
    fn take_back(&self, number: u64) {
        let mut state = self.lock();
        let place = state.queue.iter().position(|(each, _)| *each == number);
        let job = place.and_then(|place| state.queue.remove(place));
        drop(state);
        drop(job);
    }

    fn work(&self) {
        let mut state = self.lock();
        loop {
            if let Some((_, job)) = state.queue.pop_front() {
                drop(state);
                harmless("a call on", self.name, job);
                state = self.lock();
                continue;
            }
            state.idle += 1;
            let waited = self.work.wait_timeout_while(state, IDLE, |state| state.queue.is_empty());
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.idle -= 1;
            if state.queue.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a caller and the thread that works for it share.
struct Task<T>(Mutex<Shared<T>>);

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
    const fn new() -> Self {
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
    fn run(&self, pool: &Blocking, job: impl FnOnce() -> T, end: Instant, late: impl FnOnce()) {
        if self.reach(Stage::AtWork).is_err() {
            return;
        }
        let result = catch_unwind(AssertUnwindSafe(job));
        let in_time = result.is_err() || clock::now() <= end;
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
    /// Nothing is left to wait for; else `waker` is woken when that is so.
    pub(crate) fn is_over(&self, waker: &Waker) -> bool {
        let mut shared = self.task.lock();
        shared.waker.get_or_insert_with(|| waker.clone());
        !matches!(shared.stage, Stage::Waiting | Stage::AtWork)
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
