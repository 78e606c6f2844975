//! Values and providers by type and tag, for things that are chosen while the program runs.
//!
//! A [`Registry`] holds what has been [`set`](Registry::set) or is [`provide`](Registry::provide)d,
//! blocking or [async](Registry::provide_async), on first use; a [`child`](Registry::child) is a
//! tenant's own and falls through to its parent. Code asks what is in force [here](resolve): the
//! registry it runs in, that one's parents, the global one. A [`Handle`] may be had before anything
//! is registered, and follows every swap.
//!
//! ```
//! use dyno::registry::{Handle, Registry};
//! use std::sync::Arc;
//!
//! struct Db(&'static str);
//! static MAIN: Handle<Db> = Handle::new("main");                      // definition
//!
//! let registry = Registry::global();
//! registry.set("main", Arc::new(Db("db.example")))?;                  // set-up
//! assert_eq!(MAIN.get()?.0, "db.example");                            // execution
//!
//! registry.swap("main", Arc::new(Db("standby.example")))?;            // seen by the next call
//! assert_eq!(MAIN.get()?.0, "standby.example");
//!
//! let acme = registry.child();                                        // a tenant
//! acme.provide::<Db, _>("main", || Db("acme.example"))?;
//! assert_eq!(acme.scope(|| MAIN.get())?.0, "acme.example");
//! assert_eq!(MAIN.get()?.0, "standby.example");
//!
//! let slip = registry.get::<Db>("mian").map(|_| ()).unwrap_err();
//! assert!(slip.to_string().contains("did you mean \"main\"?"));
//! # Ok::<(), dyno::InjectError>(())
//! ```

#![expect(clippy::needless_pass_by_value, reason = "a tag is given as a word is: by value")]

mod enter;
mod entry;
pub(crate) mod flight;
mod handle;
mod lazy;
mod listen;
mod missing;
mod product;
mod resolved;
mod store;
mod tag;
mod write;

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{
    Arc, LazyLock, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak,
};

pub use enter::{Entered, InRegistry, Inside, resolve};
pub use entry::Info;
pub use handle::Handle;
pub use listen::{Change, Listening, What};
pub use product::{AsyncProvider, Form, Product, Provider};
pub use resolved::Resolved;
pub use tag::Tag;

use crate::fault::InjectError;
use crate::scope;
use listen::Listeners;
use resolved::Origin;
use store::Store;

/// Values and providers by type and tag. A clone is the same registry.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    parent: Option<Registry>,
    /// The test it was made in.
    born: Option<u64>,
    store: RwLock<Store>,
    listeners: Arc<Listeners>,
    /// What `scope = registry` has built for this one.
    locals: Mutex<HashMap<(TypeId, TypeId), Arc<dyn Any + Send + Sync>>>,
}

static GLOBAL: LazyLock<Registry> = LazyLock::new(|| Registry::make(None, None));

