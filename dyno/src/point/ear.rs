//! dyno's own modules that hear of everything while they are on: no lock, and no call by a table.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::event::{Event, LISTENING};

/// One of dyno's own modules, which hears what happens at every point while it is open.
pub(crate) struct Ear {
    open: AtomicUsize,
    hears: OnceLock<fn(&str, &Event<'_>)>,
}

/// What counts.
#[cfg_attr(not(feature = "metrics"), allow(dead_code))]
pub(crate) static METRICS: Ear = Ear::new();
/// What puts marks into the tree of a request.
#[cfg_attr(not(feature = "timing"), allow(dead_code))]
pub(crate) static TIMING: Ear = Ear::new();

#[cfg_attr(not(all(feature = "metrics", feature = "timing")), allow(dead_code))]
impl Ear {
    const fn new() -> Self {
        Self { open: AtomicUsize::new(0), hears: OnceLock::new() }
    }

    /// From now on `hears` is called with every event, until [`close`](Self::close) was called as
    /// often as this. It is called on the thread where it happened, and must neither panic nor wait.
    pub(crate) fn open(&self, hears: fn(&str, &Event<'_>)) {
        self.hears.get_or_init(|| hears);
        self.open.fetch_add(1, Ordering::Relaxed);
        LISTENING.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn close(&self) {
        LISTENING.fetch_sub(1, Ordering::Relaxed);
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    /// Tells this one alone, if it is open.
    pub(crate) fn tell(&self, point: &str, event: &Event<'_>) {
        if let Some(hears) = self.hears.get().filter(|_| self.is_open()) {
            hears(point, event);
        }
    }

    /// `true` while it hears: one relaxed load.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed) != 0
    }
}

/// Tells those that are open.
pub(super) fn tell(point: &str, event: &Event<'_>) {
    METRICS.tell(point, event);
    // Recordings were told when the build had ended, before anybody could see it.
    if !matches!(event, Event::Built { .. } | Event::BuildFailed { .. }) {
        TIMING.tell(point, event);
    }
}
