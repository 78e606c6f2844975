//! Handles that put off, and handles that follow.

use std::fmt;
use std::sync::Arc;
use std::sync::OnceLock;

use super::held::Held;
use super::site::Site;
use crate::fault::InjectError;

/// A dependency that is built when it is first used, and then stays.
///
/// Breaks a cycle on purpose, and spares what a call may not need.
pub struct Lazy<T: ?Sized + 'static> {
    site: &'static Site<T>,
    got: OnceLock<Arc<T>>,
}

impl<T: ?Sized + Send + Sync> Lazy<T> {
    #[doc(hidden)]
    #[must_use]
    pub const fn of(site: &'static Site<T>) -> Self {
        Self { site, got: OnceLock::new() }
    }

    /// The value, built now if it has yet to be.
    ///
    /// # Errors
    /// It cannot be had; the next call tries again.
    pub fn get(&self) -> Result<&T, InjectError> {
        if let Some(value) = self.got.get() {
            return Ok(value);
        }
        let value = self.site.get()?.into_arc();
        Ok(self.got.get_or_init(|| value))
    }

    /// As [`get`](Self::get), without blocking.
    ///
    /// # Errors
    /// It cannot be had; the next call tries again.
    pub async fn get_async(&self) -> Result<&T, InjectError> {
        if let Some(value) = self.got.get() {
            return Ok(value);
        }
        let value = self.site.get_async().await?.into_arc();
        Ok(self.got.get_or_init(|| value))
    }
}

impl<T: ?Sized> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self { site: self.site, got: self.got.clone() }
    }
}

impl<T: ?Sized> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lazy({:?})", self.site)
    }
}

/// A dependency that is looked up whenever it is used, and so follows every swap.
pub struct Live<T: ?Sized + 'static>(&'static Site<T>);

impl<T: ?Sized + Send + Sync> Live<T> {
    #[doc(hidden)]
    #[must_use]
    pub const fn of(site: &'static Site<T>) -> Self {
        Self(site)
    }

    /// The value as it is now.
    ///
    /// # Errors
    /// It cannot be had.
    pub fn get(&self) -> Result<Held<T>, InjectError> {
        self.0.get()
    }

    /// As [`get`](Self::get), without blocking.
    ///
    /// # Errors
    /// It cannot be had.
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
