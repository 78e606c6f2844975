//! How many are in, and who may come in next.
//!
//! One word holds how many are in (32 bits) and two flags: somebody waits, and somebody was not let
//! in at once. While somebody waits, nobody passes by himself: whoever leaves makes room and calls
//! the first that waits, under the lock of the queue. There the flag goes with the last one called.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;

use crate::limit::sync::Word;
use crate::queue::{Ticket, Waiters};
use crate::sync::Lock;

const COUNT: u64 = 0xffff_ffff;
const WAITING: u64 = 1 << 32;
/// Set when somebody is not let in at once, cleared by the next to leave.
const NOTED: u64 = 1 << 33;

pub(super) struct Gate<W, L> {
    pub(super) word: W,
    /// The most that may be in: as much as the count can hold.
    pub(super) limit: W,
    pub(super) queue: L,
}

/// How it goes with one that wants to wait.
#[derive(Debug)]
pub(super) enum Joined {
    /// A place has become free meanwhile, and it is this one's.
    In,
    Queued(Ticket),
    /// As many as may wait do already.
    Full,
}

impl<W: Word, L: Lock<Waiters>> Gate<W, L> {
    /// Goes in if there is a place and nobody waits for it.
    #[inline]
    pub(super) fn pass(&self) -> bool {
        let limit = self.limit.peek();
        let mut now = self.word.peek();
        // With the flag of those who wait it is above every limit.
        while now & (WAITING | COUNT) < limit {
            match self.word.replace(now, now + 1) {
                Ok(_) => return true,
                Err(other) => now = other,
            }
        }
        false
    }

    /// Leaves; `true` for the first to do so after somebody was not let in at once.
    #[inline]
    pub(super) fn leave(&self) -> bool {
        let before = self.word.less();
        if before & (WAITING | NOTED) == 0 { false } else { self.left(before) }
    }

    #[cold]
    fn left(&self, before: u64) -> bool {
        if before & WAITING != 0 {
            self.call();
        }
        before & NOTED != 0 && self.word.clear(NOTED) & NOTED != 0
    }

    /// Notes that somebody is not let in at once; `false` when that is noted already.
    pub(super) fn is_to_note(&self) -> bool {
        self.word.peek() & NOTED == 0
    }

    pub(super) fn note(&self) {
        self.word.set(NOTED);
    }

    /// Goes in, or queues if no more than `most` do then.
    pub(super) fn join(&self, waker: Waker, most: usize) -> Joined {
        let mut waker = Some(waker);
        self.queue.with(|waiters| {
            let mut now = self.word.peek();
            loop {
                let free = waiters.is_empty() && now & COUNT < self.limit.peek();
                let next = if free { now + 1 } else { now | WAITING };
                if !free && waiters.len() >= most {
                    return Joined::Full;
                }
                match self.word.replace(now, next) {
                    Ok(_) if free => return Joined::In,
                    Ok(_) => break,
                    Err(other) => now = other,
                }
            }
            waker.take().map_or(Joined::Full, |waker| Joined::Queued(waiters.join(waker)))
        })
    }

    /// Waits on with another waker; `false` when the place has been given.
    pub(super) fn renew(&self, ticket: Ticket, mut waker: Waker) -> bool {
        self.queue.with(|waiters| waiters.renew(ticket, &mut waker))
    }

    /// Waits no longer; `true` when the place has been given before, and is the caller's.
    pub(super) fn give_up(&self, ticket: Ticket) -> bool {
        let own = self.queue.with(|waiters| {
            let own = waiters.leave(ticket);
            if own.is_some() && waiters.is_empty() {
                self.word.clear(WAITING);
            }
            own
        });
        own.is_none()
    }

    /// Gives the places that are free to those who wait for them.
    pub(super) fn call(&self) {
        let mut more = true;
        while more {
            let called = self.queue.with(|waiters| self.call_one(waiters));
            let Some((waker, others)) = called else { return };
            more = others;
            // Somebody else's code, whose panic must neither keep others waiting nor end this call.
            drop(catch_unwind(AssertUnwindSafe(|| waker.wake())));
        }
    }

    /// The first that waits, if there is a place for it, and whether there may be one for another.
    fn call_one(&self, waiters: &mut Waiters) -> Option<(Waker, bool)> {
        let last = waiters.len() == 1;
        let limit = self.limit.peek();
        let mut now = self.word.peek();
        loop {
            if waiters.is_empty() || now & COUNT >= limit {
                return None;
            }
            let next = if last { (now + 1) & !WAITING } else { now + 1 };
            match self.word.replace(now, next) {
                Ok(_) => break,
                Err(other) => now = other,
            }
        }
        let others = !last && (now & COUNT) + 1 < limit;
        waiters.call().map(|waker| (waker, others))
    }

    /// From now on so many may be in. Those that are stay; those that wait and may come in do.
    pub(super) fn resize(&self, limit: u64) {
        // Under the lock, so that nobody queues by the old limit after those who wait were called.
        self.queue.with(|_| self.limit.put(limit));
        self.call();
    }

    pub(super) fn limit(&self) -> u64 {
        self.limit.peek()
    }

    /// How many are in.
    pub(super) fn count(&self) -> u64 {
        self.word.peek() & COUNT
    }

    pub(super) fn waiting(&self) -> usize {
        self.queue.with(|waiters| waiters.len())
    }
}
