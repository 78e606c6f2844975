//! Threads for calls that block, and that their callers may leave.
//!
//! Plain threads and no rayon pool: they are to be stuck without harm to anybody's computation, and
//! to end when nobody needs them.

mod task;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use self::task::Task;
pub(crate) use self::task::{Left, Ticket};
use crate::clock::Instant;
use crate::point::harmless;
use crate::scope::Scope;

/// How many calls that block run at a time on dyno's pool of threads for them.
///
/// The threads are called `dyno-blocking-N`, start when they are needed, and end after 10 s without
/// work.
pub const BLOCKING_THREADS: usize = 64;

const IDLE: Duration = Duration::from_secs(10);

pub(crate) static BLOCKING: Blocking = Blocking::new("dyno-blocking", BLOCKING_THREADS, IDLE);

/// A pool of threads for calls that block.
pub(crate) struct Blocking {
    name: &'static str,
    most: usize,
    /// How long a thread waits for work.
    idle: Duration,
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
    const fn new(name: &'static str, most: usize, idle: Duration) -> Self {
        let state = State { queue: VecDeque::new(), next: 0, threads: 0, idle: 0, started: 0 };
        Self {
            name,
            most,
            idle,
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
    /// What it returns at `end` or later is dropped there, and `late` called.
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
        let number = self.push(within(scope, move || mine.run(self, job, end, late)))?;
        Some(Ticket::new(self, number, task))
    }

    /// Has `job` run in `scope`, for which nobody waits. Its panic is told of on standard error. It is
    /// dropped when every thread is at work that nobody waits for, or when there is none to be had.
    #[cfg(feature = "cache")]
    pub(crate) fn run(&'static self, scope: Scope, job: impl FnOnce() + Send + 'static) {
        if self.left.load(Ordering::Relaxed) < self.most {
            self.push(within(scope, job));
        }
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
            let is_idle = |state: &mut State| state.queue.is_empty();
            let waited = self.work.wait_timeout_while(state, self.idle, is_idle);
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

/// `job` in `scope`, and on the runtime of the caller, if he is on one.
fn within(scope: Scope, job: impl FnOnce() + Send + 'static) -> Box<dyn FnOnce() + Send> {
    #[cfg(feature = "tokio")]
    let runtime = tokio::runtime::Handle::try_current().ok();
    Box::new(move || {
        #[cfg(feature = "tokio")]
        let _runtime = runtime.as_ref().map(tokio::runtime::Handle::enter);
        scope.run(job);
    })
}
