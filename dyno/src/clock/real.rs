//! The real time, and the thread that wakes those who wait for it without a runtime.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::Duration;

use super::Instant;
use super::instant::nanos;
use super::timers::{Key, Timers};

/// The moment the clock of this process began.
static BEGAN: OnceLock<Began> = OnceLock::new();

struct Began {
    at: std::time::Instant,
    /// On the system's coarse clock, and so much later that it is never ahead of the other.
    #[cfg(all(
        target_os = "linux",
        any(feature = "breaker", feature = "cache", feature = "limit", feature = "metrics")
    ))]
    coarse: u64,
}

/// The clock begins as much before its first reading: a runtime whose time is paused may have stopped
/// just before another thread read it.
const EARLIER: Duration = Duration::from_secs(1);

impl Began {
    #[cfg(all(
        target_os = "linux",
        any(feature = "breaker", feature = "cache", feature = "limit", feature = "metrics")
    ))]
    #[cold]
    fn now() -> Self {
        /// Who was stopped between the two readings reads again, or they would stay apart.
        const NEAR: Duration = Duration::from_millis(1);
        const TRIES: usize = 100;
        let read = || {
            let at = std_now();
            let coarse = coarse_nanos() + nanos(super::COARSE) / 2;
            (std_now().saturating_duration_since(at), Self { at, coarse })
        };
        let mut first = read();
        for _ in 0..TRIES {
            if first.0 <= NEAR {
                break;
            }
            first = read();
        }
        let Self { at, coarse } = first.1;
        let Some(earlier) = at.checked_sub(EARLIER) else { return first.1 };
        Self { at: earlier, coarse: coarse.saturating_sub(nanos(EARLIER)) }
    }

    #[cfg(not(all(
        target_os = "linux",
        any(feature = "breaker", feature = "cache", feature = "limit", feature = "metrics")
    )))]
    #[cold]
    fn now() -> Self {
        let at = std_now();
        Self { at: at.checked_sub(EARLIER).unwrap_or(at) }
    }
}

static TIMERS: Mutex<Timers> = Mutex::new(Timers::new());
static CHANGED: Condvar = Condvar::new();
static STARTED: OnceLock<bool> = OnceLock::new();

#[inline]
pub(super) fn now() -> Instant {
    let began = BEGAN.get_or_init(Began::now);
    Instant::from_nanos(nanos(std_now().saturating_duration_since(began.at)))
}

/// Linux keeps a count of its own ticks, of 1 to 10 ms, which is read in a fraction of the time.
#[cfg(all(
    target_os = "linux",
    any(feature = "breaker", feature = "cache", feature = "limit", feature = "metrics")
))]
#[inline]
pub(super) fn coarse() -> Instant {
    if super::paused::POSSIBLE {
        return now();
    }
    let began = BEGAN.get_or_init(Began::now);
    Instant::from_nanos(coarse_nanos().saturating_sub(began.coarse))
}

#[cfg(all(
    not(target_os = "linux"),
    any(feature = "breaker", feature = "cache", feature = "limit", feature = "metrics")
))]
pub(super) fn coarse() -> Instant {
    now()
}

#[cfg(all(
    target_os = "linux",
    any(feature = "breaker", feature = "cache", feature = "limit", feature = "metrics")
))]
#[inline]
fn coarse_nanos() -> u64 {
    // Seconds above, a fraction below.
    let ticks = coarsetime::Instant::now_without_cache_update().as_ticks();
    let fraction = (ticks & 0xffff_ffff) * 1_000_000_000;
    (ticks >> 32) * 1_000_000_000 + (fraction >> 32)
}

#[cfg(not(feature = "tokio"))]
#[inline]
fn std_now() -> std::time::Instant {
    std::time::Instant::now()
}

/// The same, but for a runtime whose time is paused.
#[cfg(feature = "tokio")]
fn std_now() -> std::time::Instant {
    tokio::time::Instant::now().into_std()
}

/// The same moment on the runtime's clock.
#[cfg(all(feature = "tokio", any(feature = "cache", feature = "timeout")))]
pub(super) fn of_runtime(moment: Instant) -> tokio::time::Instant {
    /// As good as for ever, and every system's clock can say it.
    const LONG: Duration = Duration::from_secs(30 * 365 * 24 * 3600);
    let began = BEGAN.get_or_init(Began::now).at;
    let at = began.checked_add(Duration::from_nanos(moment.as_nanos()));
    tokio::time::Instant::from_std(at.unwrap_or_else(|| began + LONG))
}

