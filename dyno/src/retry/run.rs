//! A retry around a block.

use std::future::Future;
use std::panic::Location;
use std::pin::pin;
use std::time::Duration;

use super::Retry;
use super::attempts::Attempts;
use super::mark::pinned;
use crate::outcome::{Asks, Outcome, Verdict};

impl Retry {
    /// Calls `f` until it succeeds or there is no further attempt, and returns its last outcome.
    ///
    /// Blocks the thread during pauses. Observers hear of it under the file and line of this call.
    /// A pause is at least what the outcome [asks for](Outcome::retry_after); what an error says is not
    /// known here: see [`heeding`](Self::heeding) and [`retry_after`](Self::retry_after).
    ///
    /// Made for what is only good as a whole, such as a transaction:
    ///
    /// ```
    /// # use std::cell::Cell;
    /// # use std::time::Duration;
    /// use dyno::retry::retry;
    /// # #[derive(Debug, PartialEq)]
    /// # enum DbError { Conflict }
    /// # struct Db(Cell<u32>);
    /// # struct Transaction<'a>(&'a Db);
    /// # impl Db { fn begin(&self) -> Result<Transaction<'_>, DbError> { Ok(Transaction(self)) } }
    /// # impl Transaction<'_> {
    /// #     fn transfer(&self, _from: u32, _to: u32, _cents: u64) -> Result<(), DbError> { Ok(()) }
    /// #     fn commit(self) -> Result<(), DbError> {
    /// #         self.0.0.set(self.0.0.get() + 1);
    /// #         if self.0.0.get() < 3 { Err(DbError::Conflict) } else { Ok(()) }
    /// #     }
    /// # }
    /// # let frozen = dyno::clock::freeze();
    /// # let db = Db(Cell::new(0));
    /// let done = retry(5)
    ///     .backoff(Duration::from_millis(1)..Duration::from_millis(100))
    ///     .run(|| {
    ///         let transaction = db.begin()?;
    ///         transaction.transfer(1, 2, 995)?;
    ///         transaction.commit() // a conflict begins it anew
    ///     });
    /// assert_eq!(done, Ok(()));
    /// ```
    #[inline]
    #[track_caller]
    pub fn run<R: Outcome>(self, f: impl FnMut() -> R) -> R {
        run(Location::caller(), &self, f, by_itself)
    }

    /// Calls and awaits `f` until it succeeds or there is no further attempt, and returns its last
    /// outcome. The future is `Send` when those of `f` are.
    ///
    /// ```
    /// # use dyno::retry::retry;
    /// # async fn ping(host: &str) -> Result<u8, String> { Ok(1) }
    /// # async fn demo(host: &str) -> Result<u8, String> {
    /// retry(3).run_async(async || ping(host).await).await
    /// # }
    /// ```
    // Not `AsyncFnMut`: its future is not known to be `Send` once the block borrows anything.
    #[track_caller]
    pub fn run_async<R: Outcome, F: Future<Output = R>>(
        self,
        f: impl FnMut() -> F,
    ) -> impl Future<Output = R> {
        run_async(Location::caller(), self, f, by_itself)
    }

    /// Tries again when `again` says so of an outcome, whatever type that has.
    ///
    /// ```
    /// use dyno::retry::retry;
    ///
    /// let mut replies = vec![200, 503, 503];
    /// let status = retry(3).retry_if(|status: &u16| *status == 503).run(|| replies.pop().unwrap());
    /// assert_eq!(status, 200);
    /// ```
    #[inline]
    pub const fn retry_if<R, F: FnMut(&R) -> bool>(self, again: F) -> RetryIf<F> {
        RetryIf { retry: self, again }
    }

    /// Asks a failure how long to wait: the pause is at least that, also where it is above the cap.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dyno::{clock, retry::retry};
    ///
    /// struct Busy { for_seconds: u64 }
    /// let frozen = clock::freeze();
    /// let start = clock::now();
    /// let mut replies = vec![Ok(1), Err(Busy { for_seconds: 30 })];
    /// let reply = retry(2)
    ///     .delay(Duration::from_millis(5))
    ///     .retry_after(|busy: &Busy| Some(Duration::from_secs(busy.for_seconds)))
    ///     .run(|| replies.pop().unwrap());
    /// assert!(reply.is_ok() && start.elapsed() == Duration::from_secs(30));
    /// ```
    #[inline]
    pub const fn retry_after<E, F>(self, after: F) -> RetryAfter<F>
    where
        F: FnMut(&E) -> Option<Duration>,
    {
        RetryAfter { retry: self, after }
    }

    /// Heeds what a [`Fault`](crate::Fault) asks that an error is, or has among its sources, as the
    /// attribute does: dyno's own rejections are not tried again unless they are
    /// [to be](Self::rejected), and no attempt is made before its `retry_after`.
    ///
    /// ```
    /// use dyno::retry::retry;
    /// use dyno::{Fault, Reason};
    ///
    /// let mut calls = 0;
    /// let refused: Result<(), Fault> = retry(3).heeding().run(|| {
    ///     calls += 1;
    ///     Err(Fault::rejected("db", Reason::BreakerOpen, None))
    /// });
    /// assert!(refused.is_err() && calls == 1);
    /// ```
    #[inline]
    pub const fn heeding(self) -> Heeding {
        Heeding { retry: self }
    }
}

