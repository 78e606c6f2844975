//! Targets that are the addresses of a name.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicU64, Ordering};

use super::Balancer;
use super::target::Target;
use crate::fault::Fault;

/// How a name is resolved, and when it was.
pub(super) struct Resolving {
    /// When it is to be again; 0: it has not been yet.
    due: AtomicU64,
}

impl Resolving {
    pub(super) const fn new() -> Self {
        Self { due: AtomicU64::new(0) }
    }
}

/// By the system.
pub(super) fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}

impl Balancer {
    #[inline]
    pub(super) fn resolve_if_due(&self, _url: &'static str, now: u64) -> Result<(), Fault> {
        if now < self.resolving.due.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.resolve().map(drop)
    }

    /// Resolves the name of a balancer by [`dns`](Self::dns) now, and waits for it: how many
    /// addresses it has. For others it is the number of their targets.
    ///
    /// # Errors
    /// [`Fault::NoTarget`] when that fails; what was known before stays.
    pub fn resolve(&self) -> Result<usize, Fault> {
        let super::source::Source::Dns(url) = self.source else { return Ok(self.now().len()) };
        let name: Target = match url.parse() {
            Ok(target) => target,
            Err(error) => panic!("balancer {} at {}: {error}", self.name(), self.location()),
        };
        let found = (self.given.resolver)(name.host(), name.port());
        let found = found.map_err(|error| self.no_target(error.to_string().into()))?;
        self.put(found.into_iter().map(|address| name.at(address.ip())).collect());
        let ttl = u64::try_from(self.given.ttl.as_nanos()).unwrap_or(u64::MAX);
        let due = super::member::now().saturating_add(ttl);
        self.resolving.due.store(due, Ordering::Relaxed);
        Ok(self.now().len())
    }
}
