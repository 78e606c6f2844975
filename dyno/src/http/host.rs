//! What is kept for each host.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, OnceLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::build::Sharing;
use super::room::Room;
use crate::breaker::Breaker;
use crate::breaker::store;
use crate::fault::Fault;
use crate::keyed::{self, ByKey, Keep};
use crate::limit::KeyedBulkhead;
use crate::limit::bulkhead::{Bulkhead, OwnedPermit};
use crate::metrics::Metrics;
use crate::shared::Settings;

/// Hosts by their authority, as many as are used.
pub(super) struct Hosts {
    hosts: ByKey<Host>,
    /// Requests under way at each, the bodies of their answers included.
    open: Option<KeyedBulkhead>,
}

impl Hosts {
    pub(super) fn new(
        name: &'static str,
        connections: usize,
        open: Option<u32>,
        at: &'static Location<'static>,
    ) -> Self {
        let label = keyed::Label::Name(name, at);
        let open = open.map(|open| KeyedBulkhead::new(name, open));
        Self { hosts: ByKey::new(label, Connections(connections)), open }
    }

    /// That of `authority`.
    pub(super) fn get(&self, authority: &str) -> Arc<Host> {
        self.hosts.get(authority)
    }

    /// A place at `authority`, where there is a limit.
    ///
    /// # Errors
    /// As many are under way as may be.
    pub(super) fn enter(&self, authority: &str) -> Result<Option<OwnedPermit>, Fault> {
        let open = self.open.as_ref().map(|open| open.get(authority));
        open.map(|bulkhead: Arc<Bulkhead>| bulkhead.acquire_owned()).transpose()
    }
}

impl fmt::Debug for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hosts.fmt(f)
    }
}

/// One host: its connections, and what is counted of it.
pub(super) struct Host {
    slots: Arc<Semaphore>,
    pub(super) room: Room,
    pub(super) metrics: Metrics,
    /// Its circuit, where that is shared: kept here it stays.
    shared: OnceLock<Option<Arc<Breaker>>>,
}

impl Host {
    /// Waits until a connection may be used; first come, first served.
    pub(super) async fn slot(&self) -> OwnedSemaphorePermit {
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        slot.expect("nobody closes it")
    }

    /// Shares its circuit, unless that is done.
    pub(super) fn share_once(
        &self,
        breaker: impl FnOnce() -> Option<Arc<Breaker>>,
        authority: &str,
        sharing: &Sharing,
    ) {
        self.shared.get_or_init(|| {
            let breaker = breaker()?;
            let by_key = store::Sharing::new((sharing.key)(authority));
            breaker.share(sharing.storage.clone(), by_key);
            Some(breaker)
        });
    }
}

/// How many connections there may be at a host.
#[derive(Clone, Copy)]
pub(super) struct Connections(usize);

impl Settings for Connections {
    fn merged(&self, _other: &Self) -> Result<Self, Vec<&'static str>> {
        // One client alone gives it.
        Ok(*self)
    }

    fn is_silent(&self) -> bool {
        false
    }

    fn entries(&self, said: &mut fmt::DebugSet<'_, '_>) {
        said.entry(&format_args!("pool_size = {}", self.0));
    }
}

impl Keep for Host {
    type Settings = Connections;

    // A second one of the same key would let as many connections be made once more.
    const STAYS_IN_USE: bool = true;

    fn made(name: Arc<str>, _at: &'static Location<'static>, settings: Connections) -> Self {
        let slots = Arc::new(Semaphore::new(settings.0));
        Self {
            slots,
            room: Room::new(settings.0),
            metrics: Metrics::bounded(&name),
            shared: OnceLock::new(),
        }
    }

    fn may_go(&self, settings: &Connections) -> bool {
        self.slots.available_permits() == settings.0
    }

    fn is_over(&self, settings: &Connections) -> bool {
        self.may_go(settings)
    }
}
