//! Who waits for a place, in the order in which they came.
//!
//! Data alone, for whoever holds the lock: wakers come in and go out whole, so that all that is
//! somebody else's code in them (cloning, waking, dropping) runs outside of it.

use std::collections::BTreeMap;
use std::mem;
use std::task::Waker;

/// Waiters by their tickets.
#[derive(Debug)]
pub(crate) struct Waiters {
    waiting: BTreeMap<Ticket, Waker>,
    next: u64,
}

/// The place of one waiter: who came later has a higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

impl Waiters {
    pub(crate) const fn new() -> Self {
        Self { waiting: BTreeMap::new(), next: 0 }
    }

    /// Puts a waiter behind all others.
    pub(crate) fn join(&mut self, waker: Waker) -> Ticket {
        let ticket = Ticket(self.next);
        self.next += 1;
        self.waiting.insert(ticket, waker);
        ticket
    }

    /// Puts `waker` in the place of the one that it has, which comes out; `false` when nobody waits
    /// with this ticket: its turn has come.
    pub(crate) fn renew(&mut self, ticket: Ticket, waker: &mut Waker) -> bool {
        match self.waiting.get_mut(&ticket) {
            Some(own) => {
                mem::swap(own, waker);
                true
            }
            None => false,
        }
    }

    /// Takes a waiter out that waits no longer; `None` when its turn has come before.
    pub(crate) fn leave(&mut self, ticket: Ticket) -> Option<Waker> {
        self.waiting.remove(&ticket)
    }

    /// Takes the first one out: it is its turn.
    pub(crate) fn call(&mut self) -> Option<Waker> {
        self.waiting.pop_first().map(|(_, waker)| waker)
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_to_come_is_the_first_to_be_called() {
        let mut waiters = Waiters::new();
        let mut waker = Waker::noop().clone();
        let [first, second, third] = [0; 3].map(|_| waiters.join(waker.clone()));
        assert!(waiters.leave(second).is_some());
        assert!(waiters.leave(second).is_none());
        assert!(waiters.call().is_some());
        assert!(!waiters.renew(first, &mut waker), "it has been called");
        assert!(waiters.renew(third, &mut waker));
        let fourth = waiters.join(waker.clone());
        assert!(waiters.call().is_some());
        assert!(!waiters.renew(third, &mut waker));
        assert!(waiters.renew(fourth, &mut waker));
        assert_eq!((waiters.len(), waiters.is_empty()), (1, false));
    }
}
