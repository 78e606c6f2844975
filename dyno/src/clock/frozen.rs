//! A test's own time.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::timers::{Key, Timers};
use super::{Instant, real};
use crate::scope::{self, Pushed};

/// How many times each sleeping task is polled in vain before the clock moves by itself.
///
/// Every poll lets the other tasks of a one-thread executor run, so this is how many steps they may
/// take, without anybody falling asleep or waking, before they count as waiting.
const PATIENCE: usize = 32;

/// Stops the clock of this scope until the guard is dropped.
///
/// From then on time passes only by [`advance`](Frozen::advance) and by sleeping: a thread that
/// sleeps moves the clock to the end of its sleep, and tasks that sleep move it to the earliest
/// end once all of them wait. Tasks are known to wait when a one-thread executor goes round them
/// in vain; where other threads work meanwhile, take [`manual`](Frozen::manual).
///
/// ```
/// use std::time::Duration;
/// let frozen = dyno::clock::freeze();
/// let before = dyno::clock::now();
/// frozen.advance(Duration::from_secs(15));
/// assert_eq!(before.elapsed(), Duration::from_secs(15));
/// ```
pub fn freeze() -> Frozen {
    let clock = Arc::new(Virtual {
        owner: thread::current().id(),
        state: Mutex::new(State {
            now: super::now(),
            manual: false,
            thawed: false,
            timers: Timers::new(),
            blocked: 0,
            quiet: 0,
        }),
        changed: Condvar::new(),
    });
    Frozen { _pushed: scope::push(clock.clone()), clock }
}

/// A frozen clock; it runs again, and whoever sleeps on it wakes, when this is dropped.
#[must_use = "the clock runs again when the guard is dropped"]
pub struct Frozen {
    _pushed: Pushed,
    clock: Arc<Virtual>,
}

impl Frozen {
    /// The same clock, moved by [`advance`](Self::advance) alone: who sleeps, waits for it.
    pub fn manual(self) -> Self {
        self.clock.lock().manual = true;
        self
    }

    /// Lets `duration` pass at once and wakes whose sleep is over, the earliest first.
    pub fn advance(&self, duration: Duration) {
        let to = self.clock.now() + duration;
        self.clock.advance_to(to);
    }

    /// How many threads and tasks sleep on this clock.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.clock.lock().sleepers()
    }

    /// Blocks until `count` threads and tasks, or more, sleep on this clock.
    ///
    /// # Panics
    /// When they do not within 20 s of real time.
    pub fn wait_for_sleepers(&self, count: usize) {
        const LIMIT: Duration = Duration::from_secs(20);
        let few = |state: &mut State| state.sleepers() < count;
        let waited = self.clock.changed.wait_timeout_while(self.clock.lock(), LIMIT, few);
        let (state, result) = waited.unwrap_or_else(PoisonError::into_inner);
        let asleep = state.sleepers();
        drop(state);
        assert!(
            !result.timed_out(),
            "clock: waited {LIMIT:?} for {count} sleepers, and {asleep} sleep; \
             do the threads carry the scope (`dyno::spawn`)?"
        );
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        let due = {
            let mut state = self.clock.lock();
            state.thawed = true;
            state.timers.due(Instant::from_nanos(u64::MAX))
        };
        self.clock.changed.notify_all();
        due.into_iter().for_each(Waker::wake);
    }
}

impl fmt::Debug for Frozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (now, sleepers) = (self.clock.now(), self.sleepers());
        f.debug_struct("Frozen")
            .field("now", &now)
            .field("sleepers", &sleepers)
            .finish_non_exhaustive()
    }
}

/// The frozen clock in force here.
#[inline]
pub(super) fn current() -> Option<Arc<Virtual>> {
    scope::find(|clock: &Arc<Virtual>| Some(clock.clone()))
}

pub(super) struct Virtual {
    owner: ThreadId,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    now: Instant,
    manual: bool,
    thawed: bool,
    timers: Timers,
    /// Threads that sleep.
    blocked: usize,
    /// Polls in vain since a task last fell asleep or woke.
    quiet: usize,
}

impl State {
    fn sleepers(&self) -> usize {
        self.blocked + self.timers.len()
    }
}

impl Virtual {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A thawed clock goes on with the real time, never backwards.
    pub(super) fn now(&self) -> Instant {
        let state = self.lock();
        if state.thawed { state.now.max(real::now()) } else { state.now }
    }

