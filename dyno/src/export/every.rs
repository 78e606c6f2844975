//! Something done again and again, on a thread of its own.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::clock;
use crate::scope::Scope;

/// An exporter at work in the background; dropped, it exports once more and stops.
///
/// Its time is that of the [`clock`](crate::clock) where it was started: on a frozen one it works when a test
/// advances it.
#[must_use = "it stops when it is dropped"]
pub struct Every {
    end: Arc<Mutex<End>>,
    pause: Duration,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct End {
    asked: bool,
    waiting: Option<Waker>,
}

impl Every {
    /// # Panics
    /// When the time is zero.
    #[track_caller]
    pub(super) fn start(
        exporter: &str,
        every: Duration,
        mut work: impl FnMut() + Send + 'static,
    ) -> io::Result<Self> {
        assert!(
            !every.is_zero(),
            "{exporter}: `every` must be above zero, else it does nothing but export"
        );
        let end = Arc::new(Mutex::new(End::default()));
        let ends = end.clone();
        // It goes on when the call that has started it is over.
        let scope = Scope::current().beyond_the_call();
        // What is exported to may be somebody else's code, and its panic is not the end of it.
        let mut work = move || drop(catch_unwind(AssertUnwindSafe(&mut work)));
        let run = move || {
            let mut next = clock::now() + every;
            while !clock::wait_until(next, |waker| is_over(&ends, waker)) {
                work();
                // What was missed is not made up for.
                let now = clock::now();
                next += every;
                if next <= now {
                    next = now + every;
                }
            }
            work();
        };
        let thread = thread::Builder::new().name(format!("dyno-{exporter}"));
        let thread = thread.spawn(move || scope.run(run))?;
        Ok(Self { end, pause: every, thread: Some(thread) })
    }
}

fn is_over(end: &Mutex<End>, waker: &Waker) -> bool {
    let mut end = end.lock().unwrap_or_else(PoisonError::into_inner);
    if !end.waiting.as_ref().is_some_and(|waiting| waiting.will_wake(waker)) {
        end.waiting = Some(waker.clone());
    }
    end.asked
}

impl Drop for Every {
    fn drop(&mut self) {
        let waiting = {
            let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
            end.asked = true;
            end.waiting.take()
        };
        if let Some(waiting) = waiting {
            waiting.wake();
        }
        // Its panics are caught.
        self.thread.take().map(JoinHandle::join);
    }
}

impl fmt::Debug for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Every({:?})", self.pause)
    }
}
