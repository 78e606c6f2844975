//! The error of a fallback, and what it stood in for.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

type AnyError = dyn Error + Send + Sync + 'static;

/// A fallback has failed as well: its error, whose [source](Error::source) is the error for which
/// it stood in.
///
/// An error type that has room for it gets it where both failed: `String`, [`std::io::Error`],
/// `Box<dyn Error + Send + Sync>`, `anyhow` and `eyre` work as they are, an enum of your own says
/// `#[from]`. Other types get the fallback's error alone.
///
/// ```
/// use std::error::Error;
/// use dyno::fallback::Failed;
///
/// #[derive(Debug, thiserror::Error)]
/// enum PriceError {
///     #[error("no answer")]
///     NoAnswer,
///     #[error("not in the cache")]
///     NotCached,
///     #[error(transparent)]
///     Both(#[from] Failed),
/// }
/// let error = PriceError::from(Failed::new(PriceError::NotCached, PriceError::NoAnswer));
/// assert_eq!(error.to_string(), "not in the cache (standing in for: no answer)");
/// let PriceError::Both(failed) = error else { unreachable!() };
/// assert!(matches!(failed.error().downcast_ref(), Some(PriceError::NotCached)));
/// assert!(matches!(failed.source().unwrap().downcast_ref(), Some(PriceError::NoAnswer)));
/// ```
///
/// Two are equal when they read the same.
// Shared, so that an error type which is `Clone` may hold it.
#[derive(Clone)]
pub struct Failed {
    error: Arc<AnyError>,
    cause: Arc<AnyError>,
}

impl Failed {
    /// The fallback failed with `error` when it stood in for `cause`.
    #[cold]
    #[must_use]
    pub fn new(error: impl Into<Box<AnyError>>, cause: impl Into<Box<AnyError>>) -> Self {
        Self { error: error.into().into(), cause: cause.into().into() }
    }

    /// The error of the fallback; in a chain of them, of the last one.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.error
    }

    /// The error for which it stood in; in a chain, that of the fallback before, and its cause.
    #[must_use]
    pub fn cause(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.cause
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (standing in for: {})", self.error, self.cause)
    }
}

impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed").field("error", &self.error).field("cause", &self.cause).finish()
    }
}

// By hand: derived, the source would be the `Arc`, and nobody could downcast it.
impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}

impl PartialEq for Failed {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Failed {}

impl From<Failed> for String {
    fn from(failed: Failed) -> Self {
        failed.to_string()
    }
}

/// Of the kind of the fallback's error where that is an [`io::Error`], else
/// [`Other`](io::ErrorKind::Other).
impl From<Failed> for io::Error {
    fn from(failed: Failed) -> Self {
        let kind = failed.error().downcast_ref().map_or(io::ErrorKind::Other, Self::kind);
        Self::new(kind, failed)
    }
}

/// For a function with `wrap`.
impl<E: From<Failed>> From<Failed> for crate::fault::Error<E> {
    fn from(failed: Failed) -> Self {
        Self::Inner(failed.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
        let rest = error.source().map(chain).unwrap_or_default();
        std::iter::once(error.to_string()).chain(rest).collect()
    }

    #[test]
    fn a_chain_of_fallbacks_leads_back_to_the_first_error() {
        let first = Failed::new("not cached", "no answer");
        let last = Failed::new("no default", first);
        assert_eq!(
            chain(&last),
            [
                "no default (standing in for: not cached (standing in for: no answer))",
                "not cached (standing in for: no answer)",
                "no answer",
            ]
        );
        assert_eq!(last.error().to_string(), "no default");
        assert_eq!(last, last.clone());
        assert_ne!(last, Failed::new("no default", "no answer"));
    }

    #[test]
    fn as_an_io_error_it_is_of_the_fallbacks_kind_and_keeps_both() {
        let (error, cause) = (io::ErrorKind::NotFound, io::ErrorKind::ConnectionRefused);
        let both = io::Error::from(Failed::new(io::Error::from(error), io::Error::from(cause)));
        assert_eq!(both.kind(), error);
        let primary = both.source().and_then(|source| source.downcast_ref::<io::Error>());
        assert_eq!(primary.map(io::Error::kind), Some(cause));
        assert_eq!(io::Error::from(Failed::new("no", "no")).kind(), io::ErrorKind::Other);
    }

    #[test]
    fn it_says_both_in_few_words() {
        let failed = Failed::new("not cached", "no answer");
        assert_eq!(format!("{failed:?}"), r#"Failed { error: "not cached", cause: "no answer" }"#);
        assert_eq!(String::from(failed), "not cached (standing in for: no answer)");
    }
}
