//! The settings of a retry.

use std::ops::Range;
use std::time::Duration;

use super::wait::{Base, Wait};
use super::{Backoff, Budget, Jitter, Listener, Pauses, Retry};

impl Retry {
    /// Up to `attempts` attempts, the first included, with no pause in between.
    ///
    /// # Panics
    /// When `attempts` is 0; in a constant, at compile time.
    #[inline]
    #[track_caller]
    pub const fn new(attempts: u32) -> Self {
        assert!(
            attempts != 0,
            "retry: `attempts` must be at least 1: it counts the first attempt, too"
        );
        Self {
            attempts,
            wait: Wait::NONE,
            max_elapsed: None,
            budget: None,
            rejected: false,
            timed_out: true,
            nested: false,
            listener: None,
        }
    }

    /// One attempt, of which nobody is told that it was the last.
    #[cfg(feature = "service")]
    pub(crate) const NONE: Self = Self { attempts: 0, ..Self::new(1) };

    /// How many attempts there may be.
    #[cfg(feature = "service")]
    pub(crate) const fn most(&self) -> u32 {
        self.attempts
    }

    /// What a time limit has ended is tried again.
    #[cfg(feature = "service")]
    pub(crate) const fn again_when_timed_out(&self) -> bool {
        self.timed_out
    }

    /// Its pauses, to be shown.
    #[cfg(feature = "service")]
    pub(crate) const fn pauses_told(&self) -> impl std::fmt::Debug {
        self.wait
    }

    /// The same, paid for by nobody.
    #[cfg(feature = "service")]
    pub(crate) const fn unpaid(mut self) -> Self {
        self.budget = None;
        self
    }

