//! Tasks on a clock that nobody moves but who drives them: what runs when is the same each time.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use dyno::clock::{self, Frozen, Instant};
use futures_util::stream::{FuturesUnordered, StreamExt};

/// The clock moves by so much at a time.
pub(crate) const STEP: Duration = Duration::from_millis(1);

/// Later than the clock of any run of tests gets by itself.
const BEGINS: Instant = Instant::from_nanos(1_000_000 * 1_000_000_000);

pub(crate) struct Driver<'a> {
    tasks: FuturesUnordered<Pin<Box<dyn Future<Output = ()> + 'a>>>,
    woken: Arc<Woken>,
    clock: Frozen,
}

/// A clock that stands still, at the same moment each time.
pub(crate) fn frozen() -> Frozen {
    let clock = clock::freeze().manual();
    clock.advance(BEGINS - clock::now());
    clock
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

impl<'a> Driver<'a> {
    /// No tasks yet, on this clock.
    pub(crate) fn new(clock: Frozen) -> Self {
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        Self { tasks: FuturesUnordered::new(), woken, clock }
    }

    pub(crate) fn spawn(&mut self, task: impl Future<Output = ()> + 'a) {
        self.tasks.push(Box::pin(task));
        self.woken.0.store(true, Ordering::Release);
    }

    /// Runs all tasks until every one waits, then moves the clock.
    pub(crate) fn step(&mut self) {
        let waker = Waker::from(Arc::clone(&self.woken));
        let mut context = Context::from_waker(&waker);
        while self.woken.0.swap(false, Ordering::Acquire) {
            while let Poll::Ready(Some(())) = self.tasks.poll_next_unpin(&mut context) {}
        }
        self.clock.advance(STEP);
    }

    /// How many tasks have not ended.
    pub(crate) fn running(&self) -> usize {
        self.tasks.len()
    }

    /// How many of them sleep.
    pub(crate) fn sleepers(&self) -> usize {
        self.clock.sleepers()
    }
}
