//! Who asks for a value, and how long its last build took.

use std::time::Duration;

use crate::clock::Instant;
use crate::fault::{InjectError, InjectErrorKind};
use crate::point::{self, Event, Point, emit};
use crate::registry::flight::Wanted;

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub(super) point: &'static Point,
    pub(super) parameter: &'static str,
    /// The provider as the user wrote it.
    pub(super) provider: &'static str,
}

impl Asked {
    pub(super) fn wanted(&self) -> Wanted {
        Wanted { provider: self.provider.into(), at: Some(self.point.location()) }
    }

    pub(super) fn provider(&self) -> &'static str {
        self.provider
    }

    pub(super) fn emit(&self, event: &Event<'_>) {
        if point::observed() {
            emit(self.point.name(), event);
        }
    }

    /// Of builds: to recordings, which hear of them before anybody sees what was built.
    pub(super) fn record(&self, event: &Event<'_>) {
        if point::TIMING.is_open() {
            point::TIMING.tell(self.point.name(), event);
        }
    }

    #[cold]
    pub(super) fn tell(&self, error: InjectError) -> InjectError {
        // Of a cycle the first who is told knows best: the others pass on what they heard.
        let first = error.function().is_none() && matches!(error.kind(), InjectErrorKind::Cycle(_));
        let error = error.wanted_by(self.point, self.parameter, self.point.location());
        if first { error.asked_of(self.provider) } else { error.provided_by(self.provider) }
    }
}

/// The last build of a value.
#[derive(Clone, Debug)]
pub(crate) struct Took {
    pub(super) began: Instant,
    pub(super) time: Duration,
    pub(super) thread: String,
}
