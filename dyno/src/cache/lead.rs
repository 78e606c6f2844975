//! The lead: the right, and the duty, to compute.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::age::new_entry;
use super::how::{How, Kept};
use super::inner::Inner;
use super::key::{Storable, Whole};
#[cfg(feature = "cache-backend")]
use super::settings::Settings;
use super::sieve::Place;
use super::store::Entry;
use crate::clock;
use crate::outcome::Verdict;
use crate::point::Cached;

/// What came of looking a value up.
#[doc(hidden)]
#[must_use = "who leads is waited for until the lead is settled or dropped"]
pub enum Looked<K, H: How> {
    /// A value was there.
    Hit(H::Out),
    /// The caller computes it.
    Lead(Lead<K, H>),
    /// A value was there, and the next one is to be computed elsewhere.
    Refresh(H::Out, Lead<K, H>),
}

/// Computes a value; dropped before it is settled, it hands over to who waits.
#[doc(hidden)]
#[must_use = "it is waited for until it is settled or dropped"]
pub struct Lead<K, H: How> {
    pub(super) flying: Flying<K, H::Value>,
    pub(super) key: K,
    moves: Moves<Self, H>,
    began: u64,
    weigh: Option<fn(&H::Weighed) -> usize>,
    elsewhere: bool,
    how: PhantomData<fn() -> H>,
}

/// What only a key can do that is fit to be one: so that the types above do without its bounds, and
/// one that is not is told of where it is asked for alone.
struct Moves<L, H: How> {
    settle: fn(L, H::Out, Verdict) -> H::Out,
    instead: fn(&L) -> Option<H::Out>,
}

/// A flight under way, or one who computes for himself.
pub(super) struct Flying<K, V: Kept> {
    pub(super) inner: Arc<Inner<K, V>>,
    end: fn(&mut Self),
    number: Option<u64>,
    pub(super) hash: u64,
    /// The value that others are handed meanwhile.
    claimed: Option<Place>,
}

impl<K: Storable, V: Kept> Flying<K, V> {
    pub(super) fn new(inner: Arc<Inner<K, V>>, number: u64, hash: u64) -> Self {
        Self { inner, end: Self::end, number: Some(number), hash, claimed: None }
    }

    pub(super) fn alone(inner: Arc<Inner<K, V>>, hash: u64) -> Self {
        Self { inner, end: Self::end, number: None, hash, claimed: None }
    }

    /// Has those who meet this value know that somebody is at it.
    pub(super) fn claims(mut self, entry: Option<&Entry<V>>) -> Self {
        if let Some(entry) = entry {
            entry.claimed.store(true, Ordering::Relaxed);
            self.claimed = Some(entry.place());
        }
        self
    }

    /// What is computed is to be kept, as it stands now.
    fn keeps(&self) -> bool {
        self.number.is_some_and(|number| !self.inner.flights(self.hash).is_void(number))
    }

    /// All that wait look for themselves; `true` when what was brought is to go again.
    pub(super) fn land(mut self) -> bool {
        let number = self.number.take();
        let void = number.is_some_and(|number| self.inner.flights(self.hash).land(number));
        self.let_go();
        void
    }

    /// The same with a value that has been stored; it goes again if it is not to be kept.
    pub(super) fn land_with(self, place: Place) {
        let (inner, hash) = (self.inner.clone(), self.hash);
        if self.land() {
            inner.store.remove_at(hash, place);
        }
    }

    fn end(&mut self) {
        if let Some(number) = self.number.take() {
            self.inner.flights(self.hash).hand_over(number);
        }
        self.let_go();
    }

    /// Whoever meets the value may be the next to try.
    fn let_go(&mut self) {
        let Some(place) = self.claimed.take() else { return };
        let store = &self.inner.store;
        let guard = store.guard();
        if let Some(entry) = store.at(self.hash, place, &guard) {
            entry.claimed.store(false, Ordering::Relaxed);
        }
    }
}

impl<K, V: Kept> Drop for Flying<K, V> {
    fn drop(&mut self) {
        (self.end)(self);
    }
}

impl<K, H: How> Lead<K, H> {
    /// What a value weighs; 1 unless it is given.
    #[inline]
    pub fn weigh(lead: &mut Self, weigh: fn(&H::Weighed) -> usize) {
        lead.weigh = Some(weigh);
    }

