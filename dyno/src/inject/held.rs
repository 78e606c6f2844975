//! An injected value, for the length of a call.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::registry::Resolved;

/// What a parameter gets: a loan where the value is there to stay, else a share in it.
pub struct Held<T: ?Sized + 'static>(Inner<T>);

enum Inner<T: ?Sized + 'static> {
    /// For the life of the program: no count is touched.
    Fixed(&'static Arc<T>),
    Shared(Arc<T>),
    /// On loan from the registry; the next call may see another.
    Swapped(Resolved<'static, T>),
}

impl<T: ?Sized> Held<T> {
    #[inline]
    pub(super) fn fixed(value: &'static Arc<T>) -> Self {
        Self(Inner::Fixed(value))
    }

    pub(super) fn shared(value: Arc<T>) -> Self {
        Self(Inner::Shared(value))
    }

    pub(super) fn swapped(value: Resolved<'static, T>) -> Self {
        Self(Inner::Swapped(value))
    }

    /// The value to keep.
    #[must_use]
    pub fn into_arc(self) -> Arc<T> {
        match self.0 {
            Inner::Fixed(value) => value.clone(),
            Inner::Shared(value) => value,
            Inner::Swapped(value) => value.into_arc(),
        }
    }

    /// The same without a loan: fit to be held over an `.await`.
    pub(super) fn kept(self) -> Self {
        match self.0 {
            Inner::Swapped(value) => Self::shared(value.into_arc()),
            _ => self,
        }
    }

    pub(super) fn as_fixed(&self) -> Option<&'static Arc<T>> {
        match self.0 {
            Inner::Fixed(value) => Some(value),
            _ => None,
        }
    }
}

impl<T: ?Sized> Deref for Held<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match &self.0 {
            Inner::Fixed(value) => value,
            Inner::Shared(value) => value,
            Inner::Swapped(value) => value,
        }
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Held<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Held;

    #[test]
    fn it_may_be_held_over_an_await() {
        fn is_send<T: Send>() {}
        is_send::<Held<String>>();
        is_send::<Held<dyn Fn() + Send + Sync>>();
    }
}
