//! How a breaker, and a fuse, stands: for those who ask why.

use std::sync::atomic::Ordering;

use super::core::Real;
use super::word::Phase;
use super::{Breaker, Fuse};
use crate::fault::LastError;
use crate::fault::explain::{Circuit, Opened, Rule};

impl Breaker {
    /// How it stands now, and what opened it, if it is open.
    ///
    /// ```
    /// use dyno::breaker::Breaker;
    ///
    /// let db = Breaker::new("db").fail_max(3);
    /// let _: Option<()> = db.call(|| None);
    /// assert_eq!(db.explain().to_string(), "the breaker is closed: 1 of 3 failures in a row");
    /// ```
    #[must_use]
    pub fn explain(&self) -> Rule {
        let settings = self.settings_in_force();
        let view = self.core.view();
        let last = LastError::from_number(self.last.load(Ordering::Relaxed));
        let why = || last.and_then(LastError::opened);
        let circuit = match view.phase {
            Phase::Closed => {
                Circuit::Closed { failures: view.failures(), fail_max: settings.max_failures() }
            }
            Phase::Open => Circuit::Open { why: why() },
            Phase::ForcedOpen => {
                Circuit::ForcedOpen { at: why().as_ref().and_then(Opened::by_hand) }
            }
            Phase::HalfOpen => {
                Circuit::HalfOpen { trials: view.tally().busy, permits: settings.permits() }
            }
            Phase::Recovering => {
                let share = self.core.stage(view, &settings, &Real).map(|(share, _)| share);
                Circuit::Recovering { share: share.unwrap_or(1.0) }
            }
            Phase::Disabled => Circuit::Disabled,
            Phase::MetricsOnly => Circuit::MetricsOnly,
        };
        let retry_after = match view.phase {
            Phase::Open => self.retry_after(&settings),
            Phase::Recovering => self.core.stage(view, &settings, &Real).map(|(_, left)| left),
            _ => None,
        };
        Rule::Breaker { circuit, retry_after, last_error: last.and_then(LastError::text) }
    }
}

impl Fuse {
    /// How it stands now, and where it was switched last.
    ///
    /// ```
    /// use dyno::breaker::Fuse;
    ///
    /// let search = Fuse::new("beta-search");
    /// assert_eq!(search.explain().to_string(), "the fuse is on");
    /// ```
    #[must_use]
    pub fn explain(&self) -> Rule {
        let by = LastError::from_number(self.thrown.load(Ordering::Relaxed));
        let switched = by.and_then(LastError::opened).as_ref().and_then(Opened::by_hand);
        Rule::Fuse { on: self.is_on(), switched }
    }
}