    /// It has a budget.
    #[cfg(feature = "service")]
    pub(crate) const fn pays(&self) -> Option<&'static Budget> {
        self.budget
    }

    /// Up to `retries` further attempts after the first: `retries(2)` is `new(3)`.
    ///
    /// # Panics
    /// When it is `u32::MAX`; in a constant, at compile time.
    #[inline]
    #[track_caller]
    pub const fn retries(retries: u32) -> Self {
        assert!(
            retries != u32::MAX,
            "retry: `retries` must be below 4294967295: the first attempt is counted, too"
        );
        Self::new(retries + 1)
    }

    /// The same pause before every further attempt, in place of any other.
    ///
    /// # Panics
    /// With a [`factor`](Self::factor) or [decorrelated](Jitter::Decorrelated) jitter, which are of
    /// a pause that grows; in a constant, at compile time.
    #[inline]
    #[track_caller]
    pub const fn delay(mut self, pause: Duration) -> Self {
        self.wait.base = Base::Fixed(pause);
        self.wait.check();
        self
    }

    /// A random pause between zero and a limit that begins at `limits.start`, grows by the
    /// [`factor`](Self::factor) with every attempt and ends at `limits.end`, in place of any other.
    ///
    /// Exponential backoff with full jitter, which spreads callers that failed together; it keeps
    /// its jitter at the cap. After Marc Brooker, "Exponential Backoff And Jitter" (AWS, 2015).
    ///
    /// # Panics
    /// When the range is empty or begins at zero; in a constant, at compile time.
    #[inline]
    #[track_caller]
    pub const fn backoff(mut self, limits: Range<Duration>) -> Self {
        assert!(
            !limits.start.is_zero(),
            "retry: `backoff` must begin above zero, else it never grows: leave it out for no pause"
        );
        assert!(
            limits.start.as_nanos() < limits.end.as_nanos(),
            "retry: `backoff` must end above its beginning: use `delay` for a fixed pause"
        );
        self.wait.base = Base::Growing { start: limits.start, cap: limits.end };
        self
    }

    /// What the limit of [`backoff`](Self::backoff) is multiplied by with every attempt: 2 unless
    /// it is given. With [decorrelated](Jitter::Decorrelated) jitter, what the previous pause is
    /// multiplied by: 3 unless it is given.
    ///
    /// # Panics
    /// When it is not above 1 and at most 1000, or with a [`delay`](Self::delay), which never
    /// grows; in a constant, at compile time.
    #[inline]
    #[track_caller]
    pub const fn factor(mut self, factor: f64) -> Self {
        assert!(
            factor > 1.0 && factor <= 1000.0,
            "retry: `factor` must be above 1 and at most 1000: use `delay` for pauses that do not grow"
        );
        self.wait.factor = factor;
        self.wait.check();
        self
    }

    /// How the pause is made random: [`Full`](Jitter::Full) unless it is given, for a
    /// [`backoff`](Self::backoff); a [`delay`](Self::delay) is random only when it is given.
    ///
    /// # Panics
    /// When it is [`Decorrelated`](Jitter::Decorrelated) with a `delay`, which has no limits; in a
    /// constant, at compile time.
    #[inline]
    #[track_caller]
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.wait.jitter = Some(jitter);
        self.wait.check();
        self
    }

    /// Pauses by a rule of one's own, in place of any other; [`factor`](Self::factor) and
    /// [`jitter`](Self::jitter) leave them alone.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dyno::retry::{Backoff, Retry};
    ///
    /// struct Listed(&'static [u64]);
    /// impl Backoff for Listed {
    ///     fn pause(&self, failed: u32, _previous: Duration) -> Option<Duration> {
    ///         self.0.get(failed as usize - 1).map(|ms| Duration::from_millis(*ms))
    ///     }
    /// }
    /// static LISTED: Listed = Listed(&[10, 20, 500]);
    /// const RETRY: Retry = Retry::new(9).pauses(&LISTED);
    /// assert_eq!(RETRY.schedule().count(), 3);
    /// ```
    #[inline]
    pub const fn pauses(mut self, pauses: &'static dyn Backoff) -> Self {
        self.wait.base = Base::Own(pauses);
        self
    }

    /// No pause and no attempt begins that would end, or begin, so long after the first attempt
    /// began, or later. What the attempts themselves take counts; none is broken off.
    ///
    /// # Panics
    /// When it is zero; in a constant, at compile time.
    #[inline]
    #[track_caller]
    pub const fn max_elapsed(mut self, max: Duration) -> Self {
        assert!(
            !max.is_zero(),
            "retry: `max_elapsed` must be above zero, else nothing is ever tried again"
        );
        self.max_elapsed = Some(max);
        self
    }

    /// Every further attempt is paid for out of `budget`; when it is spent, there are none.
    #[inline]
    pub const fn budget(mut self, budget: &'static Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// What dyno itself has turned away, such as a call to an open breaker, is tried again, too,
    /// and not before its `retry_after`.
    #[inline]
    pub const fn rejected(mut self) -> Self {
        self.rejected = true;
        self
    }

    /// What dyno turned away is tried again, too.
    #[cfg(feature = "service")]
    #[inline]
    pub(crate) const fn tries_rejected(&self) -> bool {
        self.rejected
    }

    /// What its time limit has ended is not tried again, such as a
    /// [`Fault::TimedOut`](crate::Fault::TimedOut): it may have been done all the same.
    #[inline]
    pub const fn not_timed_out(mut self) -> Self {
        self.timed_out = false;
        self
    }

    /// Tries again also inside of a further attempt of another retry, so that attempts multiply.
    #[inline]
    pub const fn nested(mut self) -> Self {
        self.nested = true;
        self
    }

    /// Tells `listener` of every attempt.
    #[inline]
    pub const fn listen(mut self, listener: &'static dyn Listener) -> Self {
        self.listener = Some(listener);
        self
    }

    /// The pauses it makes when every attempt fails, for a loop of one's own; random ones are drawn
    /// anew each time.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dyno::retry::{Jitter, retry};
    ///
    /// let ms = Duration::from_millis;
    /// let pauses = retry(5).backoff(ms(10)..ms(50)).jitter(Jitter::None).schedule();
    /// assert_eq!(pauses.collect::<Vec<_>>(), [ms(10), ms(20), ms(40), ms(50)]);
    /// ```
    #[inline]
    pub const fn schedule(self) -> Pauses {
        Pauses::new(self)
    }
}
