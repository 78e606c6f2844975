//! Why a filter of a join point did not let a call through.

use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::point::Name;

/// A filter of a join point failed, could not be applied, or could not be set.
///
/// Cheap to clone; the filter's own error is kept as the [`source`](Error::source).
#[derive(Clone)]
pub struct AspectError(Arc<AspectErrorKind>);

impl AspectError {
    #[cfg_attr(not(feature = "aspect"), allow(dead_code))]
    #[cold]
    pub(crate) fn new(kind: AspectErrorKind) -> Self {
        Self(Arc::new(kind))
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &AspectErrorKind {
        &self.0
    }

    /// The join point.
    #[must_use]
    pub fn join(&self) -> &Name {
        match self.kind() {
            AspectErrorKind::Failed { join, .. }
            | AspectErrorKind::WrongType { join, .. }
            | AspectErrorKind::NoResult { join, .. }
            | AspectErrorKind::Sealed { join } => join,
        }
    }
}

impl fmt::Debug for AspectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AspectError").field(self.kind()).finish()
    }
}

/// What went wrong.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AspectErrorKind {
    /// The filter returned an error, which is the source.
    #[non_exhaustive]
    Failed {
        /// The join point.
        join: Name,
        /// Which of its filters.
        filter: NthFilter,
        /// What it failed with.
        cause: Arc<dyn Error + Send + Sync>,
    },
    /// The filter takes another type than the function has.
    #[non_exhaustive]
    WrongType {
        /// The join point.
        join: Name,
        /// Which of its filters.
        filter: NthFilter,
        /// The type that the function hands to filters.
        expected: &'static str,
        /// The type that the filter takes.
        given: &'static str,
        /// A function that has the join point.
        function: Name,
        /// Where its attribute stands.
        location: &'static Location<'static>,
    },
    /// There is a filter of results, and the function's attribute says `no_result`.
    #[non_exhaustive]
    NoResult {
        /// The join point.
        join: Name,
        /// Which of its filters.
        filter: NthFilter,
        /// A function that has the join point.
        function: Name,
        /// Where its attribute stands.
        location: &'static Location<'static>,
    },
    /// The registry that holds the pipeline is sealed.
    #[non_exhaustive]
    Sealed {
        /// The join point.
        join: Name,
    },
}

impl fmt::Display for AspectErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { join, filter, cause } => write!(f, "{join}: {filter} failed: {cause}"),
            Self::WrongType { join, filter, expected, given, function, location } => write!(
                f,
                "{join}: {filter} takes `{given}`, but `{function}` ({location}) has `{expected}`"
            ),
            Self::NoResult { join, filter, function, location } => write!(
                f,
                "{join}: {filter} has no result to filter, as `{function}` ({location}) says `no_result`"
            ),
            Self::Sealed { join } => write!(
                f,
                "{join}: its pipeline cannot change any more, as the registry is sealed; set it before `seal()`"
            ),
        }
    }
}

impl fmt::Display for AspectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for AspectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.kind() {
            AspectErrorKind::Failed { cause, .. } => Some(&**cause),
            _ => None,
        }
    }
}

/// By the words, as the causes are anybody's.
impl PartialEq for AspectError {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for AspectError {}

/// Which filter of a pipeline: counted from 1, those of arguments and those of results apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NthFilter {
    /// The n-th filter of arguments.
    Argument(usize),
    /// The n-th filter of results.
    Result(usize),
}

impl fmt::Display for NthFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(number) => write!(f, "argument filter {number}"),
            Self::Result(number) => write!(f, "result filter {number}"),
        }
    }
}
