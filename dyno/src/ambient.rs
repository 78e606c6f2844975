//! What a call takes along, unasked: until when it is to be done, and whether it is made once more.
//!
//! It belongs to a thread while code runs on it. Futures bring their own and take it away again with
//! each poll; [`Scope`](crate::scope::Scope) takes it to other threads. Reading it costs what
//! reading a thread's own variable costs, and no clock.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::pin;

use crate::clock::{self, Instant};

/// No deadline, no limit.
const NEVER: u64 = u64::MAX;

thread_local! {
    static CALL: Call = const { Call::none() };
}

/// What is in force on a thread: the words of an [`Ambient`], each for itself, as what is written by
/// the word and read as a whole is waited for.
struct Call {
    at: Cell<u64>,
    limit: Cell<u64>,
    began: Cell<u64>,
    again: Cell<bool>,
    kept: Cell<bool>,
}

/// What is in force for one call.
///
/// A limit whose beginning nobody has needed yet is kept as it is: the clock is first read when
/// somebody asks how much is left, or when the call first waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ambient {
    /// The deadline in nanoseconds on dyno's clock.
    at: u64,
    /// How long from its beginning, which is yet to be read.
    limit: u64,
    /// When the limit began, of which the beginning has been read.
    began: u64,
    /// It is made once more already, by a retry further out.
    again: bool,
    /// Who set the deadline ends by itself what is late.
    kept: bool,
}

impl Ambient {
    pub(crate) const NONE: Self =
        Self { at: NEVER, limit: NEVER, began: NEVER, again: false, kept: false };

    /// Until `at`.
    pub(crate) const fn until(at: Instant) -> Self {
        Self { at: at.as_nanos(), ..Self::NONE }
    }

    /// For `limit` nanoseconds, of which the beginning is read when it is needed, and at whose end
    /// what is late is ended by who set it.
    #[inline]
    #[cfg_attr(not(feature = "timeout"), allow(dead_code))]
    pub(crate) const fn limited(limit: u64) -> Self {
        Self { limit, ..Self::NONE }
    }

    /// For a call that is made once more.
    #[cfg_attr(not(feature = "retry"), allow(dead_code))]
    pub(crate) const AGAIN: Self = Self { again: true, ..Self::NONE };

    /// What is in force here.
    #[inline]
    pub(crate) fn current() -> Self {
        CALL.with(Call::get)
    }

    /// The same, with every limit begun: it may go elsewhere, where nobody ends what is late.
    pub(crate) fn begun() -> Self {
        let _began = deadline();
        Self { kept: false, ..Self::current() }
    }

    /// The deadline, but for a limit that has not begun.
    #[cfg_attr(not(feature = "timeout"), allow(dead_code))]
    #[inline]
    pub(crate) const fn at(&self) -> Option<Instant> {
        if self.at == NEVER { None } else { Some(Instant::from_nanos(self.at)) }
    }

    /// Who set the deadline ends by itself what is late.
    #[cfg_attr(not(feature = "timeout"), allow(dead_code))]
    pub(crate) const fn is_kept(&self) -> bool {
        self.kept
    }

    /// The same, of which the limit began then, unless it has begun.
    #[cfg_attr(not(feature = "timeout"), allow(dead_code))]
    pub(crate) fn begun_at(self, then: Instant) -> Self {
        if self.limit == NEVER { self } else { self.begin(then.as_nanos()) }
    }

    #[inline]
    pub(crate) const fn is_none(&self) -> bool {
        self.at == NEVER && self.limit == NEVER && !self.again
    }

    /// When the limit began, if that is known.
    #[cfg_attr(not(feature = "timeout"), allow(dead_code))]
    #[inline]
    pub(crate) const fn began(&self) -> Option<Instant> {
        if self.began == NEVER { None } else { Some(Instant::from_nanos(self.began)) }
    }

    /// Every limit begins `now`.
    fn begin(self, now: u64) -> Self {
        let end = now.saturating_add(self.limit);
        let kept = self.kept || end <= self.at;
        Self { at: self.at.min(end), limit: NEVER, began: now, again: self.again, kept }
    }

    /// Puts it in force as well, until the guard is left or dropped: the sooner deadline and the
    /// shorter limit hold.
    #[inline]
    pub(crate) fn enter(self) -> Within {
        CALL.with(|call| {
            let (at, limit) = (call.at.get(), call.limit.get());
            let (began, again, kept) = (call.began.get(), call.again.get(), call.kept.get());
            if self.at < at {
                call.at.set(self.at);
                call.kept.set(self.kept);
            }
            if self.limit < limit {
                call.limit.set(self.limit);
            }
            if self.again {
                call.again.set(true);
            }
            Within { at, limit, began, again, kept, here: PhantomData }
        })
    }

    /// `future` under it, whenever it is polled.
    pub(crate) async fn carry<F: Future>(mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| {
            let within = self.enter();
            let polled = future.as_mut().poll(cx);
            within.leave(&mut self);
            polled
        })
        .await
    }
}

impl Call {
    const fn none() -> Self {
        Self {
            at: Cell::new(NEVER),
            limit: Cell::new(NEVER),
            began: Cell::new(NEVER),
            again: Cell::new(false),
            kept: Cell::new(false),
        }
    }

    #[inline]
    fn get(&self) -> Ambient {
        Ambient {
            at: self.at.get(),
            limit: self.limit.get(),
            began: self.began.get(),
            again: self.again.get(),
            kept: self.kept.get(),
        }
    }

