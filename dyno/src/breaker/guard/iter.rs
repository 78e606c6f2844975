//! Iterators under a breaker.

use std::fmt;
use std::iter::FusedIterator;

use super::{Piece, Watch};
use crate::breaker::Breaker;
use crate::fault::Fault;
use crate::outcome::Outcome;

impl Breaker {
    /// Makes one call of an iterator: let in here, and counted by how it ends.
    ///
    /// It succeeds when the iterator comes to its end, and fails with the first item that stands
    /// for a failure; the items after that one pass through and count nothing. A panic of the
    /// iterator counts as a failure and goes on unchanged. An iterator that is dropped before its
    /// end counts as ignored. One that comes to its end after the breaker has changed its state
    /// decides nothing. While half-open, no more iterators than trials are let in.
    ///
    /// Items are handed out as they are, also by the one that opens the breaker. Where slow calls
    /// count, it takes as long as it lasts, with the time of the code that uses the items.
    ///
    /// ```
    /// use dyno::breaker::{Breaker, State};
    ///
    /// static LOG: Breaker = Breaker::new("log").fail_max(1);
    ///
    /// fn lines(from: &str) -> Result<Vec<u32>, Box<dyn std::error::Error>> {
    ///     let lines = LOG.guard_iter(from.split(' ').map(str::parse))?;
    ///     Ok(lines.collect::<Result<_, _>>()?)
    /// }
    ///
    /// assert_eq!(lines("1 2 3").unwrap(), [1, 2, 3]);
    /// assert!(lines("1 two 3").is_err());
    /// assert_eq!(LOG.state(), State::Open);
    /// assert!(lines("1 2 3").unwrap_err().to_string().starts_with("log: the breaker is open"));
    /// ```
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire): the breaker does not let it in, and nothing is asked of it.
    pub fn guard_iter<I>(&self, iter: I) -> Result<GuardIter<'_, I::IntoIter>, Fault>
    where
        I: IntoIterator,
        I::Item: Outcome,
    {
        let permit = self.acquire()?;
        let iter = iter.into_iter();
        Ok(GuardIter { iter, watch: Watch::new(permit) })
    }
}

/// An iterator that counts as one call; made by [`Breaker::guard_iter`].
///
/// Once it has come to its end it stays there.
#[must_use = "an iterator that is dropped early counts as an ignored call"]
pub struct GuardIter<'a, I> {
    iter: I,
    watch: Watch<'a>,
}

impl<I> Iterator for GuardIter<'_, I>
where
    I: Iterator,
    I::Item: Outcome,
{
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.watch.piece(|| self.iter.next(), |item| Piece::of(item.as_ref())).flatten()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.watch.ended { (0, Some(0)) } else { self.iter.size_hint() }
    }
}

impl<I> FusedIterator for GuardIter<'_, I>
where
    I: Iterator,
    I::Item: Outcome,
{
}

// Whatever the type inside can show.
impl<T> fmt::Debug for GuardIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardIter").field("ended", &self.watch.ended).finish_non_exhaustive()
    }
}
