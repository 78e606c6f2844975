//! A provider's place: one for all the sites that name it.
//!
//! Identity is the type of the function item, so that two sites which name `open_catalogue` share
//! an instance without a word on the provider.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError, RwLock};

use super::cell::Cell;
use super::provided::{Mode, Provided};
use super::recipe::Recipe;
use super::stop::Stop;
use crate::point::plain_path;
use crate::registry::Handle;
use crate::registry::flight::Reads;

/// Where a provider's value is built and kept.
pub struct Slot<T: ?Sized + 'static> {
    /// The provider's type; that of [`RegistryRead`] for a tag.
    pub(super) key: TypeId,
    /// The provider's path; type and tag for a tag.
    pub(super) name: &'static str,
    pub(super) source: Source<T>,
    pub(super) cell: Cell<T>,
    /// All that a build of it has ever read.
    pub(super) known: Mutex<Reads>,
    pub(super) stop: OnceLock<Stop<T>>,
}

/// Where the value comes from.
pub(super) enum Source<T: ?Sized> {
    Provider { recipe: Recipe<T>, fake: FromFake<T>, life: Life },
    Tag(Handle<T>),
}

/// How long a value lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Life {
    Program,
    Registry,
}

type FromFake<T> = fn(&(dyn Any + Send + Sync)) -> Option<Recipe<T>>;

/// Stands in what a build has read for "something of the registry in force".
pub(super) struct RegistryRead;

impl RegistryRead {
    pub(super) fn mark() -> TypeId {
        TypeId::of::<Self>()
    }
}

impl<T: ?Sized + Send + Sync + 'static> Slot<T> {
    /// The slot of `provider`: one instance for the program.
    pub fn of<F, O, M>(provider: F) -> &'static Self
    where
        F: Fn() -> O + Send + Sync + 'static,
        O: Provided<T, M> + 'static,
        M: Mode,
    {
        const { zero_sized::<F>() };
        Self::find::<F>(Life::Program, || (Recipe::now(provider), Recipe::of_fake::<O, M>))
    }

    /// The slot of an async provider: one instance for the program.
    pub fn of_async<F, Fut, M>(provider: F) -> &'static Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future + Send + 'static,
        Fut::Output: Provided<T, M> + 'static,
        M: Mode,
    {
        const { zero_sized::<F>() };
        let make = || (Recipe::later(provider), Recipe::of_fake::<Fut::Output, M> as _);
        Self::find::<F>(Life::Program, make)
    }

    /// The slot of `provider`: one instance for every registry (`scope = registry`).
    pub fn per_registry<F, O, M>(provider: F) -> &'static Self
    where
        F: Fn() -> O + Send + Sync + 'static,
        O: Provided<T, M> + 'static,
        M: Mode,
    {
        const { zero_sized::<F>() };
        Self::find::<F>(Life::Registry, || (Recipe::now(provider), Recipe::of_fake::<O, M>))
    }

    /// The slot of an async provider: one instance for every registry (`scope = registry`).
    pub fn per_registry_async<F, Fut, M>(provider: F) -> &'static Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future + Send + 'static,
        Fut::Output: Provided<T, M> + 'static,
        M: Mode,
    {
        const { zero_sized::<F>() };
        let make = || (Recipe::later(provider), Recipe::of_fake::<Fut::Output, M> as _);
        Self::find::<F>(Life::Registry, make)
    }

    /// What the registry in force holds for the type, and the tag if one is given.
    pub fn tagged(tag: Option<&'static str>) -> &'static Self {
        intern((RegistryRead::mark(), TypeId::of::<T>(), Kind::Tag(tag)), || {
            let wanted = plain_path(type_name::<T>());
            let name = tag.map_or_else(|| wanted.clone(), |tag| format!("{wanted} \"{tag}\""));
            let handle = Handle::new(tag.unwrap_or_default());
            Self::new(RegistryRead::mark(), name, Source::Tag(handle))
        })
    }

    fn find<F: 'static>(
        life: Life,
        make: impl FnOnce() -> (Recipe<T>, FromFake<T>),
    ) -> &'static Self {
        intern((TypeId::of::<F>(), TypeId::of::<T>(), Kind::Provider(life)), || {
            let (recipe, fake) = make();
            let source = Source::Provider { recipe, fake, life };
            Self::new(TypeId::of::<F>(), plain_path(type_name::<F>()), source)
        })
    }

    fn new(key: TypeId, name: String, source: Source<T>) -> Self {
        let mut known = Reads::new();
        if !matches!(&source, Source::Provider { life: Life::Program, .. }) {
            known.insert(RegistryRead::mark());
        }
        Self {
            key,
            name: Box::leak(name.into()),
            source,
            cell: Cell::new(),
            known: Mutex::new(known),
            stop: OnceLock::new(),
        }
    }
}

impl<T: ?Sized> Slot<T> {
    /// Its address: its name among the cells of a scope.
    pub(super) fn address(&'static self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(super) fn known(&self) -> Reads {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<T: ?Sized> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot({})", self.name)
    }
}

/// Function pointers share one type, and a closure that captures is more than its type: neither
/// can be told from its like.
pub(super) const fn zero_sized<F>() {
    assert!(
        size_of::<F>() == 0,
        "a provider is told by its type: name a function, or write a closure that captures nothing; \
         a function pointer or a capturing closure cannot be one"
    );
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Provider(Life),
    Tag(Option<&'static str>),
}

type Key = (TypeId, TypeId, Kind);
type AnySlot = &'static (dyn Any + Send + Sync);

/// Slots are made once and never dropped, as functions are.
fn intern<T: ?Sized + Send + Sync + 'static>(
    key: Key,
    make: impl FnOnce() -> Slot<T>,
) -> &'static Slot<T> {
    static SLOTS: LazyLock<RwLock<HashMap<Key, AnySlot>>> = LazyLock::new(RwLock::default);
    let known = SLOTS.read().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
    let slot: AnySlot = known.unwrap_or_else(|| {
        let mut slots = SLOTS.write().unwrap_or_else(PoisonError::into_inner);
        *slots.entry(key).or_insert_with(|| Box::leak(Box::new(make())))
    });
    match slot.downcast_ref() {
        Some(slot) => slot,
        None => unreachable!("the key holds the type"),
    }
}
