//! What the caller gets.

use std::error::Error;

use crate::fallback::Failed;
use crate::fault::{self, Fault};
use crate::outcome::{Outcome, Refuse};

/// What becomes of how a call ended.
#[doc(hidden)]
pub trait End<R> {
    /// What the caller gets.
    fn end(self, name: &'static str, end: Result<R, Fault>) -> R;
}

/// Its own outcome, or the refusal.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Refusing;

impl<R: Refuse> End<R> for Refusing {
    #[inline]
    fn end(self, _name: &'static str, end: Result<R, Fault>) -> R {
        end.unwrap_or_else(R::refuse)
    }
}

/// What stands in.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Or<F>(pub(super) F);

impl<R: Outcome, F: FnOnce(fault::Error<R::Failure>) -> R> End<R> for Or<F> {
    #[inline]
    fn end(self, name: &'static str, end: Result<R, Fault>) -> R {
        match why(name, end) {
            Ok(out) => out,
            Err(why) => (self.0)(why),
        }
    }
}

/// What stands in, with room for what it stands in for.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct OrKeeping<F>(pub(super) F);

impl<T, E, F> End<Result<T, E>> for OrKeeping<F>
where
    E: From<Failed> + Into<Box<dyn Error + Send + Sync>>,
    F: FnOnce(&fault::Error<E>) -> Result<T, E>,
{
    #[inline]
    fn end(self, name: &'static str, end: Result<Result<T, E>, Fault>) -> Result<T, E> {
        match why(name, end) {
            Ok(out) => out,
            Err(why) => (self.0)(&why).map_err(|error| match why {
                fault::Error::Inner(cause) => Failed::new(error, cause).into(),
                fault::Error::Fault(cause) => Failed::new(error, cause).into(),
            }),
        }
    }
}

#[inline]
fn why<R: Outcome>(
    _name: &'static str,
    end: Result<R, Fault>,
) -> Result<R, fault::Error<R::Failure>> {
    match end {
        Ok(out) => out.split().map_err(fault::Error::Inner),
        Err(fault) => Err(fault::Error::Fault(fault)),
    }
}
