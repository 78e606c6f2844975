//! Balancers by name.

use std::sync::{Mutex, PoisonError};

use super::Balancer;

static LISTED: Mutex<Vec<&'static Balancer>> = Mutex::new(Vec::new());

impl Balancer {
    /// Lets [`all`](Self::all) and [`named`](Self::named) find it. Attributes do so with each
    /// balancer they use.
    #[inline]
    pub fn list(&'static self) -> &'static Self {
        self.listed.once(|| LISTED.lock().unwrap_or_else(PoisonError::into_inner).push(self));
        self
    }

    /// Every balancer that an attribute has used, and every [listed](Self::list) one.
    #[must_use]
    pub fn all() -> Vec<&'static Self> {
        LISTED.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first of them that is called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().into_iter().find(|balancer| balancer.name() == name)
    }
}
