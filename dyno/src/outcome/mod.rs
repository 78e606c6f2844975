//! What counts as a failure.
//!
//! A policy does not know the user's types: it asks [`Outcome`] whether a value stands for a
//! failure, and [`Refuse`] to make the value that a caller gets when dyno will not run the function.
//!
//! ```
//! use dyno::outcome::Outcome;
//! assert!(Err::<u8, _>("down").failure().is_some());
//! assert!(Some(1).failure().is_none());
//! ```

mod asks;
#[cfg(any(feature = "http", feature = "tower"))]
mod response;
#[cfg(any(feature = "http", feature = "tower"))]
mod retry_after;

use std::convert::Infallible;
use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

#[doc(hidden)]
pub use self::asks::{
    Asks, AsksBoxed, AsksBoxedLent, AsksError, AsksLocal, AsksLocalLent, AsksNothing, AsksOwn,
    AsksWrapped, AsksWrapper, Failing, hint,
};
#[cfg(feature = "http")]
pub(crate) use self::response::is_failure;
#[cfg(feature = "http")]
pub(crate) use self::retry_after::retry_after;
use crate::fault::{Error, Fault};

/// How a call ended, in the eyes of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts in the dependency's favour.
    Success,
    /// It counts against the dependency.
    Failure,
    /// It moves no counter: an excluded error, a cancelled call.
    Ignored,
}

impl Verdict {
    /// What `outcome` says by itself: it is never [`Ignored`](Self::Ignored).
    #[inline]
    #[must_use]
    pub fn of<R: Outcome>(outcome: &R) -> Self {
        if outcome.failure().is_some() { Self::Failure } else { Self::Success }
    }

    /// The same, but what dyno itself had turned away says nothing of whoever was to be called. What a
    /// failure `asks` is looked at after a failure only.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn unless_rejected(self, asks: impl FnOnce() -> Asks) -> Self {
        #[cold]
        #[inline(never)]
        fn of_failure(asks: impl FnOnce() -> Asks) -> Verdict {
            if matches!(asks(), Asks::Rejected(..)) { Verdict::Ignored } else { Verdict::Failure }
        }
        if self.is_failure() { of_failure(asks) } else { self }
    }

    /// It counts against the dependency.
    #[inline]
    #[must_use]
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Failure)
    }
}

/// A value that stands for success or for failure.
///
/// Implemented for `Result`, `Option` and `ControlFlow`, and with the feature `tower` or `http` for
/// `http::Response`, which stands for a failure when its status is 5xx or 429 (with `http` so does
/// that of `reqwest`); implement it for a reply type of your own.
///
/// ```
/// use dyno::outcome::Outcome;
/// struct Reply { status: u16 }
/// impl Outcome for Reply {
///     type Failure = Reply;
///     fn failure(&self) -> Option<&Reply> { (self.status >= 500).then_some(self) }
///     fn split(self) -> Result<Self, Reply> { if self.status >= 500 { Err(self) } else { Ok(self) } }
/// }
/// assert!(Reply { status: 503 }.failure().is_some());
/// ```
#[diagnostic::on_unimplemented(
    message = "dyno cannot tell when `{Self}` stands for a failure",
    label = "neither a `Result` nor an `Option`",
    note = "return a `Result` or an `Option`, or implement `dyno::Outcome` for `{Self}`"
)]
pub trait Outcome {
    /// What a failure carries: the `E` of a `Result`.
    type Failure;

    /// The failure this value stands for, if it does.
    fn failure(&self) -> Option<&Self::Failure>;

    /// The value when it stands for success, else the failure.
    ///
    /// # Errors
    /// The failure the value stands for.
    fn split(self) -> Result<Self, Self::Failure>
    where
        Self: Sized;

    /// How long the failure asks to be left alone, where it says so: a `Retry-After`.
    ///
    /// A retry does not come back sooner, and a breaker that it opens stays open that long.
    fn retry_after(&self) -> Option<Duration> {
        None
    }

    /// Writes what has gone wrong, in a few words, for whoever reads why a breaker is open.
    ///
    /// # Errors
    /// Those of the formatter.
    fn tell(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> Outcome for Result<T, E> {
    type Failure = E;
    #[inline]
    fn failure(&self) -> Option<&E> {
        self.as_ref().err()
    }
    #[inline]
    fn split(self) -> Result<Self, E> {
        self.map(Ok)
    }
}

#[diagnostic::do_not_recommend]
impl<T> Outcome for Option<T> {
    type Failure = Nothing;
    #[inline]
    fn failure(&self) -> Option<&Nothing> {
        if self.is_none() { Some(&Nothing) } else { None }
    }
    #[inline]
    fn split(self) -> Result<Self, Nothing> {
        self.map(Some).ok_or(Nothing)
    }
}

/// What a `None` fails with: nothing is known about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("there is nothing")]
pub struct Nothing;

impl From<Fault> for Nothing {
    fn from(_: Fault) -> Self {
        Self
    }
}

#[diagnostic::do_not_recommend]
impl<B, C> Outcome for ControlFlow<B, C> {
    type Failure = B;
    #[inline]
    fn failure(&self) -> Option<&B> {
        match self {
            Self::Break(failure) => Some(failure),
            Self::Continue(_) => None,
        }
    }
    #[inline]
    fn split(self) -> Result<Self, B> {
        match self {
            Self::Break(failure) => Err(failure),
            Self::Continue(value) => Ok(Self::Continue(value)),
        }
    }
}

/// A value that may or may not be an [`Outcome`].
///
/// `(&Look(&out)).failure()` with both traits in scope takes [`LookFailing`] where it is one, as it
/// needs one reference less, else [`LookPlain`]: a value that cannot stand for a failure is none.
#[doc(hidden)]
#[derive(Debug)]
pub struct Look<'a, R>(pub &'a R);

/// The type tells when it stands for a failure.
#[doc(hidden)]
pub trait LookFailing<'a> {
    /// Its error.
    type Failure;
    /// The failure the value stands for, if it does.
    fn failure(&self) -> Option<&'a Self::Failure>;
    /// How long it asks to be left alone.
    fn retry_after(&self) -> Option<Duration>;
}

