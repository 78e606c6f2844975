//! The registry that is in force here.

#![expect(clippy::needless_pass_by_value, reason = "a tag is given as a word is: by value")]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{Registry, Resolved, Tag, missing};
use crate::fault::InjectError;
use crate::scope::{self, Pushed};

/// What a scope holds for a registry.
struct Current(Registry);

impl Registry {
    /// The registry in force here: the one entered last, else the global one.
    #[must_use]
    pub fn current() -> Self {
        entered().unwrap_or_else(|| Self::global().clone())
    }

    /// Puts this registry in force for the thread until the guard is dropped; on the thread that
    /// leads a test, for all threads of the test.
    ///
    /// A guard held over an `.await` would be in force for whatever else the thread polls
    /// meanwhile: there, use [`in_registry`](InRegistry::in_registry).
    #[must_use = "the registry is left when the guard is dropped"]
    pub fn enter(&self) -> Entered {
        let item = Arc::new(Current(self.clone()));
        Entered(if scope::leads_test() { scope::push(item) } else { scope::push_here(item) })
    }

    /// Runs `f` with this registry in force for the thread.
    pub fn scope<R>(&self, f: impl FnOnce() -> R) -> R {
        let _entered = scope::push_here(Arc::new(Current(self.clone())));
        f()
    }
}

/// Leaves the registry when dropped; stays on its thread.
pub struct Entered(#[expect(dead_code, reason = "held for its drop")] Pushed);

impl fmt::Debug for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entered")
    }
}

/// Puts a registry in force for a future.
pub trait InRegistry: Future + Sized {
    /// This future with `registry` in force whenever it is polled, and at its drop, on whatever
    /// thread; nothing else the thread polls sees it. Costs one allocation.
    ///
    /// ```
    /// # use dyno::registry::{Handle, InRegistry, Registry};
    /// # use std::sync::Arc;
    /// # async fn serve(tenant: &Registry) {
    /// static CURRENCY: Handle<str> = Handle::new("currency");
    /// async fn handler() -> Arc<str> { CURRENCY.get().expect("every tenant has one") }
    /// let currency = handler().in_registry(tenant).await;
    /// # }
    /// ```
    fn in_registry(self, registry: &Registry) -> Inside<Self> {
        Inside { future: Some(Box::pin(self)), registry: registry.clone() }
    }
}

impl<F: Future> InRegistry for F {}

/// A future [in a registry](InRegistry::in_registry).
#[must_use = "futures do nothing unless polled"]
pub struct Inside<F> {
    /// `None` only while it is dropped.
    future: Option<Pin<Box<F>>>,
    registry: Registry,
}

impl<F: Future> Future for Inside<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Self { future, registry } = &mut *self;
        match future {
            Some(future) => registry.scope(|| future.as_mut().poll(cx)),
            None => Poll::Pending,
        }
    }
}

impl<F> Drop for Inside<F> {
    fn drop(&mut self) {
        let future = self.future.take();
        self.registry.scope(|| drop(future));
    }
}

impl<F> fmt::Debug for Inside<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inside").field("registry", &self.registry).finish_non_exhaustive()
    }
}

/// The value in force here: of the registry entered last, of its parents, of the global one.
///
/// # Errors
/// Nothing is registered for this type and tag, or the provider failed.
pub fn resolve<T: ?Sized + Send + Sync + 'static>(
    tag: impl Tag<T>,
) -> Result<Resolved<'static, T>, InjectError> {
    resolve_in(entered().as_ref().unwrap_or(Registry::global()), tag.name())
}

pub(super) fn entered() -> Option<Registry> {
    scope::find(|current: &Arc<Current>| Some(current.0.clone()))
}

/// As if `registry` were in force.
pub(super) fn resolve_in<T: ?Sized + Send + Sync + 'static>(
    registry: &Registry,
    tag: &str,
) -> Result<Resolved<'static, T>, InjectError> {
    let registries = in_turn(registry);
    for each in &registries {
        if let Some(found) = each.own(tag)? {
            return Ok(found);
        }
    }
    Err(missing::not_registered::<T>(&registries, tag))
}

/// As if `registry` were in force.
pub(super) async fn resolve_in_async<T: ?Sized + Send + Sync + 'static>(
    registry: &Registry,
    tag: &str,
) -> Result<Resolved<'static, T>, InjectError> {
    let registries = in_turn(registry);
    for each in &registries {
        if let Some(found) = each.own_async(tag).await? {
            return Ok(found);
        }
    }
    Err(missing::not_registered::<T>(&registries, tag))
}

/// It, its parents, and the global one at last.
fn in_turn(registry: &Registry) -> Vec<&Registry> {
    let mut registries: Vec<&Registry> = registry.chain().collect();
    if !registries.iter().any(|each| each.is_global()) {
        registries.push(Registry::global());
    }
    registries
}
