//! What a provider may return.
//!
//! The parameter's type and the provider's return type leave one implementation of [`Provided`];
//! the compiler finds its marker `M`.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use crate::fault::{InjectError, InjectErrorKind};

/// A future that may go anywhere.
pub(crate) type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What a provider's value is kept as.
pub(crate) type Made<T> = Result<Arc<T>, InjectError>;

/// A return type from which a `T` can be had.
#[diagnostic::on_unimplemented(
    message = "this provider returns `{Self}`, which does not provide `{T}`",
    label = "the parameter wants `{T}`",
    note = "a provider of `{T}` returns `{T}`, `Arc<{T}>`, `Box<{T}>`, or one of these in a `Result` or an `Option`",
    note = "for a `str` it returns `String`, for a `[T]` `Vec<T>`",
    note = "for a `dyn Trait` it returns `Box<dyn Trait>` or `Arc<dyn Trait>`; an async provider is named with `.await`",
    note = "the error of a `Result` must convert into `Box<dyn Error + Send + Sync>`"
)]
pub trait Provided<T: ?Sized, M: Mode> {
    /// The value, ready to be shared.
    #[doc(hidden)]
    fn provide(self) -> Result<Arc<T>, InjectError>;
}

/// How a provider gives its value.
pub trait Mode {
    /// [`Never`] or [`Maybe`].
    type Fails;
}

/// It gives a value.
#[derive(Debug)]
pub enum Never {}

/// It gives a value, or says why not.
#[derive(Debug)]
pub enum Maybe {}

/// As it is.
#[derive(Debug)]
pub struct Plain;

/// In an `Arc`.
#[derive(Debug)]
pub struct Shared;

/// In a `Box`.
#[derive(Debug)]
pub struct InBox;

/// As the text or list that it owns.
#[derive(Debug)]
pub struct Contents;

/// In a `Result`.
#[derive(Debug)]
pub struct Fallible<M>(PhantomData<M>);

/// In an `Option`.
#[derive(Debug)]
pub struct Optional<M>(PhantomData<M>);

impl Mode for Plain {
    type Fails = Never;
}

impl Mode for Shared {
    type Fails = Never;
}

impl Mode for InBox {
    type Fails = Never;
}

impl Mode for Contents {
    type Fails = Never;
}

impl<M> Mode for Fallible<M> {
    type Fails = Maybe;
}

impl<M> Mode for Optional<M> {
    type Fails = Maybe;
}

#[diagnostic::do_not_recommend]
impl<T> Provided<T, Plain> for T {
    fn provide(self) -> Made<T> {
        Ok(Arc::new(self))
    }
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized> Provided<T, Shared> for Arc<T> {
    fn provide(self) -> Made<T> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized> Provided<T, InBox> for Box<T> {
    fn provide(self) -> Made<T> {
        Ok(self.into())
    }
}

#[diagnostic::do_not_recommend]
impl Provided<str, Contents> for String {
    fn provide(self) -> Made<str> {
        Ok(self.into())
    }
}

#[diagnostic::do_not_recommend]
impl<T> Provided<[T], Contents> for Vec<T> {
    fn provide(self) -> Made<[T]> {
        Ok(self.into())
    }
}

#[diagnostic::do_not_recommend]
impl<T, R, E, M> Provided<T, Fallible<M>> for Result<R, E>
where
    T: ?Sized,
    R: Provided<T, M>,
    E: Into<Box<dyn Error + Send + Sync>>,
    M: Mode,
{
    fn provide(self) -> Made<T> {
        self.map_err(failed)?.provide()
    }
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, R: Provided<T, M>, M: Mode> Provided<T, Optional<M>> for Option<R> {
    fn provide(self) -> Made<T> {
        self.ok_or_else(|| failed(Nothing))?.provide()
    }
}

/// A return type from which a `T` can be had as a value of one's own, for `scope = call`.
#[diagnostic::on_unimplemented(
    message = "this provider returns `{Self}`, which does not provide an owned `{T}`",
    label = "the parameter wants `{T}` for itself (`scope = call`)",
    note = "the provider returns `{T}`, `Box<{T}>`, or one of these in a `Result` or an `Option`"
)]
pub trait Owned<T, M: Mode> {
    /// The value.
    #[doc(hidden)]
    fn own(self) -> Result<T, InjectError>;
}

#[diagnostic::do_not_recommend]
impl<T> Owned<T, Plain> for T {
    fn own(self) -> Result<T, InjectError> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T> Owned<T, InBox> for Box<T> {
    fn own(self) -> Result<T, InjectError> {
        Ok(*self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, R, E, M> Owned<T, Fallible<M>> for Result<R, E>
where
    R: Owned<T, M>,
    E: Into<Box<dyn Error + Send + Sync>>,
    M: Mode,
{
    fn own(self) -> Result<T, InjectError> {
        self.map_err(failed)?.own()
    }
}

#[diagnostic::do_not_recommend]
impl<T, R: Owned<T, M>, M: Mode> Owned<T, Optional<M>> for Option<R> {
    fn own(self) -> Result<T, InjectError> {
        self.ok_or_else(|| failed(Nothing))?.own()
    }
}

#[cold]
fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> InjectError {
    InjectError::new(InjectErrorKind::Failed(Arc::from(error.into())))
}

#[derive(Debug)]
struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it returned `None`")
    }
}

impl Error for Nothing {}

#[cfg(test)]
mod tests {
    use super::*;

    fn provide<T: ?Sized, O: Provided<T, M>, M: Mode>(provided: O) -> Made<T> {
        provided.provide()
    }

    trait Speak: Send + Sync {
        fn word(&self) -> &'static str;
    }

    impl Speak for u8 {
        fn word(&self) -> &'static str {
            "u8"
        }
    }

    #[test]
    fn the_parameter_decides_what_is_unwrapped() {
        assert_eq!(provide::<u8, _, _>(1), Ok(Arc::new(1)));
        assert_eq!(provide::<u8, _, _>(Arc::new(1)), Ok(Arc::new(1)));
        assert_eq!(provide::<u8, _, _>(Box::new(1)), Ok(Arc::new(1)));
        assert_eq!(provide::<u8, _, _>(Ok::<_, String>(Some(Arc::new(1)))), Ok(Arc::new(1)));
        assert_eq!(provide::<Option<u8>, _, _>(Some(1)), Ok(Arc::new(Some(1))));
        let whole = provide::<Result<u8, String>, _, _>(Ok::<u8, String>(1));
        assert_eq!(whole, Ok(Arc::new(Ok(1))));
    }

    #[test]
    fn a_trait_object_comes_boxed_or_shared() {
        let boxed: Box<dyn Speak> = Box::new(1_u8);
        let shared: Arc<dyn Speak> = Arc::new(1_u8);
        assert_eq!(provide::<dyn Speak, _, _>(boxed).map(|it| it.word()), Ok("u8"));
        assert_eq!(provide::<dyn Speak, _, _>(Some(shared)).map(|it| it.word()), Ok("u8"));
    }

    #[test]
    fn a_failure_tells_what_the_provider_said() {
        let error = provide::<u8, _, _>(Err::<u8, _>("no disk")).expect_err("it failed");
        assert_eq!(error.to_string(), "the provider failed: no disk");
        let error = provide::<u8, _, _>(None::<u8>).expect_err("it failed");
        assert_eq!(error.to_string(), "the provider failed: it returned `None`");
    }
}
