//! A registered provider: asked once, by the first who needs the value.

use std::any::{Any, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::flight::{Flight, Wanted};
use super::{Registry, WeakRegistry};
use crate::fault::{InjectError, InjectErrorKind};
use crate::scope;

/// A provider and what it has built.
pub(super) struct Lazy<T: ?Sized> {
    provider: &'static str,
    make: Box<dyn Fn() -> Result<Arc<T>, InjectError> + Send + Sync>,
    /// Whose values the provider sees: those of the registry it is registered with, never those of
    /// a tenant who happens to be the first to ask. Weak, for that registry holds this.
    home: WeakRegistry,
    /// The test in which that registry was made.
    born: Option<u64>,
    flight: Flight<T>,
}

/// What a test builds for itself: one flight for each provider it asks.
#[derive(Default)]
struct Kept(Mutex<HashMap<usize, Arc<dyn Any + Send + Sync>>>);

/// A provider, asked for one test.
pub(super) struct OfTest<T: ?Sized> {
    lazy: Arc<Lazy<T>>,
    flight: Flight<T>,
}

impl<T: ?Sized + Send + Sync + 'static> OfTest<T> {
    pub(super) fn build(&self) -> Result<Arc<T>, InjectError> {
        self.lazy.build_in(&self.flight)
    }
}

impl<T: ?Sized + Send + Sync + 'static> Lazy<T> {
    pub(super) fn new<P: Provider<T, M>, M>(provider: P, home: &Registry) -> Self {
        Self {
            provider: type_name::<P>(),
            make: Box::new(move || provider.provide()),
            home: home.downgrade(),
            born: home.born(),
            flight: Flight::new(),
        }
    }

    pub(super) fn provider(&self) -> &'static str {
        self.provider
    }

    /// The value, built by this thread unless another is at it.
    pub(super) fn build(&self) -> Result<Arc<T>, InjectError> {
        self.build_in(&self.flight)
    }

    /// In a test, but for registries that were made in it, a value of the test's own: what it swaps
    /// and freezes goes into no value of others, and what others have built not into its own.
    pub(super) fn of_test(self: &Arc<Self>) -> Option<Arc<OfTest<T>>> {
        let test = scope::test_id()?;
        if self.born == Some(test) {
            return None;
        }
        let kept = scope::of_test::<Kept>()?;
        let mut kept = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The address is its own as long as it is kept alive here.
        let address = Arc::as_ptr(self).addr();
        let own = kept
            .entry(address)
            .or_insert_with(|| Arc::new(OfTest { lazy: self.clone(), flight: Flight::new() }));
        own.clone().downcast().ok()
    }

    fn build_in(&self, flight: &Flight<T>) -> Result<Arc<T>, InjectError> {
        let wanted = Wanted { provider: self.provider.into(), at: None };
        let make = || match self.home.upgrade() {
            Some(home) => home.scope(|| (self.make)()),
            None => (self.make)(),
        };
        match flight.build(&wanted, make) {
            Ok(value) => Ok(value.clone()),
            Err(error) => Err(error.provided_by(self.provider)),
        }
    }
}

/// A function or closure that provides a `T`: see [`Product`] for what it may return.
pub trait Provider<T: ?Sized, M>: Send + Sync + 'static {
    #[doc(hidden)]
    fn provide(&self) -> Result<Arc<T>, InjectError>;
}

impl<T: ?Sized, F, O, M> Provider<T, M> for F
where
    F: Fn() -> O + Send + Sync + 'static,
    O: Product<T, M>,
{
    fn provide(&self) -> Result<Arc<T>, InjectError> {
        self().product()
    }
}

/// What a registered provider may return to provide a `T`: `T`, `Arc<T>`, `Box<T>` (also of a
/// trait object), or a `Result` or `Option` of these.
///
/// `M` is inferred: write `_`.
#[diagnostic::on_unimplemented(
    message = "a provider that returns `{Self}` does not provide `{T}`",
    label = "does not return `{T}`",
    note = "it may return the value, an `Arc` or `Box` of it, or a `Result` or `Option` of these; \
            for a trait object `Box<dyn Trait>` or `Arc<dyn Trait>`"
)]
pub trait Product<T: ?Sized, M> {
    #[doc(hidden)]
    fn product(self) -> Result<Arc<T>, InjectError>;
}

/// Tells the forms of [`Product`] apart; never made.
#[derive(Debug)]
pub struct Form<Shape, Inner = ()>(std::marker::PhantomData<(Shape, Inner)>);

mod shape {
    #[derive(Debug)]
    pub struct Plain;
    #[derive(Debug)]
    pub struct Shared;
    #[derive(Debug)]
    pub struct Boxed;
    #[derive(Debug)]
    pub struct Fallible;
    #[derive(Debug)]
    pub struct Optional;
}

impl<T> Product<T, Form<shape::Plain>> for T {
    fn product(self) -> Result<Arc<T>, InjectError> {
        Ok(Arc::new(self))
    }
}

impl<T: ?Sized> Product<T, Form<shape::Shared>> for Arc<T> {
    fn product(self) -> Result<Arc<T>, InjectError> {
        Ok(self)
    }
}

impl<T: ?Sized> Product<T, Form<shape::Boxed>> for Box<T> {
    fn product(self) -> Result<Arc<T>, InjectError> {
        Ok(self.into())
    }
}

impl<T, R, E, M> Product<T, Form<shape::Fallible, M>> for Result<R, E>
where
    T: ?Sized,
    R: Product<T, M>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn product(self) -> Result<Arc<T>, InjectError> {
        match self {
            Ok(value) => value.product(),
            Err(error) => Err(InjectError::new(InjectErrorKind::Failed(Arc::from(error.into())))),
        }
    }
}

impl<T: ?Sized, R: Product<T, M>, M> Product<T, Form<shape::Optional, M>> for Option<R> {
    fn product(self) -> Result<Arc<T>, InjectError> {
        match self {
            Some(value) => value.product(),
            None => Err(InjectError::new(InjectErrorKind::Failed(Arc::new(Nothing)))),
        }
    }
}

/// The provider returned `None`.
#[derive(Debug)]
struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it returned `None`")
    }
}

impl std::error::Error for Nothing {}
