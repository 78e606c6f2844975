//! What the caller gets.

use std::error::Error;

use crate::fallback::{self, Failed, fell_back, point_named, stood_in};
use crate::fault::{self, Fault};
use crate::outcome::{Outcome, Refuse};

/// What becomes of how a call ended.
#[doc(hidden)]
pub trait End<R> {
    /// Something takes the place of a refusal.
    const STANDS_IN: bool;
    /// What the caller gets.
    fn end(self, name: &'static str, end: Result<R, Fault>) -> R;
}

/// Its own outcome, or the refusal.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Refusing;

impl<R: Refuse> End<R> for Refusing {
    const STANDS_IN: bool = false;

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
    const STANDS_IN: bool = true;

    #[inline]
    fn end(self, name: &'static str, end: Result<R, Fault>) -> R {
        match why(name, end) {
            Ok(out) => out,
            Err(why) => stood_in(point_named(name), (self.0)(why)),
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
    const STANDS_IN: bool = true;

    #[inline]
    fn end(self, name: &'static str, end: Result<Result<T, E>, Fault>) -> Result<T, E> {
        match why(name, end) {
            Ok(out) => out,
            Err(why) => {
                let out = stood_in(point_named(name), (self.0)(&why));
                out.map_err(|error| match why {
                    fault::Error::Inner(cause) => Failed::new(error, cause).into(),
                    fault::Error::Fault(cause) => Failed::new(error, cause).into(),
                })
            }
        }
    }
}

/// The outcome of a call that went well, else why something is to stand in: it is told of.
#[inline]
fn why<R: Outcome>(
    name: &'static str,
    end: Result<R, Fault>,
) -> Result<R, fault::Error<R::Failure>> {
    fallback::why(end).map_err(|why| {
        fell_back(point_named(name), why.is_err());
        match why {
            Ok(error) => fault::Error::Inner(error),
            Err(fault) => fault::Error::Fault(fault),
        }
    })
}
