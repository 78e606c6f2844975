//! A call on a pool.

use std::panic::resume_unwind;
use std::time::Duration;

use super::Pool;
use super::blocking::{Blocking, Left, Load, Ticket};
use crate::ambient;
use crate::clock::{self, Instant};
use crate::fault::{Facts, Fault, Micros};
use crate::point::{self, Event};
use crate::scope::Scope;

/// The last moment of the clock: never.
const NEVER: Instant = Instant::from_nanos(u64::MAX);

/// Why a caller leaves without a result.
pub(crate) enum Missed {
    /// There was no thread for it, at once or in time: it is not run.
    Full(Load),
    /// It is at work, or was late.
    Late,
}

impl Load {
    /// Of a call that came at `began`, for which there was no thread.
    pub(crate) fn facts(&self, began: Instant) -> Facts {
        let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
        Facts::Full {
            limit: count(self.size),
            in_flight: count(self.at_work),
            waiting: count(self.waiting),
            queue: count(self.queue),
            waited: Micros::of(began.elapsed()),
        }
    }
}

impl Blocking {
    /// What `body` returns on a thread of it until `end`.
    pub(crate) fn call<T: Send + 'static>(
        &'static self,
        scope: Scope,
        body: impl FnOnce() -> T + Send + 'static,
        end: Option<Instant>,
        late: impl FnOnce() + Send + 'static,
    ) -> Result<T, Missed> {
        let ticket = self.start(scope, body, end.unwrap_or(NEVER), late).map_err(Missed::Full)?;
        match end {
            Some(end) => {
                clock::wait_until(end, |waker| ticket.is_over(waker));
            }
            None => clock::wait(|waker| ticket.is_over(waker)),
        }
        self.leave(ticket)
    }

    /// The same without blocking the thread.
    async fn call_async<T: Send + 'static>(
        &'static self,
        scope: Scope,
        body: impl FnOnce() -> T + Send + 'static,
        end: Option<Instant>,
        late: impl FnOnce() + Send + 'static,
    ) -> Result<T, Missed> {
        let ticket = self.start(scope, body, end.unwrap_or(NEVER), late).map_err(Missed::Full)?;
        clock::wait_async(end, |waker| ticket.is_over(waker)).await;
        self.leave(ticket)
    }

    fn leave<T>(&self, ticket: Ticket<T>) -> Result<T, Missed> {
        match ticket.leave() {
            Left::With(Ok(value)) => Ok(value),
            Left::With(Err(panic)) => resume_unwind(panic),
            Left::Late => Err(Missed::Late),
            Left::Waiting => Err(Missed::Full(self.load())),
        }
    }
}

/// From the beginning of a call to the deadline it was made under, if there is one.
#[derive(Clone, Copy)]
struct Span {
    pool: &'static Pool,
    began: Instant,
    end: Option<Instant>,
}

impl Span {
    fn begin(pool: &'static Pool) -> Result<Self, Fault> {
        let (began, end) = (clock::now(), ambient::deadline());
        if let Some(end) = end.filter(|end| *end <= began) {
            return Err(pool.refused(Fault::spent(pool.name(), began - end)));
        }
        Ok(Self { pool, began, end })
    }

    /// The thread tells of what nobody has waited for.
    fn late(self) {
        let (limit, elapsed) = (self.limit(), clock::now() - self.began);
        self.pool.tell(&Event::Late { limit, elapsed, abandoned: true });
    }

    fn limit(self) -> Duration {
        self.end.map_or(Duration::MAX, |end| end - self.began)
    }

    fn missed(self, missed: &Missed) -> Fault {
        match missed {
            Missed::Full(load) => self.pool.full(load, self.began),
            Missed::Late => {
                let limit = self.limit();
                let elapsed = self.began.elapsed().max(limit);
                self.pool.tell(&Event::TimedOut { limit, elapsed });
                Fault::timed_out_late(self.pool.name(), limit, elapsed)
            }
        }
    }
}

impl Pool {
    /// Runs `f` on a thread of the pool, and waits for it.
    ///
    /// It runs in the [`Scope`] that is in force here, its
    /// [deadline](crate::Deadline) included, at which the wait ends. Of a pool that is as busy as may
    /// be no thread is waited for. A thread of the pool that runs something on it needs another one.
    /// On a frozen clock waiting moves no time: what `f` sleeps does, and the test.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dyno::{Deadline, clock, pool::Pool};
    ///
    /// static IO: Pool = Pool::new("io");
    ///
    /// let _frozen = clock::freeze();
    /// let late = Deadline::within(Duration::from_millis(250), || {
    ///     IO.run(|| clock::sleep(Duration::from_secs(2))) // it hangs
    /// });
    /// assert!(late.unwrap_err().is_timed_out());
    /// ```
    ///
    /// # Errors
    /// Rejected with [`BulkheadFull`](crate::Reason::BulkheadFull), at once when all threads are at work and
    /// as many calls wait as may, or when no thread was free until the deadline; with
    /// [`DeadlineSpent`](crate::Reason::DeadlineSpent) when that had passed. `f` is not run then.
    /// [`Fault::TimedOut`] when the deadline passed while `f` was at work: it goes on to its end,
    /// where its result is dropped.
    ///
    /// # Panics
    /// With what `f` panics with.
    pub fn run<T: Send + 'static>(
        &'static self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let span = Span::begin(self.list())?;
        let scope = Scope::of_worker();
        let ended = self.threads.call(scope, f, span.end, move || span.late());
        ended.map_err(|missed| span.missed(&missed))
    }

    /// The same for a task: `f` blocks a thread of the pool, and none of the executor's. It is started
    /// when the future is first polled.
    ///
    /// Dropping the future leaves `f` to itself, or, where it still waits for a thread, takes it back.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    ///
    /// # Panics
    /// With what `f` panics with.
    pub async fn run_async<T: Send + 'static>(
        &'static self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let span = Span::begin(self.list())?;
        let scope = Scope::of_worker();
        let ended = self.threads.call_async(scope, f, span.end, move || span.late()).await;
        ended.map_err(|missed| span.missed(&missed))
    }

    /// The threads, for who has a limit of its own.
    #[cfg(feature = "timeout")]
    pub(crate) const fn threads(&'static self) -> &'static Blocking {
        &self.threads
    }

    /// No thread is free, nor is there room to wait for one any longer.
    #[cold]
    pub(crate) fn full(&'static self, load: &Load, began: Instant) -> Fault {
        self.refused(Fault::refused(self.name().into(), load.facts(began), None))
    }

    #[cold]
    fn refused(&'static self, fault: Fault) -> Fault {
        self.tell(&Event::Rejected { fault: &fault });
        fault
    }

    fn tell(&self, event: &Event<'_>) {
        if point::observed() {
            point::emit(self.name(), event);
        }
    }
}
