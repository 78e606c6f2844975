//! What a layer of `tower` asks of a service.

use super::Service;
use super::with::With;

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
}
