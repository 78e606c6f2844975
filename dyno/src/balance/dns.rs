//! Targets that are the addresses of a name.
//!
//! A resolver waits for the network, so it has a thread of its own, which knows nothing but a place
//! to put what it has found. Who picks next looks there and puts it into the table.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use super::source::{Resolver, Source};
use super::target::Target;
use super::{Balancer, member};
use crate::clock::nanos;
use crate::deadline::Deadline;
use crate::fault::Fault;
use crate::point::{self, Event, Name};

/// After how long a resolver that has failed is asked again, at the latest.
const PAUSE: Duration = Duration::from_secs(1);

/// How a name is resolved, and when it was.
pub(super) struct Resolving {
    /// When to look again; always while a resolver is at it.
    due: AtomicU64,
    flight: OnceLock<Arc<Flight>>,
}

/// What a thread that resolves shares with those that wait for it.
struct Flight {
    state: Mutex<State>,
    landed: Condvar,
}

#[derive(Default)]
struct State {
    flying: bool,
    found: Option<io::Result<Vec<SocketAddr>>>,
    /// Why the last one failed.
    failed: Option<Name>,
}

impl Resolving {
    pub(super) const fn new() -> Self {
        Self { due: AtomicU64::new(0), flight: OnceLock::new() }
    }

    fn flight(&self) -> &Arc<Flight> {
        self.flight.get_or_init(|| {
            Arc::new(Flight { state: Mutex::new(State::default()), landed: Condvar::new() })
        })
    }
}

impl Flight {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the name resolved, unless somebody is at it.
    fn start(self: &Arc<Self>, name: &Target, resolver: Resolver) {
        let mut state = self.lock();
        if state.flying || state.found.is_some() {
            return;
        }
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

    fn land(&self, found: io::Result<Vec<SocketAddr>>) {
        let mut state = self.lock();
        state.flying = false;
        state.found = Some(found);
        drop(state);
        self.landed.notify_all();
    }

    /// Waits while a resolver is at it, no longer than the deadline in force.
    fn wait(&self) -> Waited {
        let mut state = self.lock();
        while state.flying {
            state = match Deadline::current().map(Deadline::remaining) {
                None => self.landed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return Waited::Late,
                Some(left) => {
                    let waited = self.landed.wait_timeout(state, left);
                    let (state, ended) = waited.unwrap_or_else(PoisonError::into_inner);
                    if ended.timed_out() && state.flying {
                        return Waited::Late;
                    }
                    state
                }
            };
        }
        if state.found.is_some() { Waited::Landed } else { Waited::Settled }
    }
}

enum Waited {
    /// There is something to be put in.
    Landed,
    /// Somebody has put it in.
    Settled,
    /// The deadline has passed first.
    Late,
}

/// By the system.
pub(super) fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}

impl Balancer {
    #[inline]
    pub(super) fn resolve_if_due(&self, url: &'static str, now: u64) -> Result<(), Fault> {
        if now < self.resolving.due.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.look(url, now)
    }

    /// Puts in what a resolver has found, or has one begin. Only who has no target at all waits for
    /// it.
    #[cold]
    fn look(&self, url: &'static str, now: u64) -> Result<(), Fault> {
        let flight = self.resolving.flight();
        if !self.take(flight, now) {
            flight.start(&self.name_in(url), self.given.resolver);
        }
        if self.now().len() > 0 {
            return Ok(());
        }
        self.wait_for(flight, url)
    }

    /// Waits until what a resolver finds is in force, whoever puts it in.
    fn wait_for(&self, flight: &Flight, url: &str) -> Result<(), Fault> {
        loop {
            match flight.wait() {
                Waited::Landed => {
                    self.take(flight, member::now());
                }
                Waited::Settled => return Ok(()),
                Waited::Late => {
                    let message = format!("{url} is not resolved in time");
                    return Err(self.no_target(message.into()));
                }
            }
        }
    }

    /// Puts in what a resolver has found; `false` when there is nothing yet.
    fn take(&self, flight: &Flight, now: u64) -> bool {
        let mut state = flight.lock();
        let Some(found) = state.found.take() else { return false };
        // Those that wait for it are to see it in the table.
        state.flying = true;
        drop(state);
        let failed = self.put_in(found).err().map(|error| error.to_string());
        if let Some(message) = &failed {
            point::emit(self.name(), &Event::Warning { message });
        }
        let pause = if failed.is_some() { self.given.ttl.min(PAUSE) } else { self.given.ttl };
        self.resolving.due.store(now.saturating_add(nanos(pause)), Ordering::Relaxed);
        let mut state = flight.lock();
        state.flying = false;
        state.failed = failed.map(Name::from);
        drop(state);
        flight.landed.notify_all();
        true
    }

    fn put_in(&self, found: io::Result<Vec<SocketAddr>>) -> io::Result<()> {
        let Source::Dns(url) = self.source else { return Ok(()) };
        let error = |why| io::Error::other(format!("{url} is not resolved: {why}"));
        let found = found.map_err(|why| error(why.to_string()))?;
        if found.is_empty() {
            return Err(error("it has no address".to_owned()));
        }
        let name = self.name_in(url);
        self.put(found.into_iter().map(|address| name.at(address.ip())).collect());
        Ok(())
    }

    /// Why it has no targets.
    pub(super) fn why_none(&self) -> Name {
        let flight = self.resolving.flight.get();
        let failed = flight.and_then(|flight| flight.lock().failed.clone());
        failed.unwrap_or_else(|| "it has no targets".into())
    }

    fn name_in(&self, url: &'static str) -> Target {
        match url.parse() {
            Ok(target) => target,
            Err(error) => panic!("balancer {} at {}: {error}", self.name(), self.location()),
        }
    }

    /// Resolves the name of a balancer by [`dns`](Self::dns), and waits for it, no longer than the
    /// deadline in force: how many targets it has now. Those of others are only counted.
    ///
    /// Before the first call, so that no call has to wait.
    ///
    /// # Errors
    /// [`Fault::NoTarget`] when that fails; what was known before stays.
    ///
    /// # Panics
    /// When its URL is none.
    pub fn resolve(&self) -> Result<usize, Fault> {
        if let Source::Dns(url) = self.source {
            let flight = self.resolving.flight();
            // What is there already may be old.
            self.take(flight, member::now());
            flight.start(&self.name_in(url), self.given.resolver);
            self.wait_for(flight, url)?;
            let failed = flight.lock().failed.clone();
            if let Some(why) = failed {
                return Err(self.no_target(why));
            }
        }
        Ok(self.now().len())
    }
}
