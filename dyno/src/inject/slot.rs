//! A provider's place: one for all the sites that name it.
//!
//! Identity is the type of the function item, so that two sites which name `open_catalogue` share
//! an instance without a word on the provider.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError, RwLock};

use super::build::Asked;
use super::cell::Cell;
use super::held::Held;
use super::kept::given;
use super::provided::{Boxed, Mode, Provided};
use super::recipe::Recipe;
use super::stop::{Stop, StopResult, Stopping};
use super::tagged::Tagged;
use super::world::{Hook, hook};
use crate::fault::InjectError;
use crate::point::plain_path;
use crate::registry::Handle;
use crate::registry::flight::Reads;

/// Where the value of a provider, or of a tag, is to be had.
pub struct Slot<T: ?Sized + 'static> {
    pub(super) core: Core,
    /// Where the registry holds it.
    pub(super) tag: Option<Box<dyn Tagged<T>>>,
}

/// Where a provider's value is built and kept, whatever its type.
#[doc(hidden)]
pub struct Core {
    /// The provider's type; that of [`RegistryRead`] for a tag.
    pub(super) key: TypeId,
    /// The provider and the type of what it provides.
    pub(super) own: TypeId,
    /// The provider's path; type and tag for a tag.
    pub(super) name: &'static str,
    pub(super) source: Source,
    pub(super) cell: Cell,
    /// All that a build of it has ever read.
    pub(super) known: Mutex<Reads>,
    pub(super) stop: OnceLock<Hook>,
}

/// Where the value comes from.
pub(super) enum Source {
    Provider {
        recipe: Recipe,
        fake: FromFake,
        life: Life,
    },
    /// The registry has it.
    Tag,
}

/// How long a value lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Life {
    Program,
    Registry,
}

type FromFake = fn(&(dyn Any + Send + Sync)) -> Option<Recipe>;

/// Stands in what a build has read for "something of the registry in force".
pub(super) struct RegistryRead;

impl RegistryRead {
    pub(super) fn mark() -> TypeId {
        TypeId::of::<Self>()
    }
}

