//! How many connections there are at a host.
//!
//! reqwest bounds the idle ones only. No more requests are under way than there may be connections,
//! but one whose answer has just ended is not idle yet: a request that begins then would make one
//! more. So there is an account of those in use, in the making and on their way back, and a new one is
//! made when there is room for it. What became of a connection on its way back nobody tells: after
//! [`BACK`] it is idle, and found before a new one is made, or closed.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit};

use super::connect::Maker;
use super::host::Host;
use crate::clock::{self, Instant};

/// How long a connection may be on its way back, by a clock that may be behind when it begins.
const BACK: Duration = Duration::from_millis(100).saturating_add(clock::COARSE);

/// The account of a host.
pub(super) struct Room {
    most: usize,
    account: Mutex<Account>,
    changed: Notify,
}

#[derive(Default)]
struct Account {
    /// Requests that have a connection, or are about to find an idle one.
    used: usize,
    making: usize,
    /// Since when others are on their way back.
    back: VecDeque<Instant>,
    /// Requests that wait for room.
    waiting: usize,
}

impl Account {
    /// One more is on its way back. Of more than there may be, the oldest are those of connections
    /// that have been used again since.
    fn goes_back(&mut self, most: usize) {
        if self.back.len() >= most {
            self.back.pop_front();
        }
        self.back.push_back(clock::coarse());
    }
}

impl Room {
    pub(super) fn new(most: usize) -> Self {
        Self { most, account: Mutex::default(), changed: Notify::new() }
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Account)) {
        let mut account = self.account();
        change(&mut account);
        let is_awaited = account.waiting != 0;
        drop(account);
        if is_awaited {
            self.changed.notify_waiters();
        }
    }

    /// Takes the room of a new connection; how long to wait where there is none.
    fn take(&self) -> Result<(), Duration> {
        let now = clock::now();
        let mut account = self.account();
        while account.back.front().is_some_and(|since| now.duration_since(*since) >= BACK) {
            account.back.pop_front();
        }
        if account.used + account.making + account.back.len() < self.most {
            account.making += 1;
            return Ok(());
        }
        let oldest = account.back.front();
        Err(oldest.map_or(BACK, |since| BACK.saturating_sub(now.duration_since(*since))))
    }
}

thread_local! {
    /// Whose request is being polled.
    static POLLED: RefCell<Option<Arc<Ticket>>> = const { RefCell::new(None) };
}

/// What a request holds of a host until its answer has ended.
pub(super) struct Held {
    ticket: Arc<Ticket>,
    // After the ticket: who gets it finds the account done.
    _slot: OwnedSemaphorePermit,
}

impl Held {
    pub(super) fn new(host: Arc<Host>, slot: OwnedSemaphorePermit, maker: Maker) -> Self {
        host.room.change(|account| account.used += 1);
        let state = State { has_connection: true, closes: false, ended: false };
        let ticket = Arc::new(Ticket { host, maker, state: Mutex::new(state) });
        Self { ticket, _slot: slot }
    }

    pub(super) fn ticket(&self) -> &Arc<Ticket> {
        &self.ticket
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.ticket.end();
    }
}

/// The request, for what makes its connection.
pub(super) struct Ticket {
    host: Arc<Host>,
    maker: Maker,
    state: Mutex<State>,
}

#[derive(Clone, Copy)]
struct State {
    has_connection: bool,
    /// It will not go back.
    closes: bool,
    ended: bool,
}

impl Ticket {
    /// That of the request which is being polled on this thread.
    pub(super) fn polled() -> Option<Arc<Self>> {
        POLLED.with_borrow(Clone::clone)
    }

    /// What makes its connection.
    pub(super) fn maker(&self) -> &Maker {
        &self.maker
    }

    fn is_polled(self: &Arc<Self>) -> bool {
        POLLED.with_borrow(|polled| polled.as_ref().is_some_and(|polled| Arc::ptr_eq(polled, self)))
    }

