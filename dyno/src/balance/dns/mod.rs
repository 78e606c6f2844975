//! Targets that are the addresses of a name.
//!
//! A resolver waits for the network, so it has a thread of its own, which knows nothing but a place
//! to put what it has found. Who picks next looks there and puts it into the table.

mod flight;

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use self::flight::{Flight, Found, Seen, Waited};
use super::source::{Resolver, Source};
use super::target::Target;
use super::{Balancer, member};
use crate::clock::nanos;
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

impl Resolving {
    pub(super) const fn new() -> Self {
        Self { due: AtomicU64::new(0), flight: OnceLock::new() }
    }

    fn flight(&self) -> &Arc<Flight> {
        self.flight.get_or_init(|| Arc::new(Flight::new()))
    }
}

/// By the system.
pub(super) fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}

/// What ends when a name is resolved.
pub type Unresolved<'b> = Pin<Box<dyn Future<Output = Result<(), Fault>> + Send + 'b>>;

impl Balancer {
    /// The time from which a pick counts: now, or when it has waited for a resolver.
    #[inline]
    pub(super) fn resolve_if_due(&self, url: &'static str, now: u64) -> Result<u64, Fault> {
        if !self.is_due(now) {
            return Ok(now);
        }
        self.look(url, now)
    }

    #[inline]
    fn is_due(&self, now: u64) -> bool {
        now >= self.resolving.due.load(Ordering::Relaxed)
    }

    /// Only who has no target at all waits for a resolver.
    #[cold]
    fn look(&self, url: &'static str, now: u64) -> Result<u64, Fault> {
        let flight = self.go_on(url, now);
        if self.now().len() > 0 {
            return Ok(now);
        }
        self.wait_for(flight, url)?;
        Ok(member::now())
    }

    /// Puts in what a resolver has found, or has one begin.
    fn go_on(&self, url: &'static str, now: u64) -> &Flight {
        let flight = self.resolving.flight();
        match flight.look() {
            Seen::Flying => {}
            Seen::Found(found) => self.take(flight, found, now),
            Seen::Nothing => {
                flight.start(|| self.name_in(url), self.given.resolver, || self.is_due(now));
            }
        }
        flight
    }

    /// Waits until what a resolver finds is in force, whoever puts it in.
    fn wait_for(&self, flight: &Flight, url: &str) -> Result<(), Fault> {
        loop {
            match flight.wait() {
                Waited::Landed => self.take_if_found(flight),
                Waited::Settled => return Ok(()),
                Waited::Late => return Err(self.late(url)),
            }
        }
    }

    /// The same in a task.
    async fn wait_for_async(&self, flight: &Flight, url: &str) -> Result<(), Fault> {
        loop {
            match flight.wait_async().await {
                Waited::Landed => self.take_if_found(flight),
                Waited::Settled => return Ok(()),
                Waited::Late => return Err(self.late(url)),
            }
        }
    }

    #[cold]
    fn late(&self, url: &str) -> Fault {
        self.no_target(format!("{url} is not resolved in time").into())
    }

    fn take_if_found(&self, flight: &Flight) {
        if let Seen::Found(found) = flight.look() {
            self.take(flight, found, member::now());
        }
    }

    fn take(&self, flight: &Flight, found: Found, now: u64) {
        let failed = self.put_in(found).err().map(|error| error.to_string());
        if let Some(message) = &failed {
            point::emit(self.name(), &Event::Warning { message });
        }
        let pause = if failed.is_some() { self.given.ttl.min(PAUSE) } else { self.given.ttl };
        self.resolving.due.store(now.saturating_add(nanos(pause)), Ordering::Relaxed);
        flight.settled(failed.map(Name::from));
    }

    fn put_in(&self, found: Found) -> io::Result<()> {
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
        let failed = flight.and_then(|flight| flight.failed());
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

    /// What a task waits for where the next pick would block it for a resolver, or has nobody to
    /// call. In a box: it is rare, and large.
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
        let nobody = self.now().len() == 0;
        nobody.then(|| -> Unresolved<'_> { Box::pin(self.ready_async(url)) })
    }

    async fn ready_async(&self, url: &'static str) -> Result<(), Fault> {
        let now = member::now();
        if self.is_due(now) {
            let flight = self.go_on(url, now);
            self.wait_for_async(flight, url).await?;
        }
        // No pick comes after that: it might be due again by then, and block the thread.
        if self.now().len() == 0 { Err(self.no_target(self.why_none())) } else { Ok(()) }
    }

    fn begin_anew(&self, url: &'static str) -> &Flight {
        let flight = self.resolving.flight();
        // What is there already may be old.
        self.take_if_found(flight);
        flight.start(|| self.name_in(url), self.given.resolver, || true);
        flight
    }

    fn check(&self, flight: &Flight) -> Result<(), Fault> {
        flight.failed().map_or(Ok(()), |why| Err(self.no_target(why)))
    }
}
