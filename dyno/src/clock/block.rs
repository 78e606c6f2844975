//! Waiting for a future with a thread of one's own.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use super::frozen;
use super::{Instant, Sleep};

/// Blocks this thread until `future` is ready, or until the moment `until`: `None` then.
///
/// On a frozen clock the moment comes as it does for [`sleep`](super::sleep): at once, or on a
/// manual one when the test has advanced it. The real time is the system's, never a runtime's: the
/// thread that would drive its timers may be this one.
///
/// # Panics
/// On a manual clock, on the thread that froze it, when there is a moment to wait for.
pub(crate) fn block_on<F: Future>(future: F, until: Option<Instant>) -> Option<F::Output> {
    let mut future = pin!(future);
    let parked = Arc::new(Parked { thread: thread::current(), woken: AtomicBool::new(false) });
    let waker = Waker::from(parked.clone());
    let mut cx = Context::from_waker(&waker);
    let mut end: Option<End> = None;
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return Some(value);
        }
        // Only who has to wait reads the clock.
        if end.get_or_insert_with(|| End::of(until)).is_over(&mut cx) {
            return None;
        }
        if let Some(end) = &mut end {
            end.wait(&parked);
        }
    }
}

enum End {
    Never,
    Real(std::time::Instant),
    Manual(Sleep),
    /// The clock moves there when it is waited for.
    Frozen(Sleep),
    Over,
}

impl End {
    fn of(until: Option<Instant>) -> Self {
        let Some(until) = until else { return Self::Never };
        let left = until - super::now();
        match frozen::current() {
            Some(clock) if clock.blocks() => Self::Manual(Sleep::new(left)),
            Some(_) => Self::Frozen(Sleep::new(left)),
            None => std::time::Instant::now().checked_add(left).map_or(Self::Never, Self::Real),
        }
    }

    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        match self {
            Self::Never | Self::Frozen(_) => false,
            Self::Over => true,
            Self::Real(end) => std::time::Instant::now() >= *end,
            Self::Manual(sleep) => Pin::new(sleep).poll(cx).is_ready(),
        }
    }

    /// Until the thread is woken or it is over.
    fn wait(&mut self, parked: &Parked) {
        match self {
            Self::Frozen(sleep) => {
                super::sleep(sleep.deadline() - super::now());
                // What happened meanwhile is looked at once.
                *self = Self::Over;
            }
            Self::Real(end) => parked.park(Some(*end)),
            _ => parked.park(None),
        }
    }
}

struct Parked {
    thread: Thread,
    /// Tokens of `park` may be taken, or left behind, by somebody else's code.
    woken: AtomicBool,
}

impl Parked {
    fn park(&self, until: Option<std::time::Instant>) {
        while !self.woken.swap(false, Ordering::Acquire) {
            let Some(until) = until else {
                thread::park();
                continue;
            };
            let left = until.saturating_duration_since(std::time::Instant::now());
            if left.is_zero() {
                return;
            }
            thread::park_timeout(left);
        }
    }
}

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn, ready};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::clock;

    const MS: Duration = Duration::from_millis(1);

    /// Ready when something is received; the waker goes to `waits`.
    fn received(
        waits: mpsc::Sender<Waker>,
        receiver: mpsc::Receiver<u8>,
    ) -> impl Future<Output = u8> {
        poll_fn(move |cx| match receiver.try_recv() {
            Ok(value) => Poll::Ready(value),
            Err(_) => {
                waits.send(cx.waker().clone()).unwrap_or_default();
                Poll::Pending
            }
        })
    }

    #[test]
    fn a_thread_sleeps_until_it_is_woken() {
        let (waits, waiting) = mpsc::channel();
        let (sender, receiver) = mpsc::channel();
        let there = thread::spawn(move || block_on(received(waits, receiver), None));
        let waker = waiting.recv().expect("it waits");
        // In vain, and twice.
        waker.wake_by_ref();
        let waker = waiting.recv().expect("it waits again");
        sender.send(7).expect("it listens");
        waker.wake();
        assert_eq!(there.join().expect("it ends"), Some(7));
    }

    #[test]
    fn what_is_ready_reads_no_clock_and_the_real_time_ends_a_wait() {
        assert_eq!(block_on(ready(1), Some(Instant::from_nanos(0))), Some(1));
        assert_eq!(block_on(pending::<u8>(), Some(clock::now() + MS)), None);
        assert_eq!(block_on(pending::<u8>(), Some(Instant::from_nanos(0))), None);
    }

    #[test]
    fn a_frozen_clock_moves_to_the_end() {
        let _frozen = clock::freeze();
        let end = clock::now() + 50 * MS;
        assert_eq!(block_on(pending::<u8>(), Some(end)), None);
        assert_eq!(clock::now(), end);
        assert_eq!(block_on(ready(1), Some(end + MS)), Some(1));
        assert_eq!(clock::now(), end);
    }

    #[test]
    fn on_a_manual_clock_it_sleeps_until_the_test_says_so() {
        let frozen = clock::freeze().manual();
        let end = clock::now() + 50 * MS;
        let there = crate::spawn(move || block_on(pending::<u8>(), Some(end)));
        frozen.wait_for_sleepers(1);
        frozen.advance(49 * MS);
        assert!(!there.is_finished());
        frozen.advance(MS);
        assert_eq!(there.join().expect("it ends"), None);
        assert_eq!(frozen.sleepers(), 0);
    }

    #[test]
    fn on_a_manual_clock_it_is_woken_before_as_well() {
        let frozen = clock::freeze().manual();
        let (waits, waiting) = mpsc::channel();
        let (sender, receiver) = mpsc::channel();
        let end = clock::now() + MS;
        let there = crate::spawn(move || block_on(received(waits, receiver), Some(end)));
        frozen.wait_for_sleepers(1);
        sender.send(7).expect("it listens");
        waiting.recv().expect("it waits").wake();
        assert_eq!(there.join().expect("it ends"), Some(7));
        assert_eq!(frozen.sleepers(), 0);
    }

    #[test]
    #[should_panic(expected = "sleeps on a manual clock that only itself can advance")]
    fn who_alone_could_move_the_clock_may_not_wait_for_it() {
        let _frozen = clock::freeze().manual();
        block_on(pending::<u8>(), Some(clock::now() + MS));
    }
}
