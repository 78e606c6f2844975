//! An injected value, for the length of a call.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::kept::{Kept, given};
use crate::registry::Resolved;

/// What a parameter gets: a loan where the value is there to stay, else a share in it.
pub struct Held<T: ?Sized + 'static>(Inner<T>);

enum Inner<T: ?Sized + 'static> {
    /// For the life of the program: no count is touched.
    Fixed(&'static Arc<T>),
    /// Behind a pointer, and its drop behind another: so a call that has a loan carries little more
    /// than one comparison at its end.
    Share(Share<T>),
}

/// A share in a value, or a loan of the registry's.
pub(super) type Share<T> = Box<dyn AsArc<T>>;

/// Something that holds a value.
pub(super) trait AsArc<T: ?Sized>: Send + Sync {
    fn as_arc(&self) -> &Arc<T>;
}

impl<T: ?Sized + Send + Sync> AsArc<T> for Arc<T> {
    fn as_arc(&self) -> &Arc<T> {
        self
    }
}

impl<T: ?Sized + Send + Sync> AsArc<T> for &'static Arc<T> {
    fn as_arc(&self) -> &Arc<T> {
        self
    }
}

impl<T: ?Sized + Send + Sync> AsArc<T> for Resolved<'static, T> {
    fn as_arc(&self) -> &Arc<T> {
        Self::as_arc(self)
    }
}

impl<T: ?Sized> Held<T> {
    #[inline]
    pub(super) fn fixed(value: &'static Arc<T>) -> Self {
        Self(Inner::Fixed(value))
    }

    #[inline]
    pub(super) fn share(share: Share<T>) -> Self {
        Self(Inner::Share(share))
    }

    pub(super) fn as_fixed(&self) -> Option<&'static Arc<T>> {
        match self.0 {
            Inner::Fixed(value) => Some(value),
            Inner::Share(_) => None,
        }
    }

    #[inline]
    fn as_arc(&self) -> &Arc<T> {
        match &self.0 {
            Inner::Fixed(value) => value,
            Inner::Share(share) => share.as_arc(),
        }
    }

    /// The value to keep.
    #[inline]
    #[must_use]
    pub fn into_arc(self) -> Arc<T> {
        self.as_arc().clone()
    }
}

impl<T: ?Sized + Send + Sync> Held<T> {
    /// The value as it was before it was kept.
    pub(super) fn given(kept: &Held<Kept>) -> Self
    where
        T: 'static,
    {
        match kept.as_fixed() {
            Some(value) => Self::fixed(given(&**value)),
            None => Self::shared(given::<T>(&**kept.as_arc()).clone()),
        }
    }

    pub(super) fn shared(value: Arc<T>) -> Self {
        Self::share(Box::new(value))
    }

    pub(super) fn resolved(value: Resolved<'static, T>) -> Self {
        match value.fixed() {
            Some(value) => Self::fixed(value),
            None => Self::share(Box::new(value)),
        }
    }

    /// The same without a loan of the registry's: fit to be held over an `.await`.
    pub(super) fn kept(self) -> Self {
        match self.as_fixed() {
            Some(_) => self,
            None => Self::shared(self.into_arc()),
        }
    }

    pub(super) fn into_share(self) -> Share<T> {
        match self.0 {
            Inner::Fixed(value) => Box::new(value),
            Inner::Share(share) => share,
        }
    }
}

impl<T: ?Sized> Deref for Held<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.as_arc()
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
