//! What a layer shares with others.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::metrics::Metrics;

/// A policy of which a layer, all services that it makes and all their clones share one: a `static`,
/// an `Arc`, or a value that is handed over.
///
/// ```
/// use std::sync::Arc;
/// use dyno::breaker::Breaker;
/// use dyno::tower::Policy;
///
/// static DB: Breaker = Breaker::new("db");
/// let shared = Arc::new(Breaker::new("search"));
/// let policies: [Policy<Breaker>; 3] = [(&DB).into(), shared.into(), Breaker::new("own").into()];
/// assert_eq!(policies.map(|policy| policy.name().to_owned()), ["db", "search", "own"]);
/// ```
pub struct Policy<T: 'static>(pub(super) Held<T>);

pub(super) enum Held<T: 'static> {
    Static(&'static T),
    Shared(Arc<T>),
}

impl<T> Deref for Policy<T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        match &self.0 {
            Held::Static(policy) => policy,
            Held::Shared(policy) => policy,
        }
    }
}

impl<T> Clone for Policy<T> {
    #[inline]
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Held::Static(policy) => Held::Static(policy),
            Held::Shared(policy) => Held::Shared(policy.clone()),
        })
    }
}

impl<T> From<&'static T> for Policy<T> {
    fn from(policy: &'static T) -> Self {
        Self(Held::Static(policy))
    }
}

impl<T> From<Arc<T>> for Policy<T> {
    fn from(policy: Arc<T>) -> Self {
        Self(Held::Shared(policy))
    }
}

impl<T> From<T> for Policy<T> {
    fn from(policy: T) -> Self {
        Self(Held::Shared(Arc::new(policy)))
    }
}

/// Metrics under this name.
impl From<&'static str> for Policy<Metrics> {
    #[track_caller]
    fn from(name: &'static str) -> Self {
        Metrics::new(name).into()
    }
}

impl<T: fmt::Debug> fmt::Debug for Policy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}
