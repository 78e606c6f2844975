//! The errors of all attempts in one.

mod collect;
mod show;

use std::error::Error;
use std::mem;
use std::slice;
use std::time::Duration;
use std::vec;

pub use collect::{Compound, Errors};

use crate::fault::Fault;
use crate::point::Stop;

/// What a retry with `compound` fails with: the errors of all its attempts, in their order.
///
/// There is always at least one. `Display` is one line, about the last; `{:#}` tells of each
/// attempt and of the pauses in between.
///
/// ```
/// use dyno::retry::CompoundError;
///
/// fn worth_a_call(error: &CompoundError<std::io::Error>) -> bool {
///     error.kinds() > 1 || error.iter().any(|e| e.kind() == std::io::ErrorKind::TimedOut)
/// }
/// # let error = CompoundError::of(std::io::Error::from(std::io::ErrorKind::TimedOut));
/// # assert!(worth_a_call(&error));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CompoundError<E> {
    /// All but the last, and the pause after each.
    earlier: Vec<(E, Duration)>,
    last: E,
    stop: Option<Stop>,
}

impl<E> CompoundError<E> {
    /// That of one attempt only.
    #[must_use]
    pub const fn of(error: E) -> Self {
        Self { earlier: Vec::new(), last: error, stop: None }
    }

    /// How many errors there are: one for each attempt.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.earlier.len() + 1
    }

    /// The error of the first attempt.
    #[must_use]
    pub fn first(&self) -> &E {
        self.earlier.first().map_or(&self.last, |(error, _)| error)
    }

    /// The error of the last attempt.
    #[must_use]
    pub const fn last(&self) -> &E {
        &self.last
    }

    /// The error of the last attempt, on its own.
    #[must_use]
    pub fn into_last(self) -> E {
        self.last
    }

    /// Why there was no further attempt; `None` when the last error is not one that is tried again.
    #[must_use]
    pub const fn stop(&self) -> Option<Stop> {
        self.stop
    }

    /// The errors, first to last.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, E> {
        Iter { earlier: self.earlier.iter(), last: Some(&self.last) }
    }

    /// The pauses between the attempts, one fewer than errors.
    pub fn pauses(&self) -> impl Iterator<Item = Duration> {
        self.earlier.iter().map(|(_, pause)| *pause)
    }

    /// How many kinds of error there are: the number of different variants where `E` is an enum,
    /// else 1. What a variant holds makes no difference.
    #[must_use]
    pub fn kinds(&self) -> usize {
        let mut kinds = Vec::new();
        for error in self {
            let kind = mem::discriminant(error);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds.len()
    }
}

impl<E: Error + 'static> CompoundError<E> {
    /// The first error of type `K` among the errors and their sources. Where `E` is an enum and a
    /// variant is wanted, ask [`iter`](Self::iter): `error.iter().any(|e| matches!(e, E::Busy))`.
    #[must_use]
    pub fn find<K: Error + 'static>(&self) -> Option<&K> {
        self.iter().find_map(|error| {
            let mut next: Option<&(dyn Error + 'static)> = Some(error);
            while let Some(error) = next {
                if let Some(found) = error.downcast_ref() {
                    return Some(found);
                }
                next = error.source();
            }
            None
        })
    }
}

/// Of a fault one can be made where the error can carry it: nothing else was tried.
impl<E: From<Fault>> From<Fault> for CompoundError<E> {
    fn from(fault: Fault) -> Self {
        Self::of(fault.into())
    }
}

/// The errors of a [`CompoundError`].
#[derive(Clone, Debug)]
pub struct Iter<'e, E> {
    earlier: slice::Iter<'e, (E, Duration)>,
    last: Option<&'e E>,
}

impl<'e, E> Iterator for Iter<'e, E> {
    type Item = &'e E;

    fn next(&mut self) -> Option<&'e E> {
        self.earlier.next().map(|(error, _)| error).or_else(|| self.last.take())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.earlier.len() + usize::from(self.last.is_some());
        (left, Some(left))
    }
}

impl<E> DoubleEndedIterator for Iter<'_, E> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.last.take().or_else(|| self.earlier.next_back().map(|(error, _)| error))
    }
}

impl<E> ExactSizeIterator for Iter<'_, E> {}

impl<'e, E> IntoIterator for &'e CompoundError<E> {
    type Item = &'e E;
    type IntoIter = Iter<'e, E>;

    fn into_iter(self) -> Iter<'e, E> {
        self.iter()
    }
}

/// The errors of a [`CompoundError`], each on its own.
#[derive(Debug)]
pub struct IntoIter<E> {
    earlier: vec::IntoIter<(E, Duration)>,
    last: Option<E>,
}

impl<E> Iterator for IntoIter<E> {
    type Item = E;

    fn next(&mut self) -> Option<E> {
        self.earlier.next().map(|(error, _)| error).or_else(|| self.last.take())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.earlier.len() + usize::from(self.last.is_some());
        (left, Some(left))
    }
}

impl<E> DoubleEndedIterator for IntoIter<E> {
    fn next_back(&mut self) -> Option<E> {
        self.last.take().or_else(|| self.earlier.next_back().map(|(error, _)| error))
    }
}

impl<E> ExactSizeIterator for IntoIter<E> {}

impl<E> IntoIterator for CompoundError<E> {
    type Item = E;
    type IntoIter = IntoIter<E>;

    fn into_iter(self) -> IntoIter<E> {
        IntoIter { earlier: self.earlier.into_iter(), last: Some(self.last) }
    }
}
