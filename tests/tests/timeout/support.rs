//! What the tests share.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use dyno::point::{self, Event, Observing};

pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const WATCHDOG: Duration = Duration::from_secs(20);

/// A runtime of one thread, whose own timers are switched off.
pub(crate) fn block_on<R>(future: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future)
}

/// What happens at one point, as sentences, until it is dropped.
pub(crate) struct Heard {
    told: mpsc::Receiver<String>,
    _observing: Observing,
}

pub(crate) fn hear(name: &'static str) -> Heard {
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let observing = point::observe(move |point: &str, event: &Event<'_>| {
        if point == name {
            let tell = tell.lock().unwrap_or_else(PoisonError::into_inner);
            tell.send(event.to_string()).unwrap_or_default();
        }
    });
    Heard { told, _observing: observing }
}

impl Heard {
    pub(crate) fn so_far(&self) -> Vec<String> {
        self.told.try_iter().collect()
    }

    /// The next one, told by another thread.
    pub(crate) fn next(&self) -> String {
        self.told.recv_timeout(WATCHDOG).expect("an event")
    }
}

/// Counts itself in while it lives: a permit.
pub(crate) struct Slot {
    _of: Arc<()>,
}

impl Slot {
    pub(crate) fn of(slots: &Arc<()>) -> Self {
        Self { _of: slots.clone() }
    }
}

pub(crate) fn taken(slots: &Arc<()>) -> usize {
    Arc::strong_count(slots) - 1
}
