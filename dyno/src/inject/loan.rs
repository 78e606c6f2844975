//! What the registry lends for the length of a blocking call.

use std::ops::Deref;

use super::held::Held;
use super::site::Site;
use super::slot::Slot;
use crate::fault::InjectError;
use crate::registry::Resolved;
use crate::scope;

/// A value asked for by tag: on loan from its entry, without a count and without an allocation, or
/// held in any other way.
pub enum Loan<T: ?Sized + 'static> {
    /// The call keeps what it began with; the next one may see another.
    Registry(Resolved<'static, T>),
    /// From a scope, or built just now.
    Held(Held<T>),
}

impl<T: ?Sized + Send + Sync> Site<T> {
    /// As [`get`](Self::get), for a value that the registry holds.
    ///
    /// # Errors
    /// It cannot be had.
    #[inline]
    pub fn loan(&'static self) -> Result<Loan<T>, InjectError> {
        // Whatever stands in, or wants to be told, keeps the scope active.
        if !scope::active() {
            if let Some(value) = self.slot().lent() {
                return Ok(Loan::Registry(value));
            }
        }
        self.get().map(Loan::Held)
    }
}

impl<T: ?Sized + Send + Sync + 'static> Slot<T> {
    /// What the registry has ready under this tag.
    #[inline]
    fn lent(&'static self) -> Option<Resolved<'static, T>> {
        self.tag.as_ref()?.lent()
    }
}

impl<T: ?Sized> Deref for Loan<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self {
            Self::Registry(value) => value,
            Self::Held(held) => held,
        }
    }
}

impl<T: ?Sized> std::fmt::Debug for Loan<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Registry(_) => "Loan(registry)",
            Self::Held(_) => "Loan(held)",
        })
    }
}