/// Has `waker` woken at `deadline`.
pub(super) fn wake_at(deadline: Instant, key: &mut Option<Key>, waker: &Waker) {
    // A waker is cloned and dropped outside the lock: both are somebody else's code.
    let own = waker.clone();
    let put = TIMERS.lock().unwrap_or_else(PoisonError::into_inner).put(key, deadline, own);
    drop(put.old);
    if !*STARTED.get_or_init(start) {
        // No thread is to be had (wasm, exhausted limits): the task looks at the clock itself.
        waker.wake_by_ref();
    } else if put.first {
        CHANGED.notify_one();
    }
}

pub(super) fn forget(key: &mut Option<Key>) {
    // Bound first: the waker is dropped outside the lock.
    let waker = TIMERS.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    drop(waker);
}

fn start() -> bool {
    thread::Builder::new().name("dyno-timer".into()).spawn(run).is_ok()
}

fn run() {
    /// Longer waits are cut: some platforms overflow on them.
    const LONGEST: Duration = Duration::from_secs(3600);
    loop {
        let now = now();
        let mut timers = TIMERS.lock().unwrap_or_else(PoisonError::into_inner);
        let due = timers.due(now);
        if due.is_empty() {
            let wait = timers.first().map_or(LONGEST, |first| (first - now).min(LONGEST));
            drop(CHANGED.wait_timeout(timers, wait));
            continue;
        }
        drop(timers);
        for waker in due {
            // A waker is somebody else's code: its panic must not end all waits of the program.
            drop(catch_unwind(AssertUnwindSafe(|| waker.wake())));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};
    use std::task::Wake;

    use super::*;

    struct Tell(mpsc::Sender<u32>, u32);

    impl Wake for Tell {
        fn wake(self: Arc<Self>) {
            let Self(told, number) = &*self;
            told.send(*number).unwrap_or_default();
            assert_ne!(*number, 1, "a waker's own trouble, which must not stop the thread");
        }
    }

    /// Uses the timers at its drop.
    struct Waits;

    impl Wake for Waits {
        fn wake(self: Arc<Self>) {}
    }

    impl Drop for Waits {
        fn drop(&mut self) {
            let mut key = None;
            wake_at(now() + Duration::from_secs(3600), &mut key, Waker::noop());
            forget(&mut key);
        }
    }

    #[test]
    fn a_waker_that_is_replaced_may_use_the_timers_at_its_drop() {
        let (done, is_done) = mpsc::channel();
        thread::spawn(move || {
            let (end, mut key) = (now() + Duration::from_secs(3600), None);
            wake_at(end, &mut key, &Waker::from(Arc::new(Waits)));
            wake_at(end, &mut key, Waker::noop());
            forget(&mut key);
            done.send(()).unwrap_or_default();
        });
        assert_eq!(is_done.recv_timeout(Duration::from_secs(20)), Ok(()), "it hangs");
    }

    #[cfg(any(feature = "breaker", feature = "cache", feature = "limit", feature = "metrics"))]
    #[test]
    fn the_coarse_time_is_behind_by_little_and_never_ahead() {
        for _ in 0..10_000 {
            let (coarse, then) = (super::coarse(), now());
            assert!(coarse <= then, "{coarse:?} {then:?}");
        }
        // What a busy machine adds between the two readings is not the clock's doing.
        let closest =
            (0..100).map(|_| (now(), super::coarse())).map(|(then, coarse)| then - coarse);
        assert!(closest.min() <= Some(crate::clock::COARSE));
    }

    // The one test that waits for the real time, and only for it to pass.
    #[test]
    fn the_thread_wakes_in_order_what_is_due_and_nothing_else() {
        let (tell, told) = mpsc::channel();
        let waker = |number| Waker::from(Arc::new(Tell(tell.clone(), number)));
        let (mut gone, mut first, mut second, mut never) = (None, None, None, None);
        let start = now();
        wake_at(start + Duration::from_micros(1500), &mut second, &waker(2));
        wake_at(start + Duration::from_micros(500), &mut first, &waker(1));
        wake_at(start + Duration::from_secs(3600), &mut never, &waker(3));
        wake_at(start + Duration::from_secs(3600), &mut gone, &waker(4));
        forget(&mut gone);
        let woken = [0; 2].map(|_| told.recv_timeout(Duration::from_secs(20)));
        assert_eq!(woken, [Ok(1), Ok(2)]);
        assert!(now() - start >= Duration::from_micros(1500));
        assert!(told.try_recv().is_err());
        forget(&mut never);
    }
}
