//! Waiting for somebody else's computation.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread::ThreadId;

use super::flight::{Aloft, Flights, Turn};
use crate::queue::Ticket;
use crate::sync::Lock;

/// Ready with [`Turn::Over`] or [`Turn::Leads`]. Dropped before, it leaves the queue, or hands over
/// what has just become its own.
pub(super) struct Wait<'a, L: Lock<Aloft>> {
    flights: &'a Flights<L>,
    number: u64,
    thread: Option<ThreadId>,
    at: At,
}

#[derive(Clone, Copy)]
enum At {
    New,
    Queued(Ticket),
    Done,
}

impl<'a, L: Lock<Aloft>> Wait<'a, L> {
    pub(super) const fn new(
        flights: &'a Flights<L>,
        number: u64,
        thread: Option<ThreadId>,
    ) -> Self {
        Self { flights, number, thread, at: At::New }
    }
}

impl<L: Lock<Aloft>> Future for Wait<'_, L> {
    type Output = Turn;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Turn> {
        let mut waker = cx.waker().clone();
        let turn = match self.at {
            At::New => match self.flights.join(self.number, waker) {
                None => Turn::Over,
                Some(ticket) => {
                    self.at = At::Queued(ticket);
                    return Poll::Pending;
                }
            },
            At::Queued(ticket) => {
                match self.flights.poll(self.number, ticket, &mut waker, self.thread) {
                    Turn::Wait => return Poll::Pending,
                    turn => turn,
                }
            }
            At::Done => Turn::Over,
        };
        self.at = At::Done;
        Poll::Ready(turn)
    }
}

impl<L: Lock<Aloft>> Drop for Wait<'_, L> {
    fn drop(&mut self) {
        if let At::Queued(ticket) = self.at {
            self.flights.leave(self.number, ticket);
        }
    }
}
