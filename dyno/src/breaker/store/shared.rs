//! What a breaker knows of the record that it shares.
//!
//! The breaker's own machine is its view of the record: a record that is newer than all that was seen
//! is put into it. While the store is away, the machine goes on by itself; it has strayed when it is in
//! another state then than the record that was seen last.

use std::cell::Cell;
use std::hash::{BuildHasher as _, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::core::{Real, Time};
use super::super::why::{Change, Why};
use super::super::word::{Phase, Ticks};
use super::super::{Breaker, State};
use super::steps::{record_of, told_of};
use super::{Record, Sharing, Storage, StoreError};
use crate::clock;
use crate::fault::explain::Opened;
use crate::point::{self, Event};

/// The store cannot be read.
const UNREAD: u8 = 1;
/// The store cannot be written.
const UNWRITTEN: u8 = 2;

pub(in super::super) struct Shared {
    storage: Arc<dyn Storage>,
    key: Arc<str>,
    /// Tells this breaker from all others.
    pub(super) me: u64,
    refresh: Duration,
    /// When the record was last looked at, in nanoseconds.
    looked: AtomicU64,
    /// Some thread looks.
    busy: AtomicBool,
    /// Why the store is away; 0: it is not.
    away: AtomicU8,
    known: Mutex<Known>,
}

/// The record that was seen last, as far as the machine does not have it.
struct Known {
    version: u64,
    era: (u64, u64),
    phase: Phase,
    /// When the latest trial of all began.
    tried: Ticks,
    /// It was set by hand while the store was away.
    by_hand: bool,
}

/// What became of a change.
pub(super) struct Changed {
    /// What is in force; `None`: there is nothing.
    pub(super) record: Option<Record>,
    /// This breaker has written it.
    pub(super) made: bool,
}

/// Where a call stands.
pub(super) enum Standing {
    /// It belongs to an earlier state.
    Late,
    /// The machine goes on by itself.
    Alone,
    /// The record, as it is known here.
    Shared(Record),
}

thread_local! {
    /// This thread is inside a store.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Asks a store. What it uses itself may be guarded by a breaker, which asks nobody then.
fn ask<T>(f: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let before = INSIDE.replace(true);
    let answer = catch_unwind(AssertUnwindSafe(f));
    INSIDE.set(before);
    answer.unwrap_or_else(|_| Err(StoreError::new("the store panicked")))
}

impl Shared {
    pub(super) fn new(breaker: &Breaker, storage: Arc<dyn Storage>, sharing: &Sharing) -> Self {
        let key = sharing.key_of(breaker);
        let known = Known {
            version: 0,
            era: (0, 0),
            phase: breaker.core.view().phase,
            tried: Real.now(),
            by_hand: false,
        };
        Self {
            storage,
            me: RandomState::new().hash_one(&key).max(1),
            key,
            refresh: sharing.refresh,
            looked: AtomicU64::new(clock::coarse().as_nanos()),
            busy: AtomicBool::new(false),
            away: AtomicU8::new(0),
            known: Mutex::new(known),
        }
    }

    /// Never held while a store is asked or anybody is told anything.
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The breaker begins to share.
    pub(super) fn attach(&self, breaker: &Breaker, fallback: Option<State>, fresh: bool) {
        match ask(|| self.storage.load(&self.key)) {
            Ok(Some(record)) => {
                let change = self.take(breaker, &record, false);
                if let Some(change) = change.filter(|_| !fresh) {
                    breaker.tell_change(change);
                }
            }
            Ok(None) => {}
            Err(error) => {
                if let Some(state) = fallback.filter(|_| fresh) {
                    let phase = Phase::of(state);
                    breaker.core.force(phase, Why::Remote, Real.now());
                    self.lock().phase = phase;
                }
                // Whatever is stored, it is not the state that this one knows.
                self.lock().era = (0, self.me);
                self.lose(breaker, UNREAD, &error);
            }
        }
    }

    /// It must do without the store.
    fn is_alone(&self) -> bool {
        self.away.load(Ordering::Relaxed) != 0 || INSIDE.get()
    }

    /// Where a call of `generation` stands, or one that is to begin.
    pub(super) fn standing(&self, breaker: &Breaker, generation: Option<u64>) -> Standing {
        let alone = self.is_alone();
        // States are only taken over under this lock, so this one is that of the record.
        let known = self.lock();
        let (now, told) = breaker.core.told(&Real);
        if generation.is_some_and(|generation| generation != now) {
            return Standing::Late;
        }
        if alone || known.by_hand || told.phase != known.phase {
            return Standing::Alone;
        }
        Standing::Shared(record_of(&told, known.era, known.version))
    }

    /// How long ago the latest trial of all began.
    pub(super) fn tried(&self, now: Ticks) -> Option<Ticks> {
        now.since(self.lock().tried)
    }

    /// What it has been set to by hand while the store is away is to be written back.
    pub(super) fn set_by_hand(&self) {
        self.lock().by_hand = true;
    }

    /// Changes the record by `step`, if it is of the era of `mine`; `mine` stands for one that was
    /// lost. `None`: the store is away.
    pub(super) fn change(
        &self,
        breaker: &Breaker,
        mine: &Record,
        mut step: impl FnMut(&Record) -> Option<Record>,
    ) -> Option<Changed> {
        self.update(
            breaker,
            mine,
            |record| {
                if record.era() == mine.era() { step(record) } else { None }
            },
        )
    }

    /// The same, whatever has become of it.
    pub(super) fn update(
        &self,
        breaker: &Breaker,
        mine: &Record,
        mut step: impl FnMut(&Record) -> Option<Record>,
    ) -> Option<Changed> {
        let mut made = false;
        let mut change = |stored: Option<&Record>| {
            let new = step(stored.unwrap_or(mine));
            made = new.is_some();
            new
        };
        match self.ask_to(&mut change) {
            Ok(record) => Some(Changed { record, made }),
            Err(error) => {
                self.lose(breaker, UNWRITTEN, &error);
                None
            }
        }
    }

    /// Takes over what came of a change; the generation, if the machine is in that state now.
    ///
    /// Of a change that this one has made, it is the caller who tells.
    pub(super) fn taken(&self, breaker: &Breaker, changed: &Changed) -> Option<u64> {
        let record = changed.record.as_ref()?;
        if let Some(change) = self.take(breaker, record, false) {
            if !changed.made {
                breaker.tell_change(change);
            }
        }
        let known = self.lock();
        let view = breaker.core.view();
        (known.era == record.era() && known.phase == view.phase).then_some(view.generation)
    }

    /// Takes a record over, unless a later one is known; the change that somebody else has made.
    ///
    /// `own` is one that tells of the state the machine is in anyway.
    fn take(&self, breaker: &Breaker, record: &Record, own: bool) -> Option<Change> {
        let told = told_of(record);
        let mut known = self.lock();
        if record.version <= known.version {
            return None;
        }
        let now = Real.now();
        let same = record.era() == known.era;
        let strayed = breaker.core.view().phase != known.phase;
        if !own && (known.by_hand || strayed && same) {
            // What has come of this machine is later, and will be written back.
            known.version = record.version;
            return None;
        }
        let from = if own { record.state } else { breaker.core.adopt(&told, same, now).0 };
        *known = Known {
            version: record.version,
            era: record.era(),
            phase: told.phase,
            tried: record.tried.map_or(now, |tried| now.before(tried)),
            by_hand: false,
        };
        drop(known);
        let others = record.by != self.me || strayed;
        let change = Change { from, to: record.state, why: Why::Remote };
        let told = others && change.from != change.to;
        if told {
            // No error that is known here has done this.
            breaker.keep("", Opened::Remote);
        }
        told.then_some(change)
    }

    pub(super) fn look_if_due(&self, breaker: &Breaker) {
        let now = clock::coarse().as_nanos();
        let looked = self.looked.load(Ordering::Relaxed);
        // Either way round: a test's clock may have been ahead.
        if u128::from(now.abs_diff(looked)) >= self.refresh.as_nanos() {
            self.look(breaker);
        }
    }

    /// Looks at the record, unless somebody is just at it.
    pub(super) fn look(&self, breaker: &Breaker) {
        if INSIDE.get() || self.busy.swap(true, Ordering::Acquire) {
            return;
        }
        self.looked.store(clock::coarse().as_nanos(), Ordering::Relaxed);
        let seen = self.see(breaker);
        let change = match &seen {
            Ok(Some((record, own))) => self.take(breaker, record, *own),
            _ => None,
        };
        let was_away = seen.is_ok() && self.away.swap(0, Ordering::Relaxed) != 0;
        self.busy.store(false, Ordering::Release);
        match seen {
            Err((why, error)) => self.lose(breaker, why, &error),
            Ok(_) if was_away => warn(breaker, "the shared store is back"),
            Ok(_) => {}
        }
        if let Some(change) = change {
            breaker.tell_change(change);
        }
    }

    /// The record, and whether it is the state of this machine, written back.
    fn see(&self, breaker: &Breaker) -> Result<Option<(Record, bool)>, (u8, StoreError)> {
        let loaded = ask(|| self.storage.load(&self.key)).map_err(|error| (UNREAD, error))?;
        let mut own = false;
        let written = if let Some((mine, by_hand)) = self.strayed(breaker) {
            self.ask_to(&mut |stored| {
                let base = stored.unwrap_or(&mine);
                own = by_hand || base.era() == mine.era();
                own.then(|| Record {
                    epoch: base.epoch.wrapping_add(1),
                    by: self.me,
                    ..mine.clone()
                })
            })
        } else if self.away.load(Ordering::Relaxed) == UNWRITTEN {
            // Only by writing is it known that it can be written again.
            self.ask_to(&mut |stored| stored.cloned())
        } else {
            Ok(loaded)
        };
        let record = written.map_err(|error| (UNWRITTEN, error))?;
        Ok(record.map(|record| (record, own)))
    }

    fn ask_to(
        &self,
        change: &mut dyn FnMut(Option<&Record>) -> Option<Record>,
    ) -> Result<Option<Record>, StoreError> {
        ask(|| self.storage.update(&self.key, change))
    }

    /// The state of the machine, if that has gone on by itself; and whether by hand.
    fn strayed(&self, breaker: &Breaker) -> Option<(Record, bool)> {
        let known = self.lock();
        let (_, told) = breaker.core.told(&Real);
        let strayed = known.by_hand || told.phase != known.phase;
        strayed.then(|| (record_of(&told, known.era, known.version), known.by_hand))
    }

    /// The store is away; told once.
    fn lose(&self, breaker: &Breaker, why: u8, error: &StoreError) {
        if self.away.fetch_max(why, Ordering::Relaxed) == 0 {
            warn(
                breaker,
                &format!("the shared store is away, the breaker goes on by itself: {error}"),
            );
        }
    }
}

fn warn(breaker: &Breaker, message: &str) {
    if point::observed() {
        point::emit(breaker.name(), &Event::Warning { message });
    }
}
