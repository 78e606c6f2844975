//! Making a bulkhead.

use std::panic::Location;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::time::Duration;

use super::Bulkhead;
use super::estimate::Estimate;
use super::gate::Gate;
use super::settings::Settings;
use crate::limit::label::Label;
use crate::point::Point;
use crate::queue::Waiters;
use crate::shared::Listed;

impl Bulkhead {
    /// A bulkhead for `limit` calls at a time, which turns away at once what is too much.
    ///
    /// # Panics
    /// When `limit` is 0; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, limit: u32) -> Self {
        Self::made(Label::Name(name, Location::caller()), Settings::limit(limit))
    }

    /// The same, called after an annotated function.
    ///
    /// # Panics
    /// When `limit` is 0; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn of(point: &'static Point, limit: u32) -> Self {
        Self::made(Label::Point(point), Settings::limit(limit))
    }

    /// One that leaves it to other places to say what it is like.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn joining(name: &'static str) -> Self {
        Self::made(Label::Name(name, Location::caller()), Settings::NONE)
    }

    pub(super) const fn made(label: Label, given: Settings) -> Self {
        Self {
            gate: Gate {
                word: AtomicU64::new(0),
                limit: AtomicU64::new(given.most()),
                queue: Mutex::new(Waiters::new()),
            },
            wait: AtomicU64::new(given.patience()),
            room: AtomicU32::new(given.room()),
            turned_away: AtomicU64::new(0),
            estimate: Estimate::new(),
            given,
            label,
            listed: Listed::not_yet(),
        }
    }

    /// How long a call waits for a place, first come, first served: not at all.
    ///
    /// It never waits beyond the [deadline](crate::Deadline) in force. `Duration::MAX`: until there
    /// is a place.
    ///
    /// # Panics
    /// When `wait` is zero; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn wait(mut self, wait: Duration) -> Self {
        self.given = self.given.wait(wait);
        self.wait = AtomicU64::new(self.given.patience());
        self
    }

    /// How many calls may wait at a time, if they [do](Self::wait) at all: 1024. Those above are
    /// turned away at once.
    ///
    /// # Panics
    /// When `queue` is 0; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn queue(mut self, queue: u32) -> Self {
        self.given = self.given.queue(queue);
        self.room = AtomicU32::new(queue);
        self
    }
}
