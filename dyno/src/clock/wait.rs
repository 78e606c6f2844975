//! Blocking until another thread is done, or a moment has come.

use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::{self, Thread};

use super::{Instant, frozen, now};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

/// Blocks this thread until `done` is true, or, which is `false`, `deadline` has passed.
///
/// Who makes it true wakes the waker. A frozen clock is not moved by the wait: another thread is at
/// work, and time passes by what that one sleeps, or as the test advances it.
pub(crate) fn wait_until(deadline: Instant, mut done: impl FnMut(&Waker) -> bool) -> bool {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let Some(clock) = frozen::current() else {
        // The system's time, as a blocked thread holds up a runtime whose time is paused.
        let began = std::time::Instant::now();
        let most = deadline - now();
        while !done(&waker) {
            let Some(left) = most.checked_sub(began.elapsed()).filter(|left| !left.is_zero())
            else {
                return false;
            };
            thread::park_timeout(left);
        }
        return true;
    };
    let mut key = None;
    let is_done = loop {
        if done(&waker) {
            break true;
        }
        if clock.wake_at(deadline, &mut key, &waker) {
            break false;
        }
        thread::park();
    };
    clock.forget(&mut key);
    is_done
}

/// The same, however long it takes.
#[cfg(feature = "pool")]
pub(crate) fn wait(mut done: impl FnMut(&Waker) -> bool) {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    while !done(&waker) {
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::freeze;

    #[test]
    fn who_has_waited_is_no_sleeper_any_longer() {
        for manual in [false, true] {
            let frozen = freeze();
            let frozen = if manual { frozen.manual() } else { frozen };
            let (begin, mut asked) = (now(), 0);
            let end = begin + Duration::from_secs(1);
            let done = |waker: &Waker| {
                asked += 1;
                assert_eq!(frozen.sleepers(), asked - 1);
                waker.wake_by_ref();
                asked == 2
            };
            assert!(wait_until(end, done));
            assert_eq!((frozen.sleepers(), now()), (0, begin), "it moves no time");
            frozen.advance(Duration::from_secs(1));
            assert!(!wait_until(end, |_| false));
            assert_eq!(frozen.sleepers(), 0);
        }
    }
}
