//! A resolver at work, and those that wait for it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;

use super::Resolver;
use crate::ambient;
use crate::balance::target::Target;
use crate::clock::{self, Instant};
use crate::point::Name;

pub(super) type Found = io::Result<Vec<SocketAddr>>;

/// The last moment of the clock: never.
const NEVER: Instant = Instant::from_nanos(u64::MAX);

/// What a thread that resolves shares with those that wait for it.
pub(super) struct Flight {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    flying: bool,
    found: Option<Found>,
    /// Why the last one failed.
    failed: Option<Name>,
    /// Those that wait, by the order in which they came.
    waiting: BTreeMap<u64, Waker>,
    came: u64,
}

/// What there is to be done about a flight.
pub(super) enum Seen {
    /// Somebody resolves, or puts in what was found.
    Flying,
    /// This is to be put in, and [`settled`](Flight::settled) then; until that it is flying.
    Found(Found),
    Nothing,
}

pub(super) enum Waited {
    /// There is something to be put in.
    Landed,
    /// Somebody has put it in.
    Settled,
    /// The deadline has passed first.
    Late,
}

impl Flight {
    pub(super) fn new() -> Self {
        Self { state: Mutex::new(State::default()) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn look(&self) -> Seen {
        let mut state = self.lock();
        if state.flying {
            return Seen::Flying;
        }
        let Some(found) = state.found.take() else { return Seen::Nothing };
        // Those that wait for it are to see it in the table.
        state.flying = true;
        Seen::Found(found)
    }

    /// Why the last one failed.
    pub(super) fn failed(&self) -> Option<Name> {
        self.lock().failed.clone()
    }

    /// Has a name resolved, unless somebody is at it, or that is not due any more: only who does it
    /// reads the name.
    pub(super) fn start(
        self: &Arc<Self>,
        name: impl FnOnce() -> Target,
        resolver: Resolver,
        due: impl FnOnce() -> bool,
    ) {
        let mut state = self.lock();
        // What has landed meanwhile has set when it is due before it let go of the lock.
        if state.flying || state.found.is_some() || !due() {
            return;
        }
        let name = name();
        state.flying = true;
        drop(state);
        let (flight, host, port) = (self.clone(), name.host().to_owned(), name.port());
        let thread = thread::Builder::new().name("dyno-resolver".into()).spawn(move || {
            let found = catch_unwind(|| resolver(&host, port));
            flight.land(found.unwrap_or_else(|_| Err(io::Error::other("the resolver panicked"))));
        });
        if let Err(error) = thread {
            self.land(Err(error));
        }
    }

    fn land(&self, found: Found) {
        let mut state = self.lock();
        state.found = Some(found);
        Self::wake(state);
    }

    /// What was found is put in, or has failed.
    pub(super) fn settled(&self, failed: Option<Name>) {
        let mut state = self.lock();
        state.failed = failed;
        Self::wake(state);
    }

    /// Nobody is at it any longer.
    fn wake(mut state: MutexGuard<'_, State>) {
        state.flying = false;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_values().for_each(Waker::wake);
    }

    /// Waits while a resolver is at it, no longer than the deadline in force.
    pub(super) fn wait(&self) -> Waited {
        let mut place = Place { flight: self, number: None };
        let mut waited = Waited::Late;
        let end = ambient::deadline().unwrap_or(NEVER);
        clock::wait_until(end, |waker| place.is_over(waker, &mut waited));
        waited
    }

    /// The same in a task.
    pub(super) async fn wait_async(&self) -> Waited {
        let mut place = Place { flight: self, number: None };
        let mut waited = Waited::Late;
        clock::wait_async(ambient::deadline(), |waker| place.is_over(waker, &mut waited)).await;
        waited
    }
}

/// That of one that waits, until it is dropped.
struct Place<'f> {
    flight: &'f Flight,
    number: Option<u64>,
}

impl Place<'_> {
    /// Whether nobody is at it any longer, and how that ended; else `waker` is woken then.
    fn is_over(&mut self, waker: &Waker, ended: &mut Waited) -> bool {
        // A waker is cloned and dropped outside the lock: both are somebody else's code.
        let own = waker.clone();
        let mut state = self.flight.lock();
        if !state.flying {
            *ended = if state.found.is_some() { Waited::Landed } else { Waited::Settled };
            drop(state);
            drop(own);
            return true;
        }
        state.came += 1;
        let number = *self.number.get_or_insert(state.came);
        let old = state.waiting.insert(number, own);
        drop(state);
        drop(old);
        false
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let waker = self.flight.lock().waiting.remove(&number);
            drop(waker);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parked(_: &str, _: u16) -> Found {
        loop {
            thread::park();
        }
    }

    #[test]
    fn only_who_starts_a_flight_reads_the_name() {
        let flight = Arc::new(Flight::new());
        flight.start(|| panic!("it is not due"), parked, || false);
        flight.start(|| "http://prices".parse().expect("a target"), parked, || true);
        assert!(matches!(flight.look(), Seen::Flying));
        flight.start(|| panic!("somebody is at it"), parked, || true);
    }
}