impl<T: ?Sized + Send + Sync + 'static> Slot<T> {
    /// The slot of `provider`: one instance for the program.
    pub fn of<F, O, M>(provider: F) -> Known<T, M::Fails>
    where
        F: Fn() -> O + Send + Sync + 'static,
        O: Provided<T, M> + 'static,
        M: Mode,
    {
        const { zero_sized::<F>() };
        Known::of::<F>(Life::Program, || (Recipe::now(provider), Recipe::of_fake::<T, O, M> as _))
    }

    /// The slot of an async provider: one instance for the program.
    pub fn of_async<F, Fut, M>(provider: F) -> Known<T, M::Fails>
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future + Send + 'static,
        Fut::Output: Provided<T, M> + 'static,
        M: Mode,
    {
        const { zero_sized::<F>() };
        let make = || (Recipe::later(provider), Recipe::of_fake::<T, Fut::Output, M> as _);
        Known::of::<F>(Life::Program, make)
    }

    /// The slot of `provider`: one instance for every registry (`scope = registry`).
    pub fn per_registry<F, O, M>(provider: F) -> Known<T, M::Fails>
    where
        F: Fn() -> O + Send + Sync + 'static,
        O: Provided<T, M> + 'static,
        M: Mode,
    {
        const { zero_sized::<F>() };
        Known::of::<F>(Life::Registry, || (Recipe::now(provider), Recipe::of_fake::<T, O, M> as _))
    }

    /// The slot of an async provider: one instance for every registry (`scope = registry`).
    pub fn per_registry_async<F, Fut, M>(provider: F) -> Known<T, M::Fails>
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future + Send + 'static,
        Fut::Output: Provided<T, M> + 'static,
        M: Mode,
    {
        const { zero_sized::<F>() };
        let make = || (Recipe::later(provider), Recipe::of_fake::<T, Fut::Output, M> as _);
        Known::of::<F>(Life::Registry, make)
    }

    /// What the registry in force holds for the type, and the tag if one is given.
    pub fn tagged(tag: Option<&'static str>) -> &'static Self {
        intern((RegistryRead::mark(), TypeId::of::<T>(), Kind::Tag(tag)), || {
            let wanted = plain_path(type_name::<T>());
            let name = tag.map_or_else(|| wanted.clone(), |tag| format!("{wanted} \"{tag}\""));
            let mark = RegistryRead::mark();
            let tag: Box<dyn Tagged<T>> = Box::new(Handle::<T>::new(tag.unwrap_or_default()));
            Self { core: Core::new(mark, mark, name, Source::Tag), tag: Some(tag) }
        })
    }

    fn find<F: 'static>(life: Life, make: impl FnOnce() -> (Recipe, FromFake)) -> &'static Self {
        intern((TypeId::of::<F>(), TypeId::of::<T>(), Kind::Provider(life)), || {
            let (recipe, fake) = make();
            let source = Source::Provider { recipe, fake, life };
            let own = TypeId::of::<(F, PhantomData<T>)>();
            let name = plain_path(type_name::<F>());
            Self { core: Core::new(TypeId::of::<F>(), own, name, source), tag: None }
        })
    }

    /// What shuts the value down, where no static can say so.
    pub fn stop(&'static self, stop: fn(&T) -> StopResult) -> &'static Self {
        let _first = self.core.stop.set(hook(Stop::Now(stop)));
        self
    }

    /// What shuts the value down, as a future.
    pub fn stop_async(&'static self, stop: for<'a> fn(&'a T) -> Stopping<'a>) -> &'static Self {
        let _first = self.core.stop.set(hook(Stop::Later(stop)));
        self
    }

    /// The value, built now if need be.
    pub(super) fn get(&'static self, asked: Asked) -> Result<Held<T>, InjectError> {
        match &self.tag {
            Some(tag) => tag.look_up(&self.core),
            None => self.core.get(asked).map(|kept| Held::given(&kept)),
        }
    }

    /// As [`get`](Self::get), without blocking.
    pub(super) fn get_async(&'static self, asked: Asked) -> Boxed<Result<Held<T>, InjectError>> {
        match &self.tag {
            Some(tag) => tag.look_up_async(&self.core),
            None => {
                Box::pin(
                    async move { self.core.get_async(asked).await.map(|kept| Held::given(&kept)) },
                )
            }
        }
    }

    /// The program's value, where nothing is in force that could stand in for it.
    pub(super) fn plain(&'static self) -> Option<&'static Arc<T>> {
        self.core.plain().map(|kept| given(&**kept))
    }
}

/// A provider's slot, and with it whether the provider can fail.
#[derive(Debug)]
pub struct Known<T: ?Sized + 'static, Fails> {
    /// The slot.
    pub slot: &'static Slot<T>,
    fails: PhantomData<Fails>,
}

impl<T: ?Sized + Send + Sync + 'static, Fails> Known<T, Fails> {
    fn of<F: 'static>(life: Life, make: impl FnOnce() -> (Recipe, FromFake)) -> Self {
        Self { slot: Slot::find::<F>(life, make), fails: PhantomData }
    }
}

impl Core {
    fn new(key: TypeId, own: TypeId, name: String, source: Source) -> Self {
        let mut known = Reads::new();
        if !matches!(&source, Source::Provider { life: Life::Program, .. }) {
            known.insert(RegistryRead::mark());
        }
        Self {
            key,
            own,
            name: Box::leak(name.into()),
            source,
            cell: Cell::new(),
            known: Mutex::new(known),
            stop: OnceLock::new(),
        }
    }

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
        write!(f, "Slot({})", self.core.name)
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Core({})", self.name)
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
    let mut make = Some(make);
    let slot = interned(key, &mut || make.take().map(|make| Box::leak(Box::new(make())) as _));
    match slot.and_then(|slot| slot.downcast_ref()) {
        Some(slot) => slot,
        None => unreachable!("the key holds the type, and `make` is asked once"),
    }
}

/// The part that is the same for every type.
fn interned(key: Key, make: &mut dyn FnMut() -> Option<AnySlot>) -> Option<AnySlot> {
    static SLOTS: LazyLock<RwLock<HashMap<Key, AnySlot>>> = LazyLock::new(RwLock::default);
    let known = SLOTS.read().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
    if known.is_some() {
        return known;
    }
    let mut slots = SLOTS.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = slots.get(&key) {
        return Some(*known);
    }
    let slot = make()?;
    slots.insert(key, slot);
    Some(slot)
}
