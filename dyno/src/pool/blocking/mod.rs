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

pub(super) const IDLE: Duration = Duration::from_secs(10);

/// Of which each call brings the time that it is ready to wait.
#[cfg_attr(not(any(feature = "cache", feature = "timeout")), allow(dead_code))]
pub(crate) static BLOCKING: Blocking =
    Blocking::new("blocking", Limits { size: BLOCKING_THREADS, queue: usize::MAX, idle: IDLE });

/// A pool of threads for calls that block.
pub(crate) struct Blocking {
    name: &'static str,
    /// Until they are changed.
    pub(super) given: Limits,
    state: Mutex<State>,
    work: Condvar,
    /// Jobs at work that nobody waits for.
    left: AtomicUsize,
    ever_left: AtomicU64,
}

/// What a pool is bounded by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How many threads.
    pub(crate) size: usize,
    /// How many jobs may wait for one.
    pub(crate) queue: usize,
    /// How long a thread waits for work.
    pub(crate) idle: Duration,
}

type Job = Box<dyn FnOnce() + Send>;

/// A job is at work; at an end before its caller hears of it, who may come with the next one at once.
struct Working<'a>(&'a Blocking);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.lock().busy -= 1;
    }
}

struct State {
    changed: Option<Limits>,
    queue: VecDeque<(u64, Job)>,
    next: u64,
    threads: usize,
    idle: usize,
    /// Jobs that a thread works at.
    busy: usize,
    started: u64,
    turned_away: u64,
}

/// How full it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Load {
    /// How many threads there may be.
    pub(crate) size: usize,
    /// How many jobs may wait.
    pub(crate) queue: usize,
    /// Jobs that have a thread, or one that is on its way.
    pub(crate) at_work: usize,
    /// Jobs that wait for a thread.
    pub(crate) waiting: usize,
    /// Threads, idle or not.
    pub(crate) threads: usize,
    /// How many jobs have been turned away ever.
    pub(crate) turned_away: u64,
}

impl Blocking {
    pub(super) const fn new(name: &'static str, given: Limits) -> Self {
        let state = State {
            changed: None,
            queue: VecDeque::new(),
            next: 0,
            threads: 0,
            idle: 0,
            busy: 0,
            started: 0,
            turned_away: 0,
        };
        Self {
            name,
            given,
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

    pub(crate) fn load(&self) -> Load {
        self.load_by(&self.lock())
    }

    /// Changes what it is bounded by: who is at work goes on, who waits and has room now begins.
    pub(super) fn limit(&'static self, change: impl FnOnce(Limits) -> Limits) {
        let mut state = self.lock();
        let limits = change(self.limits(&state));
        state.changed = Some(limits);
        let more = limits.size.saturating_sub(state.threads);
        let wanted = state.queue.len().saturating_sub(state.idle).min(more);
        drop(state);
        // Those that are idle and too many end.
        self.work.notify_all();
        for _ in 0..wanted {
            let state = self.lock();
            if state.threads < self.limits(&state).size && !state.queue.is_empty() {
                self.hire(state);
            }
        }
    }

    /// Has `job` run in `scope`.
    ///
    /// What it returns at `end` or later is dropped there, and `late` called.
    ///
    /// # Errors
    /// All threads are at work and as many jobs wait as may, or nobody waits for any of those at
    /// work; or there is no thread to be had.
    pub(crate) fn start<T: Send + 'static>(
        &'static self,
        scope: Scope,
        job: impl FnOnce() -> T + Send + 'static,
        end: Instant,
        late: impl FnOnce() + Send + 'static,
    ) -> Result<Ticket<T>, Load> {
        let task = Arc::new(Task::new());
        let mine = task.clone();
        let number = self.push(within(scope, move || mine.run(self, job, end, late)))?;
        Ok(Ticket::new(self, number, task))
    }

    /// Has `job` run in `scope`, for which nobody waits. Its panic is told of on standard error. It is
    /// dropped when every thread is at work that nobody waits for, or when there is none to be had.
    #[cfg(feature = "cache")]
    pub(crate) fn run(&'static self, scope: Scope, job: impl FnOnce() + Send + 'static) {
        let _number = self.push(within(scope, move || {
            let _working = Working(self);
            job();
        }));
    }

    /// The number of the job.
    fn push(&'static self, job: Job) -> Result<u64, Load> {
        let mut state = self.lock();
        let Limits { size, queue, .. } = self.limits(&state);
        let stuck = self.left.load(Ordering::Relaxed) >= size;
        if stuck || state.jobs() >= size.saturating_add(queue) {
            state.turned_away += 1;
            let load = self.load_by(&state);
            drop(state);
            return Err(load);
        }
        let number = state.next;
        state.next += 1;
        let awaited = state.idle > state.queue.len();
        state.queue.push_back((number, job));
        if awaited {
            drop(state);
            self.work.notify_one();
            return Ok(number);
        }
        if state.threads < size && !self.hire(state) {
            let mut state = self.lock();
            // The threads that are there will do.
            if state.threads == 0 {
                state.turned_away += 1;
                let load = self.load_by(&state);
                drop(state);
                self.take_back(number);
                return Err(load);
            }
        }
        Ok(number)
    }

    /// Starts a thread; `false` when there is none to be had.
    fn hire(&'static self, mut state: MutexGuard<'_, State>) -> bool {
        state.threads += 1;
        state.started += 1;
        let name = format!("dyno-{}-{}", self.name, state.started);
        drop(state);
        let hired = thread::Builder::new().name(name).spawn(|| self.work()).is_ok();
        if !hired {
            self.lock().threads -= 1;
        }
        hired
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
            let Limits { size, idle, .. } = self.limits(&state);
            if state.threads > size {
                state.threads -= 1;
                return;
            }
            if let Some((_, job)) = state.queue.pop_front() {
                state.busy += 1;
                drop(state);
                harmless("a call on", self.name, job);
                state = self.lock();
                continue;
            }
            state.idle += 1;
            let is_idle = |state: &mut State| {
                state.queue.is_empty() && state.threads <= self.limits(state).size
            };
            let waited = self.work.wait_timeout_while(state, idle, is_idle);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.idle -= 1;
            if state.queue.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }

    fn limits(&self, state: &State) -> Limits {
        state.changed.unwrap_or(self.given)
    }

    fn load_by(&self, state: &State) -> Load {
        let Limits { size, queue, .. } = self.limits(state);
        let jobs = state.jobs();
        let waiting = state.queue.len().min(jobs.saturating_sub(size));
        Load {
            size,
            queue,
            at_work: jobs - waiting,
            waiting,
            threads: state.threads,
            turned_away: state.turned_away,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Those at work, and those that wait for a thread or have been promised one.
    fn jobs(&self) -> usize {
        self.busy + self.queue.len()
    }
}

/// `job` in `scope`, and on the runtime of the caller, if he is on one.
fn within(scope: Scope, job: impl FnOnce() + Send + 'static) -> Job {
    #[cfg(feature = "tokio")]
    let runtime = tokio::runtime::Handle::try_current().ok();
    Box::new(move || {
        #[cfg(feature = "tokio")]
        let _runtime = runtime.as_ref().map(tokio::runtime::Handle::enter);
        scope.run(job);
    })
}
