//! A value on loan from the registry.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::Guard;

/// A value read from the registry, as it was at that moment: a later swap is seen by the next read.
///
/// Made for the length of a call. It may be a loan from one of a few slots of the thread, so what
/// is to be kept, or to cross an `.await`, is taken with [`into_arc`](Self::into_arc).
pub struct Resolved<'a, T: ?Sized> {
    value: Value<'a, T>,
    origin: Origin,
}

/// As wide as a pointer, so that a read is moved in whole words.
#[repr(usize)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Global,
    Scoped,
}

pub(super) enum Value<'a, T: ?Sized> {
    /// Of a sealed registry.
    Fixed(&'a Arc<T>),
    /// Never `None`.
    Swapped(Guard<Option<Arc<Arc<T>>>>),
    Shared(Arc<T>),
}

impl<T: ?Sized> Value<'_, T> {
    #[inline]
    pub(super) fn arc(&self) -> &Arc<T> {
        match self {
            Self::Fixed(value) => value,
            Self::Shared(value) => value,
            Self::Swapped(guard) => match &**guard {
                Some(value) => value,
                None => unreachable!("`Entry::ready` lends no empty guard"),
            },
        }
    }

    pub(super) fn into_arc(self) -> Arc<T> {
        match self {
            Self::Shared(value) => value,
            borrowed => borrowed.arc().clone(),
        }
    }
}

impl<'a, T: ?Sized> Resolved<'a, T> {
    #[inline]
    pub(super) fn new(value: Value<'a, T>, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// The same value without a tie to its entry.
    pub(super) fn detach(self) -> Resolved<'static, T> {
        let value = match self.value {
            Value::Fixed(value) => Value::Shared(value.clone()),
            Value::Swapped(guard) => Value::Swapped(guard),
            Value::Shared(value) => Value::Shared(value),
        };
        Resolved { value, origin: self.origin }
    }

    /// The value to keep.
    #[must_use]
    pub fn into_arc(self) -> Arc<T> {
        self.value.into_arc()
    }

    /// The shared pointer, without taking a part in it.
    #[must_use]
    pub fn as_arc(&self) -> &Arc<T> {
        self.value.arc()
    }

    /// The value of a sealed registry, which never changes again.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn fixed(&self) -> Option<&'a Arc<T>> {
        match self.value {
            Value::Fixed(value) => Some(value),
            Value::Swapped(_) | Value::Shared(_) => None,
        }
    }

    /// `true` when another registry than the global one gave it, or it was built for one test, so
    /// that nothing that outlives that scope may be built from it.
    #[must_use]
    pub fn is_scoped(&self) -> bool {
        self.origin == Origin::Scoped
    }
}

impl<T: ?Sized> Deref for Resolved<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.value.arc()
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Resolved<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for Resolved<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
