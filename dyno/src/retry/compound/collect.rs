//! How an expansion collects errors.

use std::fmt;
use std::time::Duration;

use super::CompoundError;
use crate::retry::attempts::{Attempts, Pause};
use crate::retry::mark::Mark;

/// What `compound` makes of a return type: `Result<T, E>` → `Result<T, CompoundError<E>>`.
#[diagnostic::on_unimplemented(
    message = "`compound` rewrites a `Result`, and `{Self}` is none",
    label = "not a `Result`"
)]
pub trait Compound {
    /// The type with room for the errors of all attempts.
    type Compounded;
    /// What a failure carries.
    type Error;
    /// The failure, if it is one.
    fn failed(self) -> Option<Self::Error>;
    /// The value in that type, `compound` being made of the last error.
    fn compound(
        self,
        compound: impl FnOnce(Self::Error) -> CompoundError<Self::Error>,
    ) -> Self::Compounded;
}

impl<T, E> Compound for Result<T, E> {
    type Compounded = Result<T, CompoundError<E>>;
    type Error = E;

    #[inline]
    fn failed(self) -> Option<E> {
        self.err()
    }

    #[inline]
    fn compound(self, compound: impl FnOnce(E) -> CompoundError<E>) -> Self::Compounded {
        self.map_err(compound)
    }
}

/// The errors so far. Nothing is allocated before there is one.
pub struct Errors<E>(Vec<(E, Duration)>);

impl<E> Errors<E> {
    /// None yet.
    #[inline]
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Keeps what the attempt before `pause` failed with. A value that only counted as a failure is
    /// let go.
    #[cold]
    pub fn keep<R: Compound<Error = E>>(&mut self, out: R, pause: &Pause) {
        if let Some(error) = out.failed() {
            self.0.push((error, pause.after));
        }
    }

    /// The outcome of all.
    #[inline]
    pub fn end<R: Compound<Error = E>, M: Mark>(
        self,
        out: R,
        attempts: &Attempts<'_, M>,
    ) -> R::Compounded {
        let stop = attempts.stop();
        out.compound(move |last| CompoundError { earlier: self.0, last, stop })
    }
}

impl<E> fmt::Debug for Errors<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Errors({})", self.0.len())
    }
}
