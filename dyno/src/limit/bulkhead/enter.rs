//! The way in, where there is no place at once, and the way out.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use super::wait::Wait;
use super::{Bulkhead, Permit};
use crate::ambient;
use crate::clock::{self, Instant};
use crate::limit::Refused;

/// The last moment of the clock: never.
const NEVER: Instant = Instant::from_nanos(u64::MAX);

impl Bulkhead {
    /// A place now, or not at all.
    #[doc(hidden)]
    #[inline]
    pub fn try_enter(&self) -> Result<Permit<'_>, Refused<'_>> {
        if self.gate.pass() { Ok(Permit::new(self)) } else { Err(self.full(Duration::ZERO)) }
    }

    /// A place, for which it waits as long as the bulkhead says.
    #[doc(hidden)]
    #[inline]
    pub fn enter(&self) -> Result<Permit<'_>, Refused<'_>> {
        if self.gate.pass() { Ok(Permit::new(self)) } else { self.wait_here() }
    }

    /// The same without blocking the thread.
    #[doc(hidden)]
    #[inline]
    pub async fn enter_async(&self) -> Result<Permit<'_>, Refused<'_>> {
        if self.gate.pass() { Ok(Permit::new(self)) } else { self.wait_async().await }
    }

    /// A place that is free; where there is none nothing is counted, nor told.
    #[doc(hidden)]
    #[inline]
    pub fn pass(&self) -> Option<Permit<'_>> {
        self.gate.pass().then(|| Permit::new(self))
    }

    /// A call that finds no place waits for one.
    #[cfg(feature = "tower")]
    pub(crate) fn waits(&self) -> bool {
        self.wait.load(Ordering::Relaxed) != 0
    }

    #[cold]
    fn wait_here(&self) -> Result<Permit<'_>, Refused<'_>> {
        let (began, until) = self.span()?;
        self.note();
        let mut wait = Wait::new(&self.gate, self.room());
        let until = (until != NEVER).then_some(until);
        if clock::block_on(&mut wait, until).unwrap_or_else(|| wait.give_up()) {
            Ok(Permit::new(self))
        } else {
            Err(self.full(began.elapsed()))
        }
    }

    async fn wait_async(&self) -> Result<Permit<'_>, Refused<'_>> {
        let (began, until) = self.span()?;
        self.note();
        let mut wait = Wait::new(&self.gate, self.room());
        let mut sleep = None;
        let is_in = poll_fn(|cx| {
            if let Poll::Ready(is_in) = Pin::new(&mut wait).poll(cx) {
                return Poll::Ready(is_in);
            }
            if until == NEVER {
                return Poll::Pending;
            }
            let sleep = sleep.get_or_insert_with(|| clock::sleep_async(until - clock::now()));
            Pin::new(sleep).poll(cx).map(|()| wait.give_up())
        });
        if is_in.await { Ok(Permit::new(self)) } else { Err(self.full(began.elapsed())) }
    }

    /// From when and until when a call waits.
    fn span(&self) -> Result<(Instant, Instant), Refused<'_>> {
        let wait = self.wait.load(Ordering::Relaxed);
        if wait == 0 {
            return Err(self.full(Duration::ZERO));
        }
        let now = clock::now().as_nanos();
        let until = Instant::from_nanos(now.saturating_add(wait));
        match ambient::deadline() {
            Some(deadline) if deadline.as_nanos() <= now => {
                self.turned_away.fetch_add(1, Ordering::Relaxed);
                Err(Refused::passed(self, now - deadline.as_nanos()))
            }
            Some(deadline) => Ok((Instant::from_nanos(now), until.min(deadline))),
            None => Ok((Instant::from_nanos(now), until)),
        }
    }

    /// How many may wait: none where nobody waits.
    #[cfg(feature = "service")]
    pub(crate) fn queue_of(&self) -> u32 {
        if self.wait.load(Ordering::Relaxed) == 0 { 0 } else { self.room.load(Ordering::Relaxed) }
    }

    fn room(&self) -> usize {
        self.room.load(Ordering::Relaxed).try_into().unwrap_or(usize::MAX)
    }

    fn note(&self) {
        if self.gate.is_to_note() {
            self.estimate.begin();
            self.gate.note();
        }
    }

    #[cold]
    fn full(&self, waited: Duration) -> Refused<'_> {
        self.turned_away.fetch_add(1, Ordering::Relaxed);
        self.note();
        Refused::full(self, waited)
    }

    #[inline]
    pub(super) fn leave(&self) {
        if self.gate.leave() {
            self.left();
        }
    }

    #[cold]
    fn left(&self) {
        self.estimate.end();
    }
}
