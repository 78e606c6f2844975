//! Streams under a breaker.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;

use super::{Piece, Watch};
use crate::breaker::Breaker;
use crate::fault::Fault;
use crate::outcome::Outcome;

impl Breaker {
    /// Makes one call of a stream; as [`guard_iter`](Self::guard_iter), for what is awaited.
    ///
    /// Dropping the stream before its end, as when a task is cancelled, counts as ignored.
    ///
    /// ```
    /// use std::pin::{Pin, pin};
    /// use std::task::{Context, Poll, Waker};
    /// use dyno::Fault;
    /// use dyno::breaker::{Breaker, State};
    /// use futures_core::Stream;
    ///
    /// struct Prices(std::vec::IntoIter<Result<u32, String>>);
    /// impl Stream for Prices {
    ///     type Item = Result<u32, String>;
    ///     fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
    ///         Poll::Ready(self.0.next())
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Fault> {
    /// let breaker = Breaker::new("prices").fail_max(1);
    /// let prices = Prices(vec![Ok(995), Err("cut off".into())].into_iter());
    /// let mut prices = pin!(breaker.guard_stream(prices)?);
    /// let mut next = || prices.as_mut().poll_next(&mut Context::from_waker(Waker::noop()));
    ///
    /// assert_eq!(next(), Poll::Ready(Some(Ok(995))));
    /// assert_eq!(breaker.state(), State::Closed);
    /// assert_eq!(next(), Poll::Ready(Some(Err("cut off".into()))));
    /// assert_eq!(breaker.state(), State::Open);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire): the breaker does not let it in, and it is never polled.
    pub fn guard_stream<S>(&self, stream: S) -> Result<GuardStream<'_, S>, Fault>
    where
        S: Stream,
        S::Item: Outcome,
    {
        Ok(GuardStream { watch: Watch::new(self.acquire()?), stream })
    }
}

pin_project! {
    /// A stream that counts as one call; made by [`Breaker::guard_stream`].
    ///
    /// Once it has come to its end it stays there and is not polled any more.
    #[must_use = "a stream that is dropped early counts as an ignored call"]
    pub struct GuardStream<'a, S> {
        #[pin]
        stream: S,
        watch: Watch<'a>,
    }
}

impl<S> Stream for GuardStream<'_, S>
where
    S: Stream,
    S::Item: Outcome,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let polled = this.watch.piece(
            || this.stream.poll_next(cx),
            |polled| match polled {
                Poll::Pending => Piece::Pending,
                Poll::Ready(item) => Piece::of(item.as_ref()),
            },
        );
        polled.unwrap_or(Poll::Ready(None))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.watch.ended { (0, Some(0)) } else { self.stream.size_hint() }
    }
}

impl<S> FusedStream for GuardStream<'_, S>
where
    S: Stream,
    S::Item: Outcome,
{
    fn is_terminated(&self) -> bool {
        self.watch.ended
    }
}

// Whatever the type inside can show.
impl<T> fmt::Debug for GuardStream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardStream").field("ended", &self.watch.ended).finish_non_exhaustive()
    }
}
