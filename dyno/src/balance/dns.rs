//! Targets that are the addresses of a name.
//!
//! A resolver waits for the network, so it has a thread of its own, which knows nothing but a place
//! to put what it has found. Who picks next looks there and puts it into the table.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::panic::catch_unwind;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use super::source::{Resolver, Source};
use super::target::Target;
use super::{Balancer, member};
use crate::clock::{self, nanos};
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
    /// Tasks that wait, by the order in which they came.
    waiting: BTreeMap<u64, Waker>,
    came: u64,
}

impl State {
    /// What those that wait are to do.
    fn landed(&self) -> Waited {
        if self.found.is_some() { Waited::Landed } else { Waited::Settled }
    }
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

    /// Has the name resolved, unless somebody is at it, or that is not due any more.
    fn start(self: &Arc<Self>, name: &Target, resolver: Resolver, due: impl FnOnce() -> bool) {
        let mut state = self.lock();
        // What has landed meanwhile has set when it is due before it let go of the lock.
        if state.flying || state.found.is_some() || !due() {
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
        state.found = Some(found);
        self.wake(state);
    }

    /// Nobody is at it any longer.
    fn wake(&self, mut state: MutexGuard<'_, State>) {
        state.flying = false;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.landed.notify_all();
        waiting.into_values().for_each(Waker::wake);
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
        state.landed()
    }

    /// The same in a task.
    async fn wait_async(&self) -> Waited {
        let left = Deadline::current().map(Deadline::remaining);
        let mut late = pin!(left.map(clock::sleep_async));
        let mut place = Place { flight: self, number: None };
        std::future::poll_fn(|cx| {
            let is_late = late.as_mut().as_pin_mut().is_some_and(|late| late.poll(cx).is_ready());
            place.poll(cx, is_late)
        })
        .await
    }
}

/// That of a task that waits, until it is dropped.
struct Place<'f> {
    flight: &'f Flight,
    number: Option<u64>,
}

impl Place<'_> {
    fn poll(&mut self, cx: &Context<'_>, is_late: bool) -> Poll<Waited> {
        let mut state = self.flight.lock();
        if !state.flying {
            return Poll::Ready(state.landed());
        }
        if is_late {
            return Poll::Ready(Waited::Late);
        }
        state.came += 1;
        let number = *self.number.get_or_insert(state.came);
        state.waiting.insert(number, cx.waker().clone());
        Poll::Pending
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

/// What ends when a name is resolved.
pub type Unresolved<'b> = Pin<Box<dyn Future<Output = Result<(), Fault>> + Send + 'b>>;

impl Balancer {
    #[inline]
    pub(super) fn resolve_if_due(&self, url: &'static str, now: u64) -> Result<(), Fault> {
        if !self.is_due(now) {
            return Ok(());
        }
        self.look(url, now)
    }

    #[inline]
    fn is_due(&self, now: u64) -> bool {
        now >= self.resolving.due.load(Ordering::Relaxed)
    }

    /// Puts in what a resolver has found, or has one begin. Only who has no target at all waits for
    /// it.
    #[cold]
    fn look(&self, url: &'static str, now: u64) -> Result<(), Fault> {
        let flight = self.resolving.flight();
        if !self.take(flight, now) {
            flight.start(&self.name_in(url), self.given.resolver, || self.is_due(now));
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
                Waited::Late => return Err(self.late(url)),
            }
        }
    }

    /// The same in a task.
    async fn wait_for_async(&self, flight: &Flight, url: &str) -> Result<(), Fault> {
        loop {
            match flight.wait_async().await {
                Waited::Landed => {
                    self.take(flight, member::now());
                }
                Waited::Settled => return Ok(()),
                Waited::Late => return Err(self.late(url)),
            }
        }
    }

    #[cold]
    fn late(&self, url: &str) -> Fault {
        self.no_target(format!("{url} is not resolved in time").into())
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
        state.failed = failed.map(Name::from);
        flight.wake(state);
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
            let flight = self.begin_anew(url);
            self.wait_for(flight, url)?;
            self.check(flight)?;
        }
        Ok(self.now().len())
    }

    /// The same in a task: no thread is blocked.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    ///
    /// # Panics
    /// As [`resolve`](Self::resolve).
    pub async fn resolve_async(&self) -> Result<usize, Fault> {
        if let Source::Dns(url) = self.source {
            let flight = self.begin_anew(url);
            self.wait_for_async(flight, url).await?;
            self.check(flight)?;
        }
        Ok(self.now().len())
    }

    /// What a task waits for where the next pick would block it for a resolver. In a box: it is rare,
    /// and large.
    #[doc(hidden)]
    #[inline]
    pub fn unresolved(&self) -> Option<Unresolved<'_>> {
        match self.source {
            Source::Dns(url) => self.resolving(url),
            _ => None,
        }
    }

    #[cold]
    fn resolving(&self, url: &'static str) -> Option<Unresolved<'_>> {
        let is_unresolved = self.now().len() == 0 && self.is_due(member::now());
        is_unresolved.then(|| -> Unresolved<'_> { Box::pin(self.ready_async(url)) })
    }

    async fn ready_async(&self, url: &'static str) -> Result<(), Fault> {
        let flight = self.resolving.flight();
        let now = member::now();
        if !self.take(flight, now) {
            flight.start(&self.name_in(url), self.given.resolver, || self.is_due(now));
        }
        self.wait_for_async(flight, url).await
    }

    fn begin_anew(&self, url: &'static str) -> &Flight {
        let flight = self.resolving.flight();
        // What is there already may be old.
        self.take(flight, member::now());
        flight.start(&self.name_in(url), self.given.resolver, || true);
        flight
    }

    fn check(&self, flight: &Flight) -> Result<(), Fault> {
        let failed = flight.lock().failed.clone();
        failed.map_or(Ok(()), |why| Err(self.no_target(why)))
    }
}
