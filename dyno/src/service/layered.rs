//! What a layer of `tower`, and a client, ask of a service.

#[cfg(feature = "http")]
use std::fmt;
#[cfg(feature = "http")]
use std::sync::Arc;

use super::Service;
#[cfg(feature = "http")]
use super::layers::Breaking;
use super::with::With;
#[cfg(feature = "http")]
use crate::breaker::Breaker;

impl<'a, J, O> With<'a, J, O> {
    /// The same by a judge of the layer's own.
    pub(crate) fn judged<K>(self, judge: K) -> With<'a, K, O> {
        let Self { service, at, judge: _, or } = self;
        With { service, at, judge, or }
    }
}

impl Service {
    /// It has something that is kept by target.
    pub(crate) const fn is_per_target(&self) -> bool {
        self.given.per_target
    }

    /// The breaker of a target, where each has one.
    #[cfg(feature = "http")]
    pub(crate) fn breaker_at<K: fmt::Display + ?Sized>(&self, key: &K) -> Option<Arc<Breaker>> {
        match &self.breaker {
            Breaking::Each(keyed) => Some(keyed.get(key)),
            Breaking::None | Breaking::Own(_) | Breaking::Shared(_) => None,
        }
    }
}