    /// A limit that was in force, or was put in force, has begun: while one has not there is one.
    #[inline]
    fn has_begun(&self, limit: u64) -> bool {
        limit != NEVER && self.limit.get() == NEVER
    }

    /// Every limit begins `now`.
    #[cold]
    fn begin(&self, now: u64) -> Instant {
        let Ambient { at, limit, began, kept, .. } = self.get().begin(now);
        self.at.set(at);
        self.limit.set(limit);
        self.began.set(began);
        self.kept.set(kept);
        Instant::from_nanos(at)
    }
}

/// Restores what was in force before.
#[must_use = "what was in force before is restored when the guard is dropped"]
pub(crate) struct Within {
    at: u64,
    limit: u64,
    began: u64,
    again: bool,
    kept: bool,
    here: PhantomData<*const ()>,
}

impl Within {
    /// Ends it, and tells `own`, which was put in force by it, whether its limit has begun.
    #[inline]
    pub(crate) fn leave(self, own: &mut Ambient) {
        let began = CALL.with(|call| call.has_begun(own.limit).then(|| call.began.get()));
        drop(self);
        if let Some(began) = began {
            *own = own.begin(began);
        }
    }
}

impl Drop for Within {
    #[inline]
    fn drop(&mut self) {
        CALL.with(|call| {
            let begun = call.has_begun(self.limit).then(|| call.began.get());
            call.at.set(self.at);
            call.limit.set(self.limit);
            call.began.set(self.began);
            call.again.set(self.again);
            call.kept.set(self.kept);
            // What began within has begun.
            if let Some(began) = begun {
                call.begin(began);
            }
        });
    }
}

/// Until when what is done here is to be done.
#[inline]
pub(crate) fn deadline() -> Option<Instant> {
    CALL.with(|call| {
        if call.limit.get() != NEVER {
            return Some(begin(call));
        }
        let at = call.at.get();
        if at == NEVER { None } else { Some(Instant::from_nanos(at)) }
    })
}

#[cold]
fn begin(call: &Call) -> Instant {
    call.begin(clock::now().as_nanos())
}

/// What is in force here, with every limit begun then that had not: the clock need not be read.
#[cfg_attr(not(feature = "timeout"), allow(dead_code))]
pub(crate) fn begun_at(then: Instant) -> Ambient {
    CALL.with(|call| {
        if call.limit.get() != NEVER {
            call.begin(then.as_nanos());
        }
        call.get()
    })
}

/// A retry further out makes this call once more already.
#[cfg_attr(not(feature = "retry"), allow(dead_code))]
#[inline]
pub(crate) fn is_again() -> bool {
    CALL.with(|call| call.again.get())
}

/// From here on this thread does things once more, or no longer does; how it was before.
#[cfg_attr(not(feature = "retry"), allow(dead_code))]
pub(crate) fn set_again(again: bool) -> bool {
    CALL.with(|call| call.again.replace(again))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn the_sooner_deadline_holds_and_what_was_before_comes_back() {
        let frozen = clock::freeze();
        let now = clock::now();
        let at = |seconds| now + Duration::from_secs(seconds);
        let outer = Ambient::until(at(5)).enter();
        let inner = Ambient::until(at(9)).enter();
        assert_eq!(deadline(), Some(at(5)));
        drop(inner);
        let inner = Ambient::limited(SECOND).enter();
        frozen.advance(Duration::from_secs(1));
        // It begins when it is asked for.
        assert_eq!(deadline(), Some(at(2)));
        frozen.advance(Duration::from_secs(1));
        assert_eq!(deadline(), Some(at(2)));
        let mut own = Ambient::limited(SECOND);
        inner.leave(&mut own);
        assert_eq!(own.began(), Some(at(1)));
        assert_eq!(deadline(), Some(at(5)));
        assert!(own.is_kept() && !Ambient::current().is_kept(), "nobody ends what is late by it");
        drop(outer);
        assert_eq!(deadline(), None);
        assert!(Ambient::current().is_none());
    }

    #[test]
    fn a_limit_that_began_within_a_poll_goes_on_in_the_next() {
        let frozen = clock::freeze();
        let now = clock::now();
        let mut polls = 0;
        let future = Ambient::limited(SECOND).carry(poll_fn(|_| {
            polls += 1;
            assert_eq!(deadline(), Some(now + Duration::from_secs(1)));
            if polls == 2 { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        }));
        let mut future = pin!(future);
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(future.as_mut().poll(&mut cx).is_pending());
        assert_eq!(deadline(), None);
        frozen.advance(Duration::from_millis(700));
        assert!(future.as_mut().poll(&mut cx).is_ready());
    }

    #[test]
    fn a_limit_that_began_is_not_put_off_by_one_that_begins_within() {
        let frozen = clock::freeze();
        let begin = clock::now();
        let mut own = Ambient::limited(10 * SECOND);
        let outer = own.enter();
        assert_eq!(deadline(), Some(begin + Duration::from_secs(10)));
        frozen.advance(Duration::from_secs(3));
        let inner = Ambient::limited(SECOND).enter();
        assert_eq!(deadline(), Some(begin + Duration::from_secs(4)));
        drop(inner);
        assert_eq!(deadline(), Some(begin + Duration::from_secs(10)));
        outer.leave(&mut own);
        assert_eq!((own.began(), own.at()), (Some(begin), Some(begin + Duration::from_secs(10))));
    }

    #[test]
    fn a_call_made_once_more_says_so_to_all_within() {
        assert!(!is_again());
        let within = Ambient::AGAIN.enter();
        let further = Ambient::until(clock::now()).enter();
        assert!(is_again());
        drop((further, within));
        assert!(!is_again());
    }
}