impl<'a, R: Outcome> LookFailing<'a> for Look<'a, R> {
    type Failure = R::Failure;
    #[inline]
    fn failure(&self) -> Option<&'a R::Failure> {
        self.0.failure()
    }
    #[inline]
    fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after()
    }
}

/// The type stands for no failure.
#[doc(hidden)]
pub trait LookPlain {
    /// Never any.
    fn failure(&self) -> Option<&'static Infallible>;
    /// It does not ask.
    fn retry_after(&self) -> Option<Duration>;
}

impl<R> LookPlain for &Look<'_, R> {
    #[inline]
    fn failure(&self) -> Option<&'static Infallible> {
        None
    }
    #[inline]
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}

/// A value that may hold what a success gives, to be looked at.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "dyno cannot tell what `{Self}` holds in case of success",
    label = "neither a `Result` nor an `Option`",
    note = "`retry_if` asks the value inside of a `Result`, an `Option` or a `ControlFlow`"
)]
pub trait Succeeds {
    /// The `T` of a `Result<T, E>`.
    type Value;
    /// It, in case of success.
    fn success(&self) -> Option<&Self::Value>;
}

#[diagnostic::do_not_recommend]
impl<T, E> Succeeds for Result<T, E> {
    type Value = T;
    #[inline]
    fn success(&self) -> Option<&T> {
        self.as_ref().ok()
    }
}

#[diagnostic::do_not_recommend]
impl<T> Succeeds for Option<T> {
    type Value = T;
    #[inline]
    fn success(&self) -> Option<&T> {
        self.as_ref()
    }
}

#[diagnostic::do_not_recommend]
impl<B, C> Succeeds for ControlFlow<B, C> {
    type Value = C;
    #[inline]
    fn success(&self) -> Option<&C> {
        match self {
            Self::Continue(value) => Some(value),
            Self::Break(_) => None,
        }
    }
}

/// A value that can say "dyno would not run this".
///
/// `Result<T, E>` where `E: From<Fault>` becomes `Err`, `Option` becomes `None`.
#[diagnostic::on_unimplemented(
    message = "dyno cannot return its rejection as `{Self}`",
    label = "cannot carry a `dyno::Fault`",
    note = "of a `Result`, add `#[from] dyno::Fault` to the error type (`impl From<dyno::Fault>`), or put `wrap` into the attribute: it returns `Result<T, dyno::Error<E>>`",
    note = "of any other type, return a `Result` or an `Option`",
    note = "or give a `fallback`: what the caller gets instead"
)]
pub trait Refuse: Sized {
    /// The value a caller gets for `fault`.
    fn refuse(fault: Fault) -> Self;
}

// The remedies are told of the return type, not of its error.
#[diagnostic::do_not_recommend]
impl<T, E: From<Fault>> Refuse for Result<T, E> {
    #[inline]
    fn refuse(fault: Fault) -> Self {
        Err(fault.into())
    }
}

#[diagnostic::do_not_recommend]
impl<T> Refuse for Option<T> {
    #[inline]
    fn refuse(_: Fault) -> Self {
        None
    }
}

// The remedies are told of the return type, not of its error.
#[diagnostic::do_not_recommend]
impl<B: From<Fault>, C> Refuse for ControlFlow<B, C> {
    #[inline]
    fn refuse(fault: Fault) -> Self {
        Self::Break(fault.into())
    }
}

/// What `wrap` makes of a return type: `Result<T, E>` → `Result<T, dyno::Error<E>>`.
#[diagnostic::on_unimplemented(
    message = "`wrap` rewrites a `Result`, and `{Self}` is none",
    label = "not a `Result`"
)]
pub trait Wrap {
    /// The type with room for a [`Fault`].
    type Wrapped;
    /// The value in that type.
    fn wrap(self) -> Self::Wrapped;
}

impl<T, E> Wrap for Result<T, E> {
    type Wrapped = Result<T, Error<E>>;
    #[inline]
    fn wrap(self) -> Self::Wrapped {
        self.map_err(Error::Inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, LookFailing, LookPlain};

    #[test]
    #[expect(clippy::needless_borrow, reason = "the reference is what chooses among the traits")]
    fn any_value_can_be_looked_at() {
        assert_eq!((&Look(&Err::<u8, _>("down"))).failure(), Some(&"down"));
        assert!((&Look(&Ok::<_, &str>(1))).failure().is_none());
        assert!((&Look(&1)).failure().is_none());
    }
}