    /// The computation is done: it is stored, or handed over when it failed. What the caller gets
    /// may be an older value then.
    pub fn settle(lead: Self, out: H::Out) -> H::Out {
        let verdict = if H::failed(&out) { Verdict::Failure } else { Verdict::Success };
        Self::settle_if(lead, out, verdict)
    }

    /// The same where the user says what counts as a failure.
    pub fn settle_if(lead: Self, out: H::Out, verdict: Verdict) -> H::Out {
        (lead.moves.settle)(lead, out, verdict)
    }

    /// An older value, if there is one.
    pub(super) fn instead(&self) -> Option<H::Out> {
        (self.moves.instead)(self)
    }
}

impl<K: Storable, H: How> Lead<K, H> {
    pub(super) fn new(flying: Flying<K, H::Value>, key: K, began: u64) -> Self {
        let moves = Moves { settle: Self::settled, instead: Self::stood_in_for };
        Self { flying, key, moves, began, weigh: None, elsewhere: false, how: PhantomData }
    }

    /// It is computed off the caller's path.
    pub(super) fn elsewhere(mut self) -> Self {
        if let Some(number) = self.flying.number {
            self.flying.inner.flights(self.flying.hash).roam(number);
        }
        self.elsewhere = true;
        self
    }

    fn settled(self, out: H::Out, verdict: Verdict) -> H::Out {
        let kept = match verdict {
            Verdict::Success => H::keep(&out),
            Verdict::Failure => match self.stood_in_for() {
                Some(stale) => return stale,
                None => H::keep_failed(&out),
            },
            Verdict::Ignored => None,
        };
        if let Some(value) = kept {
            self.store(value);
        }
        out
    }

    /// A value that has expired is handed out, if there is one.
    fn stood_in_for(&self) -> Option<H::Out> {
        let stale = self.stale()?;
        self.flying.inner.count(Cached::StaleIfError);
        Some(H::give(stale))
    }

    /// A value that has expired, for when the computation failed.
    fn stale(&self) -> Option<H::Value> {
        let inner = &self.flying.inner;
        let stays = inner.family.settings().stays_if_error();
        if stays == 0 {
            return None;
        }
        let (now, guard) = (clock::now().as_nanos(), inner.store.guard());
        let entry = inner.store.get(&Whole(&self.key), self.flying.hash, &guard)?;
        let usable = now < entry.expires().saturating_add(stays);
        (usable && !H::is_negative(&entry.value)).then(|| {
            entry.mark();
            entry.value.clone()
        })
    }

    /// Stores what was computed elsewhere.
    #[cfg(feature = "cache-backend")]
    pub(super) fn bring(self, entry: Entry<H::Value>, settings: &Settings) {
        let Self { flying, key, weigh, .. } = self;
        let weight = weight::<H>(weigh, &entry.value);
        if let Some(place) = flying.inner.put(key, flying.hash, entry, weight, settings) {
            flying.land_with(place);
        }
    }

    fn store(self, value: H::Value) {
        let Self { flying, key, began, weigh, elsewhere, .. } = self;
        let weight = weight::<H>(weigh, &value);
        if !flying.keeps() {
            if flying.number.is_some() {
                flying.land();
            }
            return;
        }
        let inner = flying.inner.clone();
        let (hash, settings) = (flying.hash, inner.family.settings());
        let cost = clock::now().as_nanos().saturating_sub(began);
        let lives = settings.lifetime(H::is_negative(&value), cost);
        #[cfg(feature = "cache-backend")]
        inner.save(&key, &value, lives, cost);
        let entry = new_entry(value, lives, cost, &settings);
        if let Some(place) = inner.put(key, hash, entry, weight, &settings) {
            flying.land_with(place);
        }
        if elsewhere {
            inner.count(Cached::Refreshed);
        }
    }
}

fn weight<H: How>(weigh: Option<fn(&H::Weighed) -> usize>, value: &H::Value) -> usize {
    weigh.zip(H::weighed(value)).map_or(1, |(weigh, value)| weigh(value))
}

impl<K, H: How> fmt::Debug for Lead<K, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lead({})", self.flying.inner.family.name())
    }
}

impl<K, H: How> fmt::Debug for Looked<K, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hit(_) => "Hit",
            Self::Lead(_) => "Lead",
            Self::Refresh(..) => "Refresh",
        })
    }
}
