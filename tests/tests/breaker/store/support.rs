//! Stores that misbehave on demand, and breakers that share one.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use dyno::breaker::store::{Memory, Record, Sharing, Storage, StoreError};
use dyno::breaker::{Breaker, Happened, State, Why};
use dyno::point::{self, Event, Observing};

/// Where the breakers of these tests keep their state.
pub(super) const KEY: &str = "shared";

/// A store that can be unreachable, out of date or contested. It compares and swaps.
#[derive(Debug, Default)]
pub(super) struct Flaky {
    pub(super) memory: Memory,
    /// It cannot be read.
    pub(super) deaf: AtomicBool,
    /// It cannot be written.
    pub(super) dumb: AtomicBool,
    /// What is read is out of date: this.
    stale: Mutex<Option<Record>>,
    /// So many writes come second to another one.
    pub(super) conflicts: AtomicU32,
    pub(super) loads: AtomicU32,
    pub(super) updates: AtomicU32,
    pub(super) writes: AtomicU32,
}

impl Flaky {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// With this record in it.
    pub(super) fn with(record: Record) -> Arc<Self> {
        let store = Self::new();
        store.memory.put(KEY, record);
        store
    }

    pub(super) fn away(&self, away: bool) {
        self.deaf.store(away, Ordering::Relaxed);
        self.dumb.store(away, Ordering::Relaxed);
    }

    /// From now on `load` shows what is there now.
    pub(super) fn stand_still(&self) {
        *self.stale.lock().expect("held briefly") = self.memory.get(KEY);
    }

    pub(super) fn record(&self) -> Record {
        self.memory.get(KEY).expect("something is stored")
    }

    pub(super) fn written(&self) -> u32 {
        self.writes.load(Ordering::Relaxed)
    }
}

impl Storage for Flaky {
    fn load(&self, key: &str) -> Result<Option<Record>, StoreError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        if self.deaf.load(Ordering::Relaxed) {
            return Err(StoreError::new("no route to the store"));
        }
        let stale = self.stale.lock().expect("held briefly").clone();
        Ok(stale.or_else(|| self.memory.get(key)))
    }

    fn update(
        &self,
        key: &str,
        change: &mut dyn FnMut(Option<&Record>) -> Option<Record>,
    ) -> Result<Option<Record>, StoreError> {
        self.updates.fetch_add(1, Ordering::Relaxed);
        if self.dumb.load(Ordering::Relaxed) {
            return Err(StoreError::new("the store is read-only"));
        }
        loop {
            let before = self.memory.get(key);
            let Some(new) = change(before.as_ref()) else { return Ok(before) };
            let contested =
                self.conflicts
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            if contested.is_ok() {
                // Somebody else writes just now.
                self.memory.update(key, &mut |there| {
                    Some(there.cloned().unwrap_or_else(|| Record::new(State::Closed)))
                })?;
            }
            let version = |record: Option<&Record>| record.map(|record| record.version);
            let mut fits = false;
            let after = self.memory.update(key, &mut |there| {
                fits = version(there) == version(before.as_ref());
                fits.then(|| new.clone())
            })?;
            if fits {
                self.writes.fetch_add(1, Ordering::Relaxed);
                return Ok(after);
            }
        }
    }
}

/// Lets `breaker` share what is under [`KEY`].
pub(super) fn join(breaker: Breaker, store: &Arc<Flaky>) -> Breaker {
    breaker.share(store.clone(), Sharing::new(KEY));
    breaker
}

/// Two breakers made by `make`, on a store.
pub(super) fn pair(make: impl Fn(Breaker) -> Breaker) -> (Arc<Flaky>, Breaker, Breaker) {
    let store = Flaky::new();
    let here = join(make(Breaker::new("here")), &store);
    let there = join(make(Breaker::new("there")), &store);
    (store, here, there)
}

/// A record in `state`.
pub(super) fn record(state: State, change: impl FnOnce(&mut Record)) -> Record {
    let mut record = Record::new(state);
    change(&mut record);
    record
}

pub(super) type Changes = Arc<Mutex<Vec<String>>>;

/// The changes that a listener of `breaker` hears of.
pub(super) fn changes(breaker: &Breaker) -> Changes {
    let heard = Changes::default();
    let to = heard.clone();
    let listener = move |_: &Breaker, happened: &Happened| {
        if let Happened::StateChange { change, .. } = happened {
            let by = if change.why == Why::Remote { " remotely" } else { "" };
            to.lock().expect("held briefly").push(format!("{} -> {}{by}", change.from, change.to));
        }
    };
    breaker.listen(listener).keep();
    heard
}

pub(super) fn take(heard: &Changes) -> Vec<String> {
    std::mem::take(&mut *heard.lock().expect("held briefly"))
}

/// The warnings that observers hear about `name`.
pub(super) fn warnings(name: &'static str) -> (Observing, Changes) {
    let heard = Changes::default();
    let to = heard.clone();
    let watching = point::observe(move |point: &str, event: &Event<'_>| {
        if let (true, Event::Warning { message }) = (point == name, event) {
            to.lock().expect("held briefly").push((*message).to_owned());
        }
    });
    (watching, heard)
}
