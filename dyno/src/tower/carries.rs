//! Errors that can say "dyno would not".

use std::error::Error as StdError;
use std::{fmt, io};

use crate::fault::{self, Error, Fault, Reason, Word};
use crate::outcome::Asks;

/// An error of a service that can carry a [`Fault`]: what dyno's layers refuse a call with.
///
/// [`dyno::Error<E>`](crate::Error) does, which [`wrap`](super::wrap) makes of any error, and so do the
/// boxed errors of tower's own layers. For an enum of your own:
///
/// ```
/// use dyno::{Fault, tower::CarriesFault};
///
/// #[derive(Debug, thiserror::Error)]
/// enum ShopError {
///     #[error("sold out")]
///     SoldOut,
///     #[error(transparent)]
///     Dyno(#[from] Fault),
/// }
/// impl CarriesFault for ShopError {
///     fn fault(&self) -> Option<&Fault> {
///         match self {
///             Self::Dyno(fault) => Some(fault),
///             Self::SoldOut => None,
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "dyno's layers cannot refuse a call with `{Self}`",
    label = "cannot carry a `dyno::Fault`",
    note = "put `dyno::tower::wrap()` innermost: it makes the error a `dyno::Error<{Self}>`",
    note = "or, of an error of your own, implement `dyno::tower::CarriesFault` for it",
    note = "where nothing may fail, as in an axum `Router`, put `dyno::tower::answer()` outermost as well: it answers with the error"
)]
pub trait CarriesFault: From<Fault> + fmt::Display {
    /// dyno's own word, where the error is nothing else.
    fn fault(&self) -> Option<&Fault>;

    /// What dyno has said in it.
    #[doc(hidden)]
    fn said(&self) -> Said {
        self.fault().map_or(Said::Nothing, Said::of)
    }

    /// What it asks of a retry.
    #[doc(hidden)]
    fn asks(&self) -> Asks {
        self.fault().map_or(Asks::Nothing, Asks::of)
    }
}

/// What dyno has said in an error.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing: it is the service's own.
    Nothing,
    /// The call was not waited for any longer.
    TimedOut,
    /// The call was not made.
    Refused(Option<Reason>),
}

impl Said {
    fn of(fault: &Fault) -> Self {
        if fault.is_timed_out() { Self::TimedOut } else { Self::Refused(fault.reason()) }
    }

    fn within(error: &(dyn StdError + 'static)) -> Self {
        match fault::word_in(error) {
            Some(Word::Fault(fault)) => Self::of(fault),
            Some(Word::Last(last)) if last.is_late() => Self::TimedOut,
            Some(Word::Last(last)) => Self::Refused(last.reason()),
            None => Self::Nothing,
        }
    }
}

impl<E: fmt::Display> CarriesFault for Error<E> {
    fn fault(&self) -> Option<&Fault> {
        Self::fault(self)
    }
}

impl CarriesFault for Fault {
    fn fault(&self) -> Option<&Fault> {
        Some(self)
    }
}

/// That of a policy further in is found as well when it is wrapped.
impl CarriesFault for Box<dyn StdError + Send + Sync> {
    fn fault(&self) -> Option<&Fault> {
        self.downcast_ref()
    }

    fn said(&self) -> Said {
        Said::within(&**self)
    }

    fn asks(&self) -> Asks {
        Asks::of_error(&**self)
    }
}

impl CarriesFault for io::Error {
    fn fault(&self) -> Option<&Fault> {
        self.get_ref().and_then(|inside| inside.downcast_ref())
    }

    fn said(&self) -> Said {
        Said::within(self)
    }

    fn asks(&self) -> Asks {
        Asks::of_error(self)
    }
}