    /// Polls `future` for the request.
    pub(super) async fn run<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut ticket = Some(Arc::clone(self));
        std::future::poll_fn(|cx| {
            let _here = Here::enter(&mut ticket);
            future.as_mut().poll(cx)
        })
        .await
    }

    /// The connection is closed when the answer has ended.
    pub(super) fn closes(&self) {
        self.state().closes = true;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It has one, or has none any more; whether that is new.
    fn has(&self, has: bool) -> bool {
        let mut state = self.state();
        !state.ended && mem::replace(&mut state.has_connection, has) != has
    }

    /// No idle one was found.
    fn found_none(&self) {
        if self.has(false) {
            self.host.room.change(|account| account.used -= 1);
        }
    }

    /// It has got one that was on its way back.
    fn got_one_back(&self) {
        if self.has(true) {
            self.host.room.change(|account| {
                account.used += 1;
                account.back.pop_front();
            });
        }
    }

    /// It has got the one that was made for it.
    fn got_a_new_one(&self) {
        if self.has(true) {
            self.host.room.change(|account| account.used += 1);
        }
    }

    fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        let State { has_connection, closes, .. } = *state;
        drop(state);
        if has_connection {
            let room = &self.host.room;
            room.change(|account| {
                account.used -= 1;
                if !closes {
                    account.goes_back(room.most);
                }
            });
        }
    }
}

/// A request is being polled on this thread.
///
/// Meanwhile its ticket and the one that was there before are in the place of each other.
struct Here<'t>(&'t mut Option<Arc<Ticket>>);

impl<'t> Here<'t> {
    fn enter(ticket: &'t mut Option<Arc<Ticket>>) -> Self {
        POLLED.with_borrow_mut(|polled| mem::swap(polled, ticket));
        Self(ticket)
    }
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        POLLED.with_borrow_mut(|polled| mem::swap(polled, self.0));
    }
}

/// Makes a connection by `begin` when there is room for it; `None` when the request has got another
/// one in the meantime, and nobody waits for this one.
pub(super) async fn connect<F: Future>(ticket: Arc<Ticket>, begin: F) -> Option<F::Output> {
    ticket.found_none();
    let room = &ticket.host.room;
    let waiting = Waiting::begin(room);
    loop {
        let mut changed = pin!(room.changed.notified());
        changed.as_mut().enable();
        if !ticket.is_polled() {
            ticket.got_one_back();
            return None;
        }
        match room.take() {
            Ok(()) => break,
            Err(wait) => either(changed, pin!(clock::sleep_async(wait))).await,
        }
    }
    drop(waiting);
    let making = Making(&ticket);
    let mut future = pin!(begin);
    let connecting = std::future::poll_fn(|cx| {
        if !ticket.is_polled() {
            // Whoever polls goes on for the sake of what is begun.
            ticket.got_one_back();
        }
        future.as_mut().poll(cx)
    });
    let made = connecting.await;
    if ticket.is_polled() {
        ticket.got_a_new_one();
    }
    drop(making);
    Some(made)
}

/// Changes of the account are told.
struct Waiting<'r>(&'r Room);

impl<'r> Waiting<'r> {
    fn begin(room: &'r Room) -> Self {
        room.account().waiting += 1;
        Self(room)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.account().waiting -= 1;
    }
}

struct Making<'t>(&'t Ticket);

impl Drop for Making<'_> {
    fn drop(&mut self) {
        self.0.host.room.change(|account| account.making -= 1);
    }
}

/// Until one of both has ended, or it is polled once more: by whom may have changed.
async fn either(
    mut one: Pin<&mut impl Future<Output = ()>>,
    mut other: Pin<&mut impl Future<Output = ()>>,
) {
    let mut polled = false;
    std::future::poll_fn(|cx: &mut Context<'_>| {
        let again = mem::replace(&mut polled, true);
        let ended = one.as_mut().poll(cx).is_ready() || other.as_mut().poll(cx).is_ready();
        if ended || again { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
