//! Where the machine takes the time from.

use std::time::Duration;

use super::super::word::Ticks;
use crate::clock::{self, Instant};

/// A moment in nanoseconds, as a permit keeps it.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Nanos(pub(in super::super) u64);

impl Nanos {
    pub(in super::super) fn ticks(self) -> Ticks {
        Ticks::at(Instant::from_nanos(self.0))
    }
}

/// The time, and chance.
pub(in super::super) trait Time {
    /// The time.
    fn nanos(&self) -> Nanos;

    /// The time, or up to [`clock::COARSE`] less, at a fraction of the cost.
    fn coarse(&self) -> Ticks {
        self.now()
    }

    fn now(&self) -> Ticks {
        self.nanos().ticks()
    }

    /// Drawn from 0 to 1.
    fn chance(&self) -> f64;

    /// What has passed since `since`, which was read before. All of `whole` where the clock says
    /// less than nothing: `since` is of another clock, such as one that a test had frozen far ahead.
    fn passed(&self, since: Ticks, whole: Ticks) -> Ticks {
        let near = Ticks::lasting(clock::COARSE);
        match self.coarse().since(since) {
            // The coarse clock decides nothing that it could get wrong.
            Some(passed) if passed.plus(near) < whole => passed,
            _ => self.now().since(since).unwrap_or(whole),
        }
    }
}

/// The clock that holds here.
pub(in super::super) struct Real;

impl Time for Real {
    fn nanos(&self) -> Nanos {
        Nanos(clock::now().as_nanos())
    }

    #[inline]
    fn coarse(&self) -> Ticks {
        Ticks::at(clock::coarse())
    }

    fn chance(&self) -> f64 {
        fastrand::f64()
    }
}

/// What has passed between two moments; nothing where the clock ran backwards.
pub(in super::super) fn between(since: u64, now: u64) -> Duration {
    Duration::from_nanos(now.saturating_sub(since))
}
