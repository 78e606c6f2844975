//! What the tests share.

use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::clock;
use dyno::point::{self, Event, Observing, Stop};
use dyno::retry::Listener;

pub(crate) const MS: Duration = Duration::from_millis(1);

/// Fails until its `good`-th call.
pub(crate) struct Flaky {
    pub(crate) calls: Cell<u32>,
    good: u32,
}

impl Flaky {
    pub(crate) fn new(good: u32) -> Self {
        Self { calls: Cell::new(0), good }
    }

    pub(crate) fn call(&self) -> Result<u32, u32> {
        let call = self.calls.get() + 1;
        self.calls.set(call);
        if call >= self.good { Ok(call) } else { Err(call) }
    }
}

pub(crate) fn block_on<R>(future: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future)
}

/// What observers hear about the point called `name`, in words.
pub(crate) fn overhear(name: &'static str) -> (Observing, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let to = heard.clone();
    let watching = point::observe(move |point: &str, event: &Event<'_>| {
        if point == name {
            to.lock().expect("held briefly").push(format!("{event:?}"));
        }
    });
    (watching, heard)
}

/// When each call began, from the first moment on a frozen clock.
#[derive(Default)]
pub(crate) struct Begun(Vec<Duration>);

impl Begun {
    pub(crate) fn now(&mut self, start: clock::Instant) {
        self.0.push(start.elapsed());
    }

    pub(crate) fn millis(&self) -> Vec<u128> {
        self.0.iter().map(Duration::as_millis).collect()
    }
}

/// Writes down what it is told.
pub(crate) struct Scribe(pub(crate) Mutex<Vec<String>>);

impl Scribe {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn note(&self, told: String) {
        self.0.lock().expect("held briefly").push(told);
    }

    pub(crate) fn told(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("held briefly"))
    }
}

impl Listener for Scribe {
    fn attempt(&self, _point: &str, attempt: u32) {
        self.note(format!("attempt {attempt}"));
    }
    fn retry(&self, _point: &str, attempt: u32, after: Duration) {
        self.note(format!("{attempt} failed, next after {after:?}"));
    }
    fn gave_up(&self, _point: &str, attempts: u32, why: Stop) {
        self.note(format!("gave up after {attempts}: {why:?}"));
    }
    fn succeeded(&self, _point: &str, attempts: u32) {
        self.note(format!("succeeded after {attempts}"));
    }
}
