//! What of an outcome is kept, and what it is handed out as.

use std::fmt;
use std::marker::PhantomData;

use crate::outcome::Outcome;

/// What can be kept and handed out again.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cached",
    label = "every caller gets a clone of it, on any thread",
    note = "a cached value needs `Clone`, `Send` and `Sync`, and must borrow nothing; what is not `Clone` can be returned in an `Arc`"
)]
pub trait Kept: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> Kept for T {}

/// What of an outcome is kept.
#[doc(hidden)]
pub trait How: Copy {
    /// What the function returns.
    type Out;
    /// What is stored.
    type Value: Kept;
    /// What a `weight` is asked of.
    type Weighed: ?Sized;

    /// What is stored of a success, or, where failures are kept, of a failure.
    fn keep(out: &Self::Out) -> Option<Self::Value>;
    /// The same for an outcome that the user counts as a failure.
    fn keep_failed(out: &Self::Out) -> Option<Self::Value>;
    /// It counts as a failure, where the user does not say what does.
    fn failed(out: &Self::Out) -> bool;
    /// What a caller gets.
    fn give(value: Self::Value) -> Self::Out;
    /// It stands for a failure, or for nothing.
    fn is_negative(value: &Self::Value) -> bool;
    /// What has a weight of its own.
    fn weighed(value: &Self::Value) -> Option<&Self::Weighed>;
}

/// How an outcome of type `R` is kept: `(&Keeps::<R>::new()).how()`, with the traits in scope.
///
/// Of a `Result` the value, of a type that is an [`Outcome`] what does not stand for a failure, and
/// any other as it is; a `None` is a value like any other.
#[doc(hidden)]
pub struct Keeps<R>(PhantomData<fn() -> R>);