    pub(super) fn sleep(&self, duration: Duration) {
        let mut state = self.lock();
        let deadline = state.now + duration;
        if !state.manual {
            drop(state);
            return self.advance_to(deadline);
        }
        if self.owner == thread::current().id() {
            drop(state);
            alone();
        }
        state.blocked += 1;
        self.changed.notify_all();
        while state.now < deadline && !state.thawed {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.blocked -= 1;
    }

    /// Whether a thread that waits on it is blocked: a manual clock waits for its test.
    ///
    /// # Panics
    /// When this thread is the test's.
    #[cfg(feature = "limit")]
    pub(super) fn blocks(&self) -> bool {
        let manual = self.lock().manual;
        if manual && self.owner == thread::current().id() {
            alone();
        }
        manual
    }

    fn advance_to(&self, to: Instant) {
        let due = {
            let mut state = self.lock();
            state.now = state.now.max(to);
            state.quiet = 0;
            let now = state.now;
            state.timers.due(now)
        };
        self.changed.notify_all();
        due.into_iter().for_each(Waker::wake);
    }

    pub(super) fn poll(&self, deadline: Instant, key: &mut Option<Key>, waker: &Waker) -> Poll<()> {
        // A waker is cloned and dropped outside the lock: both are somebody else's code.
        let own = waker.clone();
        let mut state = self.lock();
        if state.now >= deadline || state.thawed {
            state.quiet = 0;
            let old = state.timers.remove(key);
            drop(state);
            drop((old, own));
            return Poll::Ready(());
        }
        if key.is_none() {
            state.quiet = 0;
        }
        let put = state.timers.put(key, deadline, own);
        state.quiet += usize::from(!state.manual);
        let manual = state.manual;
        let all_wait = state.quiet > PATIENCE * state.timers.len();
        let first = state.timers.first().unwrap_or(deadline);
        drop(state);
        drop(put.old);
        if manual {
            self.changed.notify_all();
            return Poll::Pending;
        }
        if all_wait {
            self.advance_to(first);
        }
        // Asks again, whether it was this one's turn or not: nobody else moves the clock.
        waker.wake_by_ref();
        Poll::Pending
    }

    /// Has `waker` woken at `deadline`, unless that has passed: `true`. Moves no clock, be it
    /// [manual](Frozen::manual) or not.
    #[cfg(any(
        feature = "balance",
        feature = "cache",
        feature = "metrics-facade",
        feature = "pool",
        feature = "statsd"
    ))]
    pub(super) fn wake_at(&self, deadline: Instant, key: &mut Option<Key>, waker: &Waker) -> bool {
        let own = waker.clone();
        let mut state = self.lock();
        if state.now >= deadline || state.thawed {
            let old = state.timers.remove(key);
            drop(state);
            drop((old, own));
            return true;
        }
        let put = state.timers.put(key, deadline, own);
        drop(state);
        drop(put.old);
        self.changed.notify_all();
        false
    }

    pub(super) fn forget(&self, key: &mut Option<Key>) {
        let mut state = self.lock();
        state.quiet = 0;
        let old = state.timers.remove(key);
        drop(state);
        drop(old);
    }
}

#[cold]
fn alone() -> ! {
    panic!(
        "clock: this thread sleeps on a manual clock that only itself can advance; sleep on another \
         thread (`dyno::spawn`), or freeze without `manual`"
    );
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::task::Wake;

    use super::*;

    /// Reads the clock at its drop.
    struct Reads;

    impl Wake for Reads {
        fn wake(self: Arc<Self>) {}
    }

    impl Drop for Reads {
        fn drop(&mut self) {
            let _ = crate::clock::now();
        }
    }

    #[test]
    fn a_waker_that_is_replaced_may_read_the_clock_at_its_drop() {
        let (done, is_done) = mpsc::channel();
        thread::spawn(move || {
            for manual in [false, true] {
                let frozen = freeze();
                let frozen = if manual { frozen.manual() } else { frozen };
                let (end, mut key) = (frozen.clock.now() + Duration::from_secs(1), None);
                let reads = Waker::from(Arc::new(Reads));
                assert!(frozen.clock.poll(end, &mut key, &reads).is_pending());
                drop(reads);
                assert!(frozen.clock.poll(end, &mut key, Waker::noop()).is_pending());
                frozen.clock.forget(&mut key);
            }
            done.send(()).unwrap_or_default();
        });
        assert_eq!(is_done.recv_timeout(Duration::from_secs(20)), Ok(()), "it hangs");
    }
}
