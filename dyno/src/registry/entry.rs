//! One place of the registry: a type, a tag, and what is there now.

use std::any::{Any, type_name};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arc_swap::ArcSwapOption;

use super::lazy::Lazy;
use super::resolved::{Origin, Resolved, Value};
use crate::fault::InjectError;
use crate::point::Name;
use crate::scope;

/// A place for a `T`. Handles keep it; it outlives what is in it.
pub(super) struct Entry<T: ?Sized> {
    tag: Name,
    /// The value of a sealed registry: it never changes again.
    fixed: OnceLock<Arc<T>>,
    // Twice an `Arc`: a swappable pointer must be thin, and `T` may be a trait object.
    value: ArcSwapOption<Arc<T>>,
    /// There is, or was, a provider.
    provided: AtomicBool,
    /// Held by every writer, never while a provider runs or a value is dropped.
    state: Mutex<State<T>>,
}

struct State<T: ?Sized> {
    /// Kept as long as it is registered: a test builds a value of its own.
    lazy: Option<Arc<Lazy<T>>>,
    sealed: bool,
    /// The place in the order of registration; 0 while nothing is registered.
    order: u64,
}

/// What is to be in an entry.
pub(super) enum Put<T: ?Sized> {
    Value(Arc<T>),
    Lazy(Arc<Lazy<T>>),
    Nothing,
}

/// What was in an entry before; dropped outside of every lock.
pub(super) struct Replaced<T: ?Sized> {
    pub(super) value: Option<Arc<T>>,
    pub(super) lazy: Option<Arc<Lazy<T>>>,
}

impl<T: ?Sized + Send + Sync + 'static> Entry<T> {
    pub(super) fn new(tag: &str) -> Self {
        Self {
            tag: tag.to_owned().into(),
            fixed: OnceLock::new(),
            value: ArcSwapOption::empty(),
            provided: AtomicBool::new(false),
            state: Mutex::new(State { lazy: None, sealed: false, order: 0 }),
        }
    }

    /// The value, where it is built already: one acquire load once sealed, else one more.
    #[inline]
    pub(super) fn ready(&self) -> Option<Value<'_, T>> {
        if let Some(value) = self.fixed.get() {
            return Some(Value::Fixed(value));
        }
        let guard = self.value.load();
        if guard.is_some() { Some(Value::Swapped(guard)) } else { None }
    }

    /// The value, built now if need be; `None` where nothing is registered.
    pub(super) fn read(&self, origin: Origin) -> Result<Option<Resolved<'_, T>>, InjectError> {
        let found = |value| Ok(Some(Resolved::new(value, origin)));
        if scope::active() && self.provided.load(Ordering::Relaxed) {
            if let Some(own) = self.look().0.as_ref().and_then(Lazy::of_test) {
                let own = Value::Shared(own.build()?);
                return Ok(Some(Resolved::new(own, Origin::Scoped)));
            }
        }
        if let Some(value) = self.ready() {
            return found(value);
        }
        let lazy = match self.look() {
            (_, Some(value)) => return found(value),
            (Some(lazy), None) => lazy,
            (None, None) => return Ok(None),
        };
        let built = lazy.build()?;
        self.adopt(&lazy, &built);
        found(Value::Shared(built))
    }

    /// As [`read`](Self::read), without a tie to the entry or a loan of the thread's.
    pub(super) async fn read_async(
        &self,
        origin: Origin,
    ) -> Result<Option<Resolved<'static, T>>, InjectError> {
        let found = |value, origin| Ok(Some(Resolved::new(Value::Shared(value), origin)));
        let (lazy, value) = self.look();
        let value = value.map(Value::into_arc);
        if let Some(own) = lazy.as_ref().and_then(Lazy::of_test) {
            return found(own.build_async().await?, Origin::Scoped);
        }
        if let Some(value) = value {
            return found(value, origin);
        }
        let Some(lazy) = lazy else { return Ok(None) };
        let built = lazy.build_async().await?;
        self.adopt(&lazy, &built);
        found(built, origin)
    }

    /// Provider and value, seen at one moment.
    fn look(&self) -> (Option<Arc<Lazy<T>>>, Option<Value<'_, T>>) {
        let state = self.state();
        (state.lazy.clone(), self.ready())
    }

    /// Keeps what `lazy` has built, unless something else has been put here meanwhile.
    fn adopt(&self, lazy: &Arc<Lazy<T>>, built: &Arc<T>) {
        let state = self.state();
        if !state.lazy.as_ref().is_some_and(|current| Arc::ptr_eq(current, lazy)) {
            return;
        }
        if state.sealed {
            // Others may have come first, with the same value.
            let _first = self.fixed.set(built.clone());
        } else if self.value.load().is_none() {
            self.value.store(Some(Arc::new(built.clone())));
        }
    }

    /// Puts something else here; the registry has made sure that it is not sealed.
    pub(super) fn put(&self, new: Put<T>, order: u64) -> Replaced<T> {
        let (value, lazy) = match new {
            Put::Value(value) => (Some(Arc::new(value)), None),
            Put::Lazy(lazy) => (None, Some(lazy)),
            Put::Nothing => (None, None),
        };
        let mut state = self.state();
        if lazy.is_some() {
            self.provided.store(true, Ordering::Relaxed);
        }
        let empty = value.is_none() && lazy.is_none();
        if empty {
            state.order = 0;
        } else if state.order == 0 {
            state.order = order;
        }
        let lazy = std::mem::replace(&mut state.lazy, lazy);
        let value = self.value.swap(value);
        drop(state);
        Replaced { value: value.map(|value| (*value).clone()), lazy }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An entry whose type is known to the one who asks.
pub(super) trait AnyEntry: Send + Sync {
    /// For the way back to the type.
    fn any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
    fn info(&self) -> Option<Info>;
    /// Origin now on nothing is put here.
    fn seal(&self);
}

impl<T: ?Sized + Send + Sync + 'static> AnyEntry for Entry<T> {
    fn any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }

    fn info(&self) -> Option<Info> {
        let state = self.state();
        if state.order == 0 {
            return None;
        }
        let provider = match &state.lazy {
            Some(lazy) if self.ready().is_none() => Some(lazy.provider()),
            _ => None,
        };
        Some(Info {
            type_name: type_name::<T>(),
            tag: self.tag.clone(),
            provider,
            order: state.order,
        })
    }

    fn seal(&self) {
        let mut state = self.state();
        state.sealed = true;
        if let Some(value) = self.value.load_full() {
            let _first = self.fixed.set((*value).clone());
        }
    }
}

/// One registration, as [`entries`](super::Registry::entries) lists it: never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Info {
    /// The type, as the compiler calls it.
    pub type_name: &'static str,
    /// The tag; empty for a value registered by type alone.
    pub tag: Name,
    /// The provider that has yet to be asked; `None` once there is a value.
    pub provider: Option<&'static str>,
    pub(super) order: u64,
}

impl fmt::Display for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.type_name)?;
        if !self.tag.is_empty() {
            write!(f, " {:?}", &*self.tag)?;
        }
        match self.provider {
            Some(provider) => write!(f, " (to be built by {provider})"),
            None => Ok(()),
        }
    }
}
