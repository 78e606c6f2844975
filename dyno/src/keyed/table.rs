//! Which ones are kept, and which must go.
//!
//! Whoever looks a key up holds a read lock and should write as little as may be, so a use is noted
//! once in a while: when the last note is a second old, or of an earlier turn. A turn ends when an
//! eighth of the entries is new, and when all are looked at. That look orders them by their notes
//! and picks the oldest eighth; as all that are used afterwards carry the note of a later turn, those
//! picked can be dropped one by one, without another look, until none is left.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Given, Keep};
use crate::clock::nanos;

/// How old a note may be, in nanoseconds.
const GRAIN: u64 = 1_000_000_000;

pub(super) struct Table<T: Keep> {
    entries: HashMap<Arc<str>, Entry<T>>,
    /// The most there may be.
    keys: usize,
    /// In nanoseconds, as are all moments here.
    idle: u64,
    grain: u64,
    settings: T::Settings,
    /// When idle ones were last looked for.
    swept: u64,
    turn: u64,
    /// How many were put in this turn.
    put: usize,
    /// The oldest of the last look, youngest first, and the turn that it began.
    oldest: Vec<Arc<str>>,
    looked: u64,
}

struct Entry<T> {
    kept: Arc<T>,
    /// When it was last used, to the grain.
    used: AtomicU64,
    /// In which turn.
    turn: AtomicU64,
}

impl<T> Entry<T> {
    /// The table's own is the only one, and nobody can get another while it is locked.
    fn is_held(&self) -> bool {
        Arc::strong_count(&self.kept) > 1
    }

    /// The longer ago, the smaller.
    fn age(&self) -> (u64, u64) {
        (self.turn.load(Ordering::Relaxed), self.used.load(Ordering::Relaxed))
    }
}

impl<T: Keep> Table<T> {
    /// An empty one.
    pub(super) fn new(given: Given<T::Settings>) -> Self {
        let mut table = Self {
            entries: HashMap::new(),
            keys: 0,
            idle: 0,
            grain: 0,
            settings: given.settings,
            swept: 0,
            turn: 0,
            put: 0,
            oldest: Vec::new(),
            looked: 0,
        };
        table.limit(given);
        table
    }

    /// Goes by these limits from now on. When there are too many already, the next new one makes room.
    pub(super) fn limit(&mut self, given: Given<T::Settings>) {
        self.keys = given.most().try_into().unwrap_or(usize::MAX);
        self.idle = nanos(given.idle());
        self.grain = GRAIN.min(self.idle / 8);
        self.settings = given.settings;
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<T>> {
        self.entries.values().map(|entry| &entry.kept)
    }

    /// That of `key`, which is used `now`.
    pub(super) fn get(&self, key: &str, now: u64) -> Option<Arc<T>> {
        let entry = self.entries.get(key)?;
        // Either way round: a test's clock may have been ahead.
        if entry.used.load(Ordering::Relaxed).abs_diff(now) >= self.grain {
            entry.used.store(now, Ordering::Relaxed);
        }
        if entry.turn.load(Ordering::Relaxed) != self.turn {
            entry.turn.store(self.turn, Ordering::Relaxed);
        }
        Some(entry.kept.clone())
    }

    /// Keeps a new one; those that had to go.
    pub(super) fn put(&mut self, key: Arc<str>, kept: Arc<T>, now: u64) -> Vec<Arc<T>> {
        let mut gone = Vec::new();
        let pause = if self.is_full() { self.grain } else { self.idle };
        if self.swept.abs_diff(now) >= pause {
            self.swept = now;
            self.drop_idle(now, &mut gone);
        }
        // More than one only where the limit is lower than it was.
        while self.is_full() {
            let Some(oldest) = self.drop_oldest() else { break };
            gone.push(oldest);
        }
        let (used, turn) = (AtomicU64::new(now), AtomicU64::new(self.turn));
        self.entries.insert(key, Entry { kept, used, turn });
        self.put += 1;
        if self.put >= self.eighth() {
            self.next_turn();
        }
        gone
    }

    fn eighth(&self) -> usize {
        (self.keys / 8).max(1)
    }

    fn next_turn(&mut self) {
        self.turn += 1;
        self.put = 0;
    }

    fn is_full(&self) -> bool {
        self.entries.len() >= self.keys
    }

    fn drop_idle(&mut self, now: u64, gone: &mut Vec<Arc<T>>) {
        let (idle, settings) = (self.idle, self.settings);
        self.entries.retain(|_, entry| {
            let unused = now.saturating_sub(entry.used.load(Ordering::Relaxed));
            let goes = unused >= idle && !entry.is_held() && entry.kept.is_over(&settings);
            if goes {
                gone.push(entry.kept.clone());
            }
            !goes
        });
    }

    fn may_go(&self, entry: &Entry<T>) -> bool {
        !entry.is_held() && entry.kept.may_go(&self.settings)
    }

    fn drop_oldest(&mut self) -> Option<Arc<T>> {
        loop {
            while let Some(key) = self.oldest.pop() {
                let still = self.entries.get(&key).is_some_and(|entry| {
                    entry.turn.load(Ordering::Relaxed) < self.looked && self.may_go(entry)
                });
                if still {
                    return self.remove(&key);
                }
            }
            self.look();
            if self.oldest.is_empty() {
                if T::STAYS_IN_USE {
                    return None;
                }
                // Each tells something: so be it.
                let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.age());
                let key = oldest.map(|(key, _)| key.clone())?;
                return self.remove(&key);
            }
        }
    }

    fn remove(&mut self, key: &str) -> Option<Arc<T>> {
        self.entries.remove(key).map(|entry| entry.kept)
    }

    /// Picks the oldest eighth of those that may go.
    fn look(&mut self) {
        let may_go = self.entries.iter().filter(|(_, entry)| self.may_go(entry));
        let mut by_age: Vec<_> = may_go.map(|(key, entry)| (entry.age(), key)).collect();
        let eighth = self.eighth();
        if by_age.len() > eighth {
            by_age.select_nth_unstable_by_key(eighth, |(age, _)| *age);
            by_age.truncate(eighth);
        }
        by_age.sort_unstable_by_key(|(age, _)| Reverse(*age));
        self.oldest = by_age.into_iter().map(|(_, key)| key.clone()).collect();
        self.next_turn();
        self.looked = self.turn;
    }
}
