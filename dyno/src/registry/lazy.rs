//! A registered provider: asked once, by the first who needs the value.

use std::any::{Any, type_name};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::flight::{Flight, Wanted};
use super::product::{AsyncProvider, Made, Making, Provider};
use super::{InRegistry, Registry, WeakRegistry};
use crate::fault::{InjectError, InjectErrorKind};
use crate::scope;

/// A provider and what it has built.
pub(super) struct Lazy<T: ?Sized> {
    provider: &'static str,
    make: Make<T>,
    /// Whose values the provider sees: those of the registry it is registered with, never those of
    /// a tenant who happens to be the first to ask. Weak, for that registry holds this.
    home: WeakRegistry,
    /// The test in which that registry was made.
    born: Option<u64>,
    flight: Flight<T>,
}

enum Make<T: ?Sized> {
    Now(Box<dyn Fn() -> Made<T> + Send + Sync>),
    Later(Box<dyn Fn() -> Making<T> + Send + Sync>),
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
    pub(super) fn build(&self) -> Made<T> {
        self.lazy.build_in(&self.flight)
    }

    pub(super) async fn build_async(&self) -> Made<T> {
        self.lazy.build_async_in(&self.flight).await
    }
}

impl<T: ?Sized + Send + Sync + 'static> Lazy<T> {
    pub(super) fn now<P: Provider<T, M>, M>(provider: P, home: &Registry) -> Self {
        Self::new::<P>(Make::Now(Box::new(move || provider.provide())), home)
    }

    pub(super) fn later<P: AsyncProvider<T, M>, M>(provider: P, home: &Registry) -> Self {
        Self::new::<P>(Make::Later(Box::new(move || provider.provide())), home)
    }

    fn new<P>(make: Make<T>, home: &Registry) -> Self {
        Self {
            provider: type_name::<P>(),
            make,
            home: home.downgrade(),
            born: home.born(),
            flight: Flight::new(),
        }
    }

    pub(super) fn provider(&self) -> &'static str {
        self.provider
    }

    /// The value, built by this thread unless another is at it.
    pub(super) fn build(&self) -> Made<T> {
        self.build_in(&self.flight)
    }

    /// The value, built in this task unless somebody else is at it.
    pub(super) async fn build_async(&self) -> Made<T> {
        self.build_async_in(&self.flight).await
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

    fn build_in(&self, flight: &Flight<T>) -> Made<T> {
        let Make::Now(make) = &self.make else {
            let built = flight.ready().cloned();
            let cold = || InjectError::new(InjectErrorKind::NeedsWarmUp).provided_by(self.provider);
            return built.ok_or_else(cold);
        };
        flight.build(&self.wanted(), || self.at_home(make))
    }

    async fn build_async_in(&self, flight: &Flight<T>) -> Made<T> {
        let make = async || match &self.make {
            Make::Now(make) => self.at_home(make),
            Make::Later(make) => {
                let making = self.at_home(make);
                match self.home.upgrade() {
                    Some(home) => making.in_registry(&home).await,
                    None => making.await,
                }
            }
        };
        flight.build_async(&self.wanted(), make).await
    }

    /// `make`, in the registry of this provider.
    fn at_home<R>(&self, make: impl Fn() -> R) -> R {
        match self.home.upgrade() {
            Some(home) => home.scope(make),
            None => make(),
        }
    }

    fn wanted(&self) -> Wanted {
        Wanted { provider: self.provider.into(), at: None }
    }
}
