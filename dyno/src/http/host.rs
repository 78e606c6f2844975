//! What is kept for each host.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, OnceLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::room::Room;
use crate::breaker::Breaker;
use crate::breaker::store::{self, Storage};
use crate::fault::Fault;
use crate::keyed::{self, ByKey, Keep};
use crate::limit::bulkhead::{Bulkhead, OwnedPermit};
use crate::metrics::Metrics;
use crate::shared::Settings;

/// Hosts by their authority, as many as are used.
pub(super) struct Hosts {
    by_key: ByKey<Host>,
    /// The first, which mostly is the only one, and its authority: it is not looked up.
    first: OnceLock<(Box<str>, Arc<Host>)>,
}

impl Hosts {
    pub(super) fn new(
        name: &'static str,
        connections: usize,
        open: Option<u32>,
        at: &'static Location<'static>,
    ) -> Self {
        let by_key = ByKey::new(keyed::Label::Name(name, at), Most { connections, open });
        Self { by_key, first: OnceLock::new() }
    }

    /// That of `authority`.
    pub(super) fn get(&self, authority: &str) -> Arc<Host> {
        match self.first.get() {
            Some((first, host)) if **first == *authority => host.clone(),
            Some(_) => self.by_key.get(authority),
            None => {
                let host = self.by_key.get(authority);
                self.first.get_or_init(|| (authority.into(), host.clone()));
                host
            }
        }
    }
}

impl fmt::Debug for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.by_key.fmt(f)
    }
}

/// One host: its connections, and what is counted of it.
pub(super) struct Host {
    slots: Arc<Semaphore>,
    /// Requests under way, the bodies of their answers included.
    open: Option<Arc<Bulkhead>>,
    pub(super) room: Room,
    pub(super) metrics: Metrics,
    /// Its circuit, where it has one: kept here it stays, and is not looked up.
    breaker: OnceLock<Option<Arc<Breaker>>>,
}

impl Host {
    /// A place, where there is a limit.
    ///
    /// # Errors
    /// As many are under way as may be.
    pub(super) fn enter(&self) -> Result<Option<OwnedPermit>, Fault> {
        self.open.as_ref().map(Bulkhead::acquire_owned).transpose()
    }

    /// Waits until a connection may be used; first come, first served.
    pub(super) async fn slot(&self) -> OwnedSemaphorePermit {
        // A free one is nobody's: who waits is given it.
        match Arc::clone(&self.slots).try_acquire_owned() {
            Ok(slot) => slot,
            Err(_) => {
                let slot = Arc::clone(&self.slots).acquire_owned().await;
                slot.expect("nobody closes it")
            }
        }
    }

    /// Its circuit, where it has one; `find` is asked for it once.
    pub(super) fn breaker(&self, find: impl FnOnce() -> Option<Arc<Breaker>>) -> Option<&Breaker> {
        self.breaker.get_or_init(find).as_deref()
    }
}

/// Where the circuits of the hosts are kept.
pub(super) struct Sharing {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) key: Box<dyn Fn(&str) -> String + Send + Sync>,
}

impl Sharing {
    /// The circuit of `authority` is that of other processes, too.
    pub(super) fn share(&self, authority: &str, breaker: &Breaker) {
        let by_key = store::Sharing::new((self.key)(authority));
        breaker.share(self.storage.clone(), by_key);
    }
}

/// How many there may be at a host.
#[derive(Clone, Copy)]
pub(super) struct Most {
    connections: usize,
    open: Option<u32>,
}

impl Settings for Most {
    fn merged(&self, _other: &Self) -> Result<Self, Vec<&'static str>> {
        // One client alone gives it.
        Ok(*self)
    }

    fn is_silent(&self) -> bool {
        false
    }

    fn entries(&self, said: &mut fmt::DebugSet<'_, '_>) {
        said.entry(&format_args!("pool_size = {}", self.connections));
        if let Some(open) = self.open {
            said.entry(&format_args!("max_open = {open}"));
        }
    }
}

impl Keep for Host {
    type Settings = Most;

    // A second one of the same key would let as many connections be made once more.
    const STAYS_IN_USE: bool = true;

    fn made(name: Arc<str>, at: &'static Location<'static>, most: Most) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(most.connections)),
            room: Room::new(most.connections),
            metrics: Metrics::bounded(&name),
            breaker: OnceLock::new(),
            open: most.open.map(|open| Arc::new(Bulkhead::of_key(name, at, open))),
        }
    }

    fn may_go(&self, most: &Most) -> bool {
        let is_open = self.open.as_ref().is_some_and(|open| open.snapshot().in_flight != 0);
        !is_open && self.slots.available_permits() == most.connections
    }

    fn is_over(&self, settings: &Most) -> bool {
        self.may_go(settings)
    }
}
