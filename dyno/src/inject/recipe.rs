//! How a value is made: by the provider, or by the fake that stands in for it.

use std::any::{Any, type_name};
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::kept::{Kept, keep};
use super::provided::{Boxed, Made, Mode, Provided};

/// How a value of which type is made.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub(super) make: Make,
    /// The type as the compiler names it.
    pub(super) provides: &'static str,
}

/// Makes a value, blocking or as a future.
#[derive(Clone)]
pub(crate) enum Make {
    Now(Arc<dyn Fn() -> Made<Kept> + Send + Sync>),
    Later(Arc<dyn Fn() -> Boxed<Made<Kept>> + Send + Sync>),
}

impl Recipe {
    pub(super) fn now<T, F, O, M>(provider: F) -> Self
    where
        T: ?Sized + Send + Sync + 'static,
        F: Fn() -> O + Send + Sync + 'static,
        O: Provided<T, M>,
        M: Mode,
    {
        Self::of::<T>(Make::Now(Arc::new(move || provider().provide().map(keep))))
    }

    pub(super) fn later<T, F, Fut, M>(provider: F) -> Self
    where
        T: ?Sized + Send + Sync + 'static,
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future + Send + 'static,
        Fut::Output: Provided<T, M>,
        M: Mode,
    {
        Self::of::<T>(Make::Later(Arc::new(move || {
            let future = provider();
            Box::pin(async move { future.await.provide().map(keep) })
        })))
    }

    /// The recipe of a [`Fake`] of `O`, where that is what `fake` is.
    pub(super) fn of_fake<T, O, M>(fake: &(dyn Any + Send + Sync)) -> Option<Self>
    where
        T: ?Sized + Send + Sync + 'static,
        O: Provided<T, M> + 'static,
        M: Mode,
    {
        Some(Self::of::<T>(match fake.downcast_ref::<Fake<O>>()?.clone() {
            Fake::Now(make) => Make::Now(Arc::new(move || make().provide().map(keep))),
            Fake::Later(make) => Make::Later(Arc::new(move || {
                let future = make();
                Box::pin(async move { future.await.provide().map(keep) })
            })),
        }))
    }

    fn of<T: ?Sized>(make: Make) -> Self {
        Self { make, provides: type_name::<T>() }
    }
}

impl fmt::Debug for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.make {
            Make::Now(_) => "Now",
            Make::Later(_) => "Later",
        })
    }
}

/// Stands in for a provider whose value is `O`.
pub enum Fake<O> {
    /// At once.
    Now(Arc<dyn Fn() -> O + Send + Sync>),
    /// As a future.
    Later(Arc<dyn Fn() -> Boxed<O> + Send + Sync>),
}

impl<O> Clone for Fake<O> {
    fn clone(&self) -> Self {
        match self {
            Self::Now(make) => Self::Now(make.clone()),
            Self::Later(make) => Self::Later(make.clone()),
        }
    }
}

impl<O> fmt::Debug for Fake<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

/// What a fake may return in place of a provider that returns `O`.
#[diagnostic::on_unimplemented(
    message = "a fake that returns `{Self}` cannot stand in for a provider that returns `{O}`",
    label = "returns something else than the provider",
    note = "a fake returns what the provider returns; the fake of an async provider may be async, or return the output itself"
)]
pub trait StandsFor<O, M>: Sized {
    #[doc(hidden)]
    type Value: 'static;
    #[doc(hidden)]
    fn fake(fake: impl Fn() -> Self + Send + Sync + 'static) -> Fake<Self::Value>;
}

/// Both return the same.
#[derive(Debug)]
pub struct Same;

/// The provider is async, the fake is not.
#[derive(Debug)]
pub struct Output;

/// Both are async.
#[derive(Debug)]
pub struct Awaited;

impl<O: 'static> StandsFor<O, Same> for O {
    type Value = O;
    fn fake(fake: impl Fn() -> Self + Send + Sync + 'static) -> Fake<O> {
        Fake::Now(Arc::new(fake))
    }
}

impl<Fut: Future<Output: 'static>> StandsFor<Fut, Output> for Fut::Output {
    type Value = Fut::Output;
    fn fake(fake: impl Fn() -> Self + Send + Sync + 'static) -> Fake<Fut::Output> {
        Fake::Now(Arc::new(fake))
    }
}

impl<Fut, Other> StandsFor<Fut, Awaited> for Other
where
    Fut: Future<Output: 'static>,
    Other: Future<Output = Fut::Output> + Send + 'static,
{
    type Value = Fut::Output;
    fn fake(fake: impl Fn() -> Self + Send + Sync + 'static) -> Fake<Fut::Output> {
        Fake::Later(Arc::new(move || Box::pin(fake())))
    }
}