impl Registry {
    /// The registry of the program, to which every look-up comes at last.
    pub fn global() -> &'static Self {
        &GLOBAL
    }

    /// A registry of its own: reading it sees nothing else. Code that runs in its scope sees it
    /// first, and then the global one.
    #[must_use]
    pub fn new() -> Self {
        Self::make(None, scope::test_id())
    }

    /// An empty registry that falls through to this one: a tenant's, a test's.
    #[must_use]
    pub fn child(&self) -> Self {
        Self::make(Some(self.clone()), scope::test_id())
    }

    fn make(parent: Option<Self>, born: Option<u64>) -> Self {
        Self(Arc::new(Inner {
            parent,
            born,
            store: RwLock::default(),
            listeners: Arc::default(),
            locals: Mutex::default(),
        }))
    }

    /// The one this falls through to.
    #[must_use]
    pub fn parent(&self) -> Option<&Self> {
        self.0.parent.as_ref()
    }

    /// `true` for the registry of the program.
    #[must_use]
    pub fn is_global(&self) -> bool {
        self == Self::global()
    }

    /// The value registered here or in a parent, built now if it has yet to be.
    ///
    /// # Errors
    /// Nothing is registered for this type and tag, or the provider failed; a provider that has
    /// failed is asked again after a short, growing pause.
    pub fn get<T: ?Sized + Send + Sync + 'static>(
        &self,
        tag: impl Tag<T>,
    ) -> Result<Arc<T>, InjectError> {
        let tag = tag.name();
        for registry in self.chain() {
            if let Some(value) = registry.own::<T>(tag)? {
                return Ok(value.into_arc());
            }
        }
        Err(missing::not_registered::<T>(&self.chain().collect::<Vec<_>>(), tag))
    }

    /// As [`get`](Self::get), and waits for an async provider; a blocking one runs in this task.
    ///
    /// # Errors
    /// Nothing is registered for this type and tag, or the provider failed.
    pub async fn get_async<T: ?Sized + Send + Sync + 'static>(
        &self,
        tag: impl Tag<T>,
    ) -> Result<Arc<T>, InjectError> {
        let name = tag.name().to_owned();
        drop(tag);
        for registry in self.chain() {
            if let Some(value) = registry.own_async::<T>(&name).await? {
                return Ok(value.into_arc());
            }
        }
        Err(missing::not_registered::<T>(&self.chain().collect::<Vec<_>>(), &name))
    }

    /// All values of one type with their tags, in the order of registration, built if need be: this
    /// registry's first, then those of its parents whose tags it does not have.
    ///
    /// # Errors
    /// The first provider that failed.
    pub fn all<T: ?Sized + Send + Sync + 'static>(
        &self,
    ) -> Result<Vec<(crate::point::Name, Arc<T>)>, InjectError> {
        let mut found: Vec<(crate::point::Name, Arc<T>)> = Vec::new();
        for registry in self.chain() {
            let infos = registry.store().infos_of(TypeId::of::<T>());
            for Info { tag, .. } in infos {
                if found.iter().any(|(known, _)| *known == tag) {
                    continue;
                }
                if let Some(value) = registry.own::<T>(&tag)? {
                    found.push((tag, value.into_arc()));
                }
            }
        }
        Ok(found)
    }

    /// A handle to what is, or will be, registered here or in a parent.
    #[must_use]
    pub fn handle<T: ?Sized + Send + Sync + 'static>(&self, tag: impl Tag<T>) -> Handle<T> {
        Handle::of(self.clone(), tag.name().to_owned())
    }

    /// `true` when something is registered for this type and tag, here or in a parent.
    #[must_use]
    pub fn contains<T: ?Sized + Send + Sync + 'static>(&self, tag: impl Tag<T>) -> bool {
        let id = TypeId::of::<T>();
        let of_type = |registry: &Self| registry.store().infos_of(id);
        self.chain().any(|registry| of_type(registry).iter().any(|info| *info.tag == *tag.name()))
    }

    /// What is registered here, without the parents, in the order of registration.
    #[must_use]
    pub fn entries(&self) -> Vec<Info> {
        self.store().infos()
    }

    /// Calls `listener` after every change of this registry, on the thread that made it and outside
    /// of every lock, until the guard is dropped. Reads, builds and parents are not told.
    pub fn listen(&self, listener: impl Fn(&Change) + Send + Sync + 'static) -> Listening {
        self.0.listeners.add(Arc::new(listener))
    }

    /// What is kept for this registry alone under `key`, made if there is none.
    #[cfg_attr(not(any(feature = "inject", feature = "aspect")), allow(dead_code))]
    pub(crate) fn local<K: Any + Send + Sync>(
        &self,
        key: TypeId,
        make: impl FnOnce() -> K,
    ) -> Arc<K> {
        let key = (key, TypeId::of::<K>());
        let locals = || self.0.locals.lock().unwrap_or_else(PoisonError::into_inner);
        let known = locals().get(&key).cloned();
        // Made outside of the lock; of two who do so, the second's is dropped.
        let any = known.unwrap_or_else(|| {
            let local: Arc<dyn Any + Send + Sync> = Arc::new(make());
            locals().entry(key).or_insert(local).clone()
        });
        match any.downcast() {
            Ok(local) => local,
            Err(_) => unreachable!("the key holds the type"),
        }
    }

    /// What tells it from every other registry that is alive.
    #[cfg_attr(not(feature = "aspect"), allow(dead_code))]
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// What is here, without the parents.
    fn own<T: ?Sized + Send + Sync + 'static>(
        &self,
        tag: &str,
    ) -> Result<Option<Resolved<'static, T>>, InjectError> {
        let entry = self.store().find::<T>(tag);
        match entry {
            Some(entry) => Ok(entry.read(self.origin())?.map(Resolved::detach)),
            None => Ok(None),
        }
    }

    async fn own_async<T: ?Sized + Send + Sync + 'static>(
        &self,
        tag: &str,
    ) -> Result<Option<Resolved<'static, T>>, InjectError> {
        let entry = self.store().find::<T>(tag);
        match entry {
            Some(entry) => entry.read_async(self.origin()).await,
            None => Ok(None),
        }
    }

    /// This one, its parent, and so on.
    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |registry| registry.parent())
    }

    fn store(&self) -> RwLockReadGuard<'_, Store> {
        self.0.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn store_mut(&self) -> RwLockWriteGuard<'_, Store> {
        self.0.store.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn origin(&self) -> Origin {
        if self.is_global() { Origin::Global } else { Origin::Scoped }
    }

    fn born(&self) -> Option<u64> {
        self.0.born
    }

    /// `true` when the test in force here has made it: it ends with the test.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn is_of_this_test(&self) -> bool {
        self.0.born.is_some_and(|born| scope::test_id() == Some(born))
    }

    fn downgrade(&self) -> WeakRegistry {
        WeakRegistry(Arc::downgrade(&self.0))
    }
}

struct WeakRegistry(Weak<Inner>);

impl WeakRegistry {
    fn upgrade(&self) -> Option<Registry> {
        self.0.upgrade().map(Registry)
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Registry {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Registry {}

/// Types and tags, never values.
impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = f.debug_struct("Registry");
        all.field("global", &self.is_global()).field("sealed", &self.is_sealed());
        let entries: Vec<_> = self.entries().iter().map(ToString::to_string).collect();
        all.field("entries", &entries);
        if let Some(parent) = self.parent() {
            all.field("parent", parent);
        }
        all.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_local_to_a_registry_is_made_once_for_each() {
        struct Site;
        let (acme, globex) = (Registry::new(), Registry::new());
        let key = TypeId::of::<Site>();
        let local = |registry: &Registry, value: u8| registry.local(key, || value);
        let first = local(&acme, 1);
        assert!(Arc::ptr_eq(&first, &local(&acme.clone(), 2)));
        assert_eq!((*local(&globex, 3), *local(&acme.child(), 4)), (3, 4));
        assert_eq!(*acme.local(key, || "another type"), "another type");
        // What makes one may make others.
        let nested = globex.local(TypeId::of::<u8>(), || *local(&globex, 5));
        assert_eq!(*nested, 3);
    }
}
