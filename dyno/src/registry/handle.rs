//! Finding a value once and reading it often.

use std::any::type_name;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::entry::Entry;
use super::resolved::{Origin, Resolved};
use super::{Registry, enter, missing};
use crate::fault::InjectError;
use crate::point::Name;
use crate::scope;

/// Where a value is, or will be, registered. May be had before anything is, and follows swaps.
///
/// The first use finds the place; from then on a read costs one load of a swappable pointer, one
/// plain load once the registry is sealed. In the scope of a registry it costs a look-up there.
pub struct Handle<T: ?Sized> {
    tag: Name,
    of: Of,
    places: OnceLock<Places<T>>,
}

#[derive(Clone)]
enum Of {
    /// What is in force where it is read.
    Here,
    One(Registry),
}

/// The entries of the registry and of those it falls through to.
struct Places<T: ?Sized> {
    own: Arc<Entry<T>>,
    parents: Box<[Arc<Entry<T>>]>,
    origin: Origin,
}

impl<T: ?Sized> Handle<T> {
    /// A handle to the value under `tag` in the registry that is in force wherever it is read; the
    /// empty tag is that of a value registered by type alone.
    #[must_use]
    pub const fn new(tag: &'static str) -> Self {
        Self { tag: Name::Static(tag), of: Of::Here, places: OnceLock::new() }
    }

    pub(super) fn of(registry: Registry, tag: String) -> Self {
        Self { tag: tag.into(), of: Of::One(registry), places: OnceLock::new() }
    }

    /// The tag.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }
}

impl<T: ?Sized + Send + Sync + 'static> Handle<T> {
    /// The value to keep; a later swap does not change it.
    ///
    /// # Errors
    /// Nothing is registered yet, or the provider failed.
    pub fn get(&self) -> Result<Arc<T>, InjectError> {
        self.read().map(Resolved::into_arc)
    }

    /// The value for the length of a call, without taking a part in it.
    ///
    /// # Errors
    /// Nothing is registered yet, or the provider failed.
    #[inline]
    pub fn read(&self) -> Result<Resolved<'_, T>, InjectError> {
        // What a scope has to say, `find` knows.
        if !scope::active() {
            if let Some(places) = self.places.get() {
                if let Some(value) = places.own.ready() {
                    return Ok(Resolved::new(value, places.origin));
                }
            }
        }
        self.find()
    }

    #[cold]
    fn find(&self) -> Result<Resolved<'_, T>, InjectError> {
        if let Some(entered) = self.entered() {
            return enter::resolve_in(&entered, &self.tag);
        }
        let places = self.places();
        for entry in places.all() {
            if let Some(found) = entry.read(places.origin)? {
                return Ok(found);
            }
        }
        Err(self.missing())
    }

    /// As [`read`](Self::read), and waits for an async provider. What it gives is no loan: it may
    /// be held over an `.await`.
    ///
    /// # Errors
    /// Nothing is registered yet, or the provider failed.
    pub async fn read_async(&self) -> Result<Resolved<'static, T>, InjectError> {
        if let Some(entered) = self.entered() {
            return enter::resolve_in_async(&entered, &self.tag).await;
        }
        let places = self.places();
        for entry in places.all() {
            if let Some(found) = entry.read_async(places.origin).await? {
                return Ok(found);
            }
        }
        Err(self.missing())
    }

    /// The registry entered here, where that matters.
    fn entered(&self) -> Option<Registry> {
        if matches!(self.of, Of::Here) { enter::entered() } else { None }
    }

    fn registry(&self) -> &Registry {
        match &self.of {
            Of::One(registry) => registry,
            Of::Here => Registry::global(),
        }
    }

    fn places(&self) -> &Places<T> {
        self.places.get_or_init(|| {
            let registry = self.registry();
            let own = registry.place(&self.tag);
            let parents = registry.chain().skip(1).map(|each| each.place(&self.tag)).collect();
            Places { own, parents, origin: registry.origin() }
        })
    }

    fn missing(&self) -> InjectError {
        missing::not_registered::<T>(&self.registry().chain().collect::<Vec<_>>(), &self.tag)
    }
}

impl<T: ?Sized> Places<T> {
    fn all(&self) -> impl Iterator<Item = &Arc<Entry<T>>> {
        std::iter::once(&self.own).chain(&self.parents)
    }
}

impl Registry {
    fn place<T: ?Sized + Send + Sync + 'static>(&self, tag: &str) -> Arc<Entry<T>> {
        let known = self.store().find(tag);
        known.unwrap_or_else(|| self.store_mut().entry(tag))
    }
}

impl<T: ?Sized> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self { tag: self.tag.clone(), of: self.of.clone(), places: OnceLock::new() }
    }
}

/// Type and tag, whether or not anything is registered.
impl<T: ?Sized> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle<{}>({:?})", type_name::<T>(), &*self.tag)
    }
}