/// A [`Retry`] that is told by a closure when to try again.
#[derive(Clone, Copy, Debug)]
#[must_use = "a retry does nothing until it is run"]
pub struct RetryIf<F> {
    retry: Retry,
    again: F,
}

impl<F> RetryIf<F> {
    /// See [`Retry::run`].
    #[inline]
    #[track_caller]
    pub fn run<R>(self, f: impl FnMut() -> R) -> R
    where
        F: FnMut(&R) -> bool,
    {
        let Self { retry, mut again } = self;
        run(Location::caller(), &retry, f, move |outcome| (told(again(outcome)), Asks::Nothing))
    }

    /// See [`Retry::run_async`].
    #[track_caller]
    pub fn run_async<R, U: Future<Output = R>>(
        self,
        f: impl FnMut() -> U,
    ) -> impl Future<Output = R>
    where
        F: FnMut(&R) -> bool,
    {
        let Self { retry, mut again } = self;
        run_async(Location::caller(), retry, f, move |outcome| {
            (told(again(outcome)), Asks::Nothing)
        })
    }
}

/// A [`Retry`] that is told by a closure how long to wait.
#[derive(Clone, Copy, Debug)]
#[must_use = "a retry does nothing until it is run"]
pub struct RetryAfter<F> {
    retry: Retry,
    after: F,
}

impl<F> RetryAfter<F> {
    /// See [`Retry::run`].
    #[inline]
    #[track_caller]
    pub fn run<R: Outcome>(self, f: impl FnMut() -> R) -> R
    where
        F: FnMut(&R::Failure) -> Option<Duration>,
    {
        let Self { retry, mut after } = self;
        run(Location::caller(), &retry, f, move |outcome| asked(outcome, &mut after))
    }

    /// See [`Retry::run_async`].
    #[track_caller]
    pub fn run_async<R: Outcome, U: Future<Output = R>>(
        self,
        f: impl FnMut() -> U,
    ) -> impl Future<Output = R>
    where
        F: FnMut(&R::Failure) -> Option<Duration>,
    {
        let Self { retry, mut after } = self;
        run_async(Location::caller(), retry, f, move |outcome| asked(outcome, &mut after))
    }
}

/// A [`Retry`] that heeds what dyno itself says in an error.
#[derive(Clone, Copy, Debug)]
#[must_use = "a retry does nothing until it is run"]
pub struct Heeding {
    retry: Retry,
}

impl Heeding {
    /// See [`Retry::run`].
    #[inline]
    #[track_caller]
    pub fn run<R: Outcome>(self, f: impl FnMut() -> R) -> R
    where
        R::Failure: std::error::Error + 'static,
    {
        run(Location::caller(), &self.retry, f, heeded)
    }

    /// See [`Retry::run_async`].
    #[track_caller]
    pub fn run_async<R: Outcome, U: Future<Output = R>>(
        self,
        f: impl FnMut() -> U,
    ) -> impl Future<Output = R>
    where
        R::Failure: std::error::Error + 'static,
    {
        run_async(Location::caller(), self.retry, f, heeded)
    }
}

#[inline]
fn by_itself<R: Outcome>(outcome: &R) -> (Verdict, Asks) {
    match Verdict::of(outcome) {
        Verdict::Failure => (Verdict::Failure, Asks::Nothing.or_of(outcome)),
        verdict => (verdict, Asks::Nothing),
    }
}

#[inline]
fn told(again: bool) -> Verdict {
    if again { Verdict::Failure } else { Verdict::Success }
}

#[inline]
fn asked<R: Outcome>(
    outcome: &R,
    after: &mut impl FnMut(&R::Failure) -> Option<Duration>,
) -> (Verdict, Asks) {
    match outcome.failure() {
        Some(failure) => {
            let asks = after(failure).map_or(Asks::Nothing, Asks::After);
            (Verdict::Failure, asks.or_of(outcome))
        }
        None => (Verdict::Success, Asks::Nothing),
    }
}

#[inline]
fn heeded<R: Outcome>(outcome: &R) -> (Verdict, Asks)
where
    R::Failure: std::error::Error + 'static,
{
    match outcome.failure() {
        Some(failure) => (Verdict::Failure, Asks::of_error(failure).or_of(outcome)),
        None => (Verdict::Success, Asks::Nothing),
    }
}

#[inline]
fn run<R>(
    at: &'static Location<'static>,
    retry: &Retry,
    mut f: impl FnMut() -> R,
    mut judge: impl FnMut(&R) -> (Verdict, Asks),
) -> R {
    let mut attempts = Attempts::inline(at, retry);
    loop {
        let outcome = f();
        let (verdict, asks) = judge(&outcome);
        let Some(pause) = attempts.next(verdict, || asks) else { return outcome };
        // What a failure holds is let go before the pause.
        drop(outcome);
        pause.block();
    }
}

async fn run_async<R, F: Future<Output = R>>(
    at: &'static Location<'static>,
    retry: Retry,
    mut f: impl FnMut() -> F,
    mut judge: impl FnMut(&R) -> (Verdict, Asks),
) -> R {
    let mut attempts = Attempts::inline_async(at, &retry);
    loop {
        let again = attempts.is_again();
        // Called within as well: `f` may do some of its work before it returns a future.
        let outcome = pinned(again, pin!(async { f().await })).await;
        let (verdict, asks) = judge(&outcome);
        let Some(pause) = attempts.next(verdict, || asks) else { return outcome };
        drop(outcome);
        pause.sleep().await;
    }
}
