//! What a client asks of a service besides.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Service;
use super::end::Refusing;
use super::with::With;
use crate::breaker::Breaker;

impl Service {
    /// `judge` says what an outcome stands for, and what it asks of a retry.
    pub(crate) fn judged_by<J>(&self, judge: J) -> With<'_, J> {
        With { service: self, at: None, judge, or: Refusing }
    }

    /// The breaker of a target.
    pub(crate) fn breaker_at<K: fmt::Display + ?Sized>(&self, _key: &K) -> Option<Arc<Breaker>> {
        None
    }

    /// It has one for each.
    pub(crate) fn is_per_target(&self) -> bool {
        false
    }
}

impl<J, O> With<'_, J, O> {
    /// The limit of this call, in place of the service's.
    pub(crate) fn limited(self, _limit: Option<Duration>) -> Self {
        self
    }
}