impl<R> Keeps<R> {
    /// To be asked [`how`](Self::how).
    #[inline]
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// How an outcome is kept, if it can be.
#[doc(hidden)]
#[inline]
#[must_use]
pub const fn kept<H: How>(how: H) -> H {
    how
}

macro_rules! hows {
    ($($(#[doc = $doc:literal])+ $name:ident<$($of:ident),+>;)+) => {$(
        $(#[doc = $doc])+
        #[doc(hidden)]
        pub struct $name<$($of),+>(PhantomData<fn() -> ($($of,)+)>);

        impl<$($of),+> Clone for $name<$($of),+> {
            #[inline]
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<$($of),+> Copy for $name<$($of),+> {}

        impl<$($of),+> fmt::Debug for $name<$($of),+> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )+};
}

hows! {
    /// The value of a `Result`.
    KeepsOk<T, E>;
    /// A `Result`, be it an error.
    KeepsBoth<T, E>;
    /// An `Option`, be it `None`.
    KeepsOption<T>;
    /// What does not stand for a failure.
    KeepsGood<R>;
    /// Anything that can stand for a failure, be it one.
    KeepsEither<R>;
    /// Anything.
    KeepsAll<R>;
}

impl<R> fmt::Debug for Keeps<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keeps")
    }
}

// Without a bound: what is not fit to be kept would be taken for something else.
impl<T, E> Keeps<Result<T, E>> {
    /// The value alone.
    #[inline]
    #[must_use]
    pub const fn how(&self) -> KeepsOk<T, E> {
        KeepsOk(PhantomData)
    }
}

impl<T> Keeps<Option<T>> {
    /// Both `Some` and `None`.
    #[inline]
    #[must_use]
    pub const fn how(&self) -> KeepsOption<T> {
        KeepsOption(PhantomData)
    }
}

/// Types that tell when they stand for a failure.
#[doc(hidden)]
pub trait KeepsFailing {
    /// What they are.
    type Out;
    /// All that does not stand for a failure.
    fn how(&self) -> KeepsGood<Self::Out>;
}

impl<R: Outcome> KeepsFailing for Keeps<R> {
    type Out = R;

    #[inline]
    fn how(&self) -> KeepsGood<R> {
        KeepsGood(PhantomData)
    }
}

/// All other types.
#[doc(hidden)]
pub trait KeepsPlain {
    /// What they are.
    type Out;
    /// Anything.
    fn how(&self) -> KeepsAll<Self::Out>;
}

impl<R> KeepsPlain for &Keeps<R> {
    type Out = R;

    #[inline]
    fn how(&self) -> KeepsAll<R> {
        KeepsAll(PhantomData)
    }
}

impl<T, E> KeepsOk<T, E> {
    /// Errors as well.
    #[inline]
    #[must_use]
    pub const fn negative(self) -> KeepsBoth<T, E> {
        KeepsBoth(PhantomData)
    }
}

impl<R> KeepsGood<R> {
    /// What stands for a failure as well.
    #[inline]
    #[must_use]
    pub const fn negative(self) -> KeepsEither<R> {
        KeepsEither(PhantomData)
    }
}

impl<R> KeepsAll<R> {
    /// It stands for no failure: who asks which are kept is told so.
    #[inline]
    #[must_use]
    pub const fn negative(self) -> Self {
        self
    }
}

impl<T> KeepsOption<T> {
    /// It keeps a `None` anyway.
    #[inline]
    #[must_use]
    pub const fn negative(self) -> Self {
        self
    }
}

impl<T: Kept, E> How for KeepsOk<T, E> {
    type Out = Result<T, E>;
    type Value = T;
    type Weighed = T;

    #[inline]
    fn keep(out: &Self::Out) -> Option<T> {
        out.as_ref().ok().cloned()
    }
    fn keep_failed(_: &Self::Out) -> Option<T> {
        None
    }
    fn failed(out: &Self::Out) -> bool {
        out.is_err()
    }
    #[inline]
    fn give(value: T) -> Self::Out {
        Ok(value)
    }
    fn is_negative(_: &T) -> bool {
        false
    }
    fn weighed(value: &T) -> Option<&T> {
        Some(value)
    }
}

impl<T: Kept, E: Kept> How for KeepsBoth<T, E> {
    type Out = Result<T, E>;
    type Value = Result<T, E>;
    type Weighed = T;

    fn keep(out: &Self::Out) -> Option<Self::Value> {
        Some(out.clone())
    }
    fn keep_failed(out: &Self::Out) -> Option<Self::Value> {
        Some(out.clone())
    }
    fn failed(out: &Self::Out) -> bool {
        out.is_err()
    }
    #[inline]
    fn give(value: Self::Value) -> Self::Out {
        value
    }
    fn is_negative(value: &Self::Value) -> bool {
        value.is_err()
    }
    fn weighed(value: &Self::Value) -> Option<&T> {
        value.as_ref().ok()
    }
}

impl<T: Kept> How for KeepsOption<T> {
    type Out = Option<T>;
    type Value = Option<T>;
    type Weighed = T;

    fn keep(out: &Self::Out) -> Option<Self::Value> {
        Some(out.clone())
    }
    fn keep_failed(out: &Self::Out) -> Option<Self::Value> {
        Some(out.clone())
    }
    fn failed(_: &Self::Out) -> bool {
        false
    }
    #[inline]
    fn give(value: Self::Value) -> Self::Out {
        value
    }
    fn is_negative(value: &Self::Value) -> bool {
        value.is_none()
    }
    fn weighed(value: &Self::Value) -> Option<&T> {
        value.as_ref()
    }
}

impl<R: Outcome + Kept> How for KeepsGood<R> {
    type Out = R;
    type Value = R;
    type Weighed = R;

    fn keep(out: &R) -> Option<R> {
        out.failure().is_none().then(|| out.clone())
    }
    fn keep_failed(_: &R) -> Option<R> {
        None
    }
    fn failed(out: &R) -> bool {
        out.failure().is_some()
    }
    #[inline]
    fn give(value: R) -> R {
        value
    }
    fn is_negative(_: &R) -> bool {
        false
    }
    fn weighed(value: &R) -> Option<&R> {
        Some(value)
    }
}

impl<R: Kept> How for KeepsAll<R> {
    type Out = R;
    type Value = R;
    type Weighed = R;

    fn keep(out: &R) -> Option<R> {
        Some(out.clone())
    }
    fn keep_failed(_: &R) -> Option<R> {
        None
    }
    fn failed(_: &R) -> bool {
        false
    }
    #[inline]
    fn give(value: R) -> R {
        value
    }
    fn is_negative(_: &R) -> bool {
        false
    }
    fn weighed(value: &R) -> Option<&R> {
        Some(value)
    }
}

impl<R: Kept + Outcome> How for KeepsEither<R> {
    type Out = R;
    type Value = R;
    type Weighed = R;

    fn keep(out: &R) -> Option<R> {
        Some(out.clone())
    }
    fn keep_failed(out: &R) -> Option<R> {
        Some(out.clone())
    }
    fn failed(out: &R) -> bool {
        out.failure().is_some()
    }
    #[inline]
    fn give(value: R) -> R {
        value
    }
    fn is_negative(value: &R) -> bool {
        value.failure().is_some()
    }
    fn weighed(value: &R) -> Option<&R> {
        Some(value)
    }
}
