//! Handles to a dependency, that put off and follow.

use std::fmt;

use super::held::Held;
use super::site::Site;
use crate::fault::InjectError;

/// A handle to a dependency: nothing is built before it is asked, and it follows every swap.
///
/// Breaks a cycle on purpose, and spares what a call may not need. Who keeps the handle keeps no
/// value with it: under a [`swap`](crate::swap()) it gives the fake, afterwards the program's own
/// again, so that what a test saw stays in no singleton.
pub struct Live<T: ?Sized + 'static>(&'static Site<T>);

/// A [`Live`], where what matters is that it is built only when it is used.
pub type Lazy<T> = Live<T>;

impl<T: ?Sized + Send + Sync> Live<T> {
    #[doc(hidden)]
    #[must_use]
    pub const fn of(site: &'static Site<T>) -> Self {
        Self(site)
    }

    /// The value as it is now, built if it has yet to be; from then on as cheap as a parameter.
    ///
    /// # Errors
    /// It cannot be had; the next call tries again.
    pub fn get(&self) -> Result<Held<T>, InjectError> {
        // The site remembers the program's own value, and gives it only where nothing stands in.
        self.0.get()
    }

    /// As [`get`](Self::get), without blocking.
    ///
    /// # Errors
    /// It cannot be had; the next call tries again.
    pub async fn get_async(&self) -> Result<Held<T>, InjectError> {
        self.0.get_async().await
    }
}

impl<T: ?Sized> Clone for Live<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Live<T> {}

impl<T: ?Sized> fmt::Debug for Live<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Live({:?})", self.0)
    }
}
