//! Changing a registry.

#![expect(clippy::needless_pass_by_value, reason = "a tag is given as a word is: by value")]

use std::any::type_name;
use std::sync::Arc;

use super::entry::{Put, Replaced};
use super::lazy::Lazy;
use super::listen::{Change, What};
use super::product::{AsyncProvider, Provider};
use super::{Registry, Tag};
use crate::fault::InjectError;

impl Registry {
    /// Puts a value, in place of any other.
    ///
    /// # Errors
    /// The registry is sealed.
    pub fn set<T: ?Sized + Send + Sync + 'static>(
        &self,
        tag: impl Tag<T>,
        value: Arc<T>,
    ) -> Result<(), InjectError> {
        self.swap(tag, value).map(drop)
    }

    /// Puts a value and gives back the one it replaces. Who is reading keeps what it has read; the
    /// next read sees the new value. What was built from the old one is not rebuilt.
    ///
    /// # Errors
    /// The registry is sealed.
    pub fn swap<T: ?Sized + Send + Sync + 'static>(
        &self,
        tag: impl Tag<T>,
        value: Arc<T>,
    ) -> Result<Option<Arc<T>>, InjectError> {
        let tag = tag.name();
        let old = self.put(tag, Put::Value(value))?;
        let what = if old.value.is_some() { What::Swapped } else { What::Set };
        self.tell::<T>(what, tag);
        Ok(old.value)
    }

    /// Registers a provider, in place of any value. It is asked once, by the first who needs the
    /// value, while others wait; it sees this registry, never that of a tenant who asks. Each
    /// [test](crate::testing) asks it anew, for a value of its own that dies with the test.
    ///
    /// The second type parameter is inferred: `provide::<Db, _>("main", connect_db)`.
    ///
    /// # Errors
    /// The registry is sealed.
    pub fn provide<T: ?Sized + Send + Sync + 'static, M>(
        &self,
        tag: impl Tag<T>,
        provider: impl Provider<T, M>,
    ) -> Result<(), InjectError> {
        self.put_lazy(tag, Lazy::now(provider, self))
    }

    /// Registers an async provider; else as [`provide`](Self::provide). It is asked with
    /// [`get_async`](Self::get_async) or [`Handle::read_async`](super::Handle::read_async); once
    /// there is a value, blocking reads see it too.
    ///
    /// # Errors
    /// The registry is sealed.
    pub fn provide_async<T: ?Sized + Send + Sync + 'static, M>(
        &self,
        tag: impl Tag<T>,
        provider: impl AsyncProvider<T, M>,
    ) -> Result<(), InjectError> {
        self.put_lazy(tag, Lazy::later(provider, self))
    }

    /// Takes a value or provider away and gives back the value, where there was one. What a parent
    /// has under the same tag shows again.
    ///
    /// # Errors
    /// The registry is sealed.
    pub fn remove<T: ?Sized + Send + Sync + 'static>(
        &self,
        tag: impl Tag<T>,
    ) -> Result<Option<Arc<T>>, InjectError> {
        let tag = tag.name();
        let Replaced { value, lazy } = self.put(tag, Put::<T>::Nothing)?;
        if value.is_some() || lazy.is_some() {
            self.tell::<T>(What::Removed, tag);
        }
        Ok(value)
    }

    /// Ends all changing: [`set`](Self::set), [`swap`](Self::swap), [`provide`](Self::provide) and
    /// [`remove`](Self::remove) fail from now on, and reads cost one load. Providers that have yet
    /// to be asked still are. Parents and children are as they were.
    pub fn seal(&self) {
        let sealed = self.store_mut().seal();
        if sealed {
            let change = Change { what: What::Sealed, type_name: "", tag: "".into() };
            self.0.listeners.tell(&change);
        }
    }

    /// `true` once [`seal`](Self::seal)ed.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.store().is_sealed()
    }

    fn put_lazy<T: ?Sized + Send + Sync + 'static>(
        &self,
        tag: impl Tag<T>,
        lazy: Lazy<T>,
    ) -> Result<(), InjectError> {
        let _old = self.put(tag.name(), Put::Lazy(Arc::new(lazy)))?;
        self.tell::<T>(What::Provided, tag.name());
        Ok(())
    }

    fn put<T: ?Sized + Send + Sync + 'static>(
        &self,
        tag: &str,
        new: Put<T>,
    ) -> Result<Replaced<T>, InjectError> {
        let mut store = self.store_mut();
        let order = store.register::<T>(tag)?;
        let entry = store.entry::<T>(tag);
        Ok(entry.put(new, order))
    }

    fn tell<T: ?Sized>(&self, what: What, tag: &str) {
        if self.0.listeners.any() {
            let change = Change { what, type_name: type_name::<T>(), tag: tag.to_owned().into() };
            self.0.listeners.tell(&change);
        }
    }
}
