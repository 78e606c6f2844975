//! Single flight: one computes, however many ask.
//!
//! A flight belongs to the hash of a key, so that it needs no key: who waits looks for the value
//! himself when it is over, and two keys of the same hash do no more than wait for one another. It is
//! over when its leader lands. A leader that fails, panics or goes away hands it to the first that
//! waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;
use std::thread::ThreadId;

use crate::queue::{Ticket, Waiters};
use crate::sync::Lock;

/// The flights whose hashes share a lock, under which no code of the user's runs.
pub(super) struct Flights<L> {
    pub(super) aloft: L,
}

pub(super) struct Aloft {
    flights: Vec<Flight>,
    next: u64,
}

struct Flight {
    hash: u64,
    number: u64,
    /// The thread that computes on its stack: it would wait for itself.
    thread: Option<ThreadId>,
    /// The value was taken away, or put, since the leader began: what he brings is not kept.
    void: bool,
    waiters: Waiters,
}

/// How it goes with one who finds no value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// He computes it.
    Leads(u64),
    /// Somebody else does.
    Busy(u64),
    /// He does himself, further out.
    Own,
}

/// How it goes with one who waits.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Wait,
    /// There may be a value.
    Over,
    /// It is for him to compute it.
    Leads,
}

impl Aloft {
    pub(super) const fn new() -> Self {
        Self { flights: Vec::new(), next: 0 }
    }

    fn find(&mut self, hash: u64) -> Option<&mut Flight> {
        self.flights.iter_mut().find(|flight| flight.hash == hash)
    }

    fn of(&mut self, number: u64) -> Option<&mut Flight> {
        self.flights.iter_mut().find(|flight| flight.number == number)
    }

    fn end(&mut self, number: u64) -> Option<Flight> {
        let at = self.flights.iter().position(|flight| flight.number == number)?;
        Some(self.flights.swap_remove(at))
    }

    /// The next that waits leads; without one it is over.
    fn hand_over(&mut self, number: u64) -> Option<Waker> {
        let flight = self.of(number)?;
        flight.thread = None;
        let next = flight.waiters.call();
        if next.is_none() {
            self.end(number);
        }
        next
    }
}

impl<L: Lock<Aloft>> Flights<L> {
    /// Leads, if nobody does. On `thread`, if it computes there.
    pub(super) fn begin(&self, hash: u64, thread: Option<ThreadId>) -> Begun {
        self.aloft.with(|aloft| {
            if let Some(flight) = aloft.find(hash) {
                let own = thread.is_some() && flight.thread == thread;
                return if own { Begun::Own } else { Begun::Busy(flight.number) };
            }
            aloft.next += 1;
            let (number, waiters) = (aloft.next, Waiters::new());
            aloft.flights.push(Flight { hash, number, thread, void: false, waiters });
            Begun::Leads(number)
        })
    }

    /// Queues for it; none when it is over.
    pub(super) fn join(&self, number: u64, waker: Waker) -> Option<Ticket> {
        let mut waker = Some(waker);
        self.aloft.with(|aloft| {
            let flight = aloft.of(number)?;
            waker.take().map(|waker| flight.waiters.join(waker))
        })
    }

    /// Waits on with another waker.
    pub(super) fn poll(
        &self,
        number: u64,
        ticket: Ticket,
        waker: &mut Waker,
        thread: Option<ThreadId>,
    ) -> Turn {
        self.aloft.with(|aloft| {
            let Some(flight) = aloft.of(number) else { return Turn::Over };
            if flight.waiters.renew(ticket, waker) {
                return Turn::Wait;
            }
            // What was taken away was so before he begins.
            (flight.thread, flight.void) = (thread, false);
            Turn::Leads
        })
    }

    /// Waits no longer, and hands over what has become his.
    pub(super) fn leave(&self, number: u64, ticket: Ticket) {
        let (own, next) = self.aloft.with(|aloft| {
            let Some(flight) = aloft.of(number) else { return (None, None) };
            let own = flight.waiters.leave(ticket);
            let next = if own.is_none() { aloft.hand_over(number) } else { None };
            (own, next)
        });
        drop(own);
        next.into_iter().for_each(wake);
    }

    /// The computation is done with: all that wait look for themselves. `true` when what it has
    /// brought is not to be kept.
    pub(super) fn land(&self, number: u64) -> bool {
        let Some(mut flight) = self.aloft.with(|aloft| aloft.end(number)) else { return true };
        while let Some(waker) = flight.waiters.call() {
            wake(waker);
        }
        flight.void
    }

    /// It has brought nothing.
    pub(super) fn hand_over(&self, number: u64) {
        let next = self.aloft.with(|aloft| aloft.hand_over(number));
        next.into_iter().for_each(wake);
    }

    /// It computes elsewhere than on the thread on which it began.
    pub(super) fn roam(&self, number: u64) {
        self.aloft.with(|aloft| {
            if let Some(flight) = aloft.of(number) {
                flight.thread = None;
            }
        });
    }

    /// What is being computed for it is not to be kept.
    pub(super) fn void(&self, hash: u64) {
        self.aloft.with(|aloft| {
            if let Some(flight) = aloft.find(hash) {
                flight.void = true;
            }
        });
    }

    /// The same for all.
    pub(super) fn void_all(&self) {
        self.aloft.with(|aloft| aloft.flights.iter_mut().for_each(|flight| flight.void = true));
    }

    /// What is being computed for it is not to be kept, as it stands now.
    pub(super) fn is_void(&self, number: u64) -> bool {
        self.aloft.with(|aloft| aloft.of(number).is_none_or(|flight| flight.void))
    }
}

/// Somebody else's code, whose panic must end neither this call nor the wait of others.
fn wake(waker: Waker) {
    drop(catch_unwind(AssertUnwindSafe(|| waker.wake())));
}
