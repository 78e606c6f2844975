//! What may provide a value.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::fault::{InjectError, InjectErrorKind};

/// What a provider has made.
pub(super) type Made<T> = Result<Arc<T>, InjectError>;
pub(super) type Making<T> = Pin<Box<dyn Future<Output = Made<T>> + Send>>;

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

/// An async function, or a closure that returns a future, that provides a `T`: see [`Product`].
pub trait AsyncProvider<T: ?Sized, M>: Send + Sync + 'static {
    #[doc(hidden)]
    fn provide(&self) -> Pin<Box<dyn Future<Output = Result<Arc<T>, InjectError>> + Send>>;
}

impl<T, F, Fut, M> AsyncProvider<T, M> for F
where
    T: ?Sized,
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output: Product<T, M>> + Send + 'static,
{
    fn provide(&self) -> Making<T> {
        let future = self();
        Box::pin(async move { future.await.product() })
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
