//! Waiting for a place.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::gate::{Gate, Joined};
use crate::limit::sync::Word;
use crate::queue::{Ticket, Waiters};
use crate::sync::Lock;

/// Ready with `true` when it is in, with `false` when it may not even wait. Dropped before, it leaves the queue, or gives the
/// place back that it has just got.
pub(super) struct Wait<'a, W: Word, L: Lock<Waiters>> {
    gate: &'a Gate<W, L>,
    /// No more than these may wait.
    most: usize,
    at: At,
}

#[derive(Clone, Copy)]
enum At {
    New,
    Queued(Ticket),
    Done,
}

impl<'a, W: Word, L: Lock<Waiters>> Wait<'a, W, L> {
    pub(super) fn new(gate: &'a Gate<W, L>, most: usize) -> Self {
        Self { gate, most, at: At::New }
    }

    /// Waits no longer; `true` when it is in all the same.
    pub(super) fn give_up(&mut self) -> bool {
        let At::Queued(ticket) = self.at else { return false };
        self.at = At::Done;
        self.gate.give_up(ticket)
    }
}

impl<W: Word, L: Lock<Waiters>> Future for Wait<'_, W, L> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let is_in = match self.at {
            At::New => match self.gate.join(cx.waker().clone(), self.most) {
                Joined::In => true,
                Joined::Full => false,
                Joined::Queued(ticket) => {
                    self.at = At::Queued(ticket);
                    return Poll::Pending;
                }
            },
            At::Queued(ticket) if self.gate.renew(ticket, cx.waker().clone()) => {
                return Poll::Pending;
            }
            At::Queued(_) => true,
            At::Done => false,
        };
        self.at = At::Done;
        Poll::Ready(is_in)
    }
}

impl<W: Word, L: Lock<Waiters>> Drop for Wait<'_, W, L> {
    fn drop(&mut self) {
        if self.give_up() {
            self.gate.leave();
        }
    }
}
