//! What a function and its policies tell, in order.

use std::sync::Mutex;

use dyno::clock;

/// What happened when, in milliseconds of virtual time.
pub(super) struct Log {
    begun: Mutex<Option<clock::Instant>>,
    lines: Mutex<Vec<String>>,
}

impl Log {
    pub(super) const fn new() -> Self {
        Self { begun: Mutex::new(None), lines: Mutex::new(Vec::new()) }
    }

    pub(super) fn begin(&self) {
        *self.begun.lock().expect("held briefly") = Some(clock::now());
    }

    pub(super) fn note(&self, what: impl std::fmt::Display) {
        let Some(begun) = *self.begun.lock().expect("held briefly") else { return };
        let line = format!("{} {what}", begun.elapsed().as_millis());
        self.lines.lock().expect("held briefly").push(line);
    }

    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().expect("held briefly"))
    }
}
