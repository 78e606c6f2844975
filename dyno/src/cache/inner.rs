//! One cache of known types: asking it.

use std::array;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll};
use std::thread::{self, ThreadId};

use super::age::{Is, stands};
#[cfg(feature = "cache-backend")]
use super::backend::Codec;
use super::counts::Tally;
use super::family::{Family, Member};
use super::flight::{Aloft, Begun, Flights, Turn};
use super::how::{How, Kept};
use super::key::{Key, Storable};
use super::lead::{Flying, Lead, Looked};
use super::settings::Settings;
use super::store::{Entry, Store};
use super::wait::Wait;
use crate::ambient;
use crate::clock::{self, Instant, Sleep};
use crate::point::Cached;

/// So many locks for the flights.
const SHARDS: usize = 8;

pub(super) struct Inner<K, V> {
    pub(super) store: Store<K, V>,
    tally: Arc<Tally>,
    pub(super) family: Arc<Family>,
    pub(super) flights: [Flights<Mutex<Aloft>>; SHARDS],
    this: Weak<Self>,
    #[cfg(feature = "cache-backend")]
    pub(super) codec: Option<Codec<K, V>>,
}

/// What one who asks has to do.
enum Step<K: Key, H: How> {
    Done(Looked<K::Owned, H>),
    /// Wait for this flight.
    Wait(u64),
}

/// Who asks.
#[derive(Clone, Copy)]
struct By {
    /// The thread that would compute on its stack.
    thread: Option<ThreadId>,
    waited: bool,
}

/// How a wait ended.
enum Ended {
    By(Turn),
    Late,
}

impl<K: Storable, V: Kept> Inner<K, V> {
    pub(super) fn new(family: Arc<Family>) -> Arc<Self> {
        Self::made(
            family,
            #[cfg(feature = "cache-backend")]
            None,
        )
    }

    /// One with a second level, which speaks by `codec`.
    #[cfg(feature = "cache-backend")]
    pub(super) fn through(family: Arc<Family>, codec: Codec<K, V>) -> Arc<Self> {
        Self::made(family, Some(codec))
    }

    fn made(
        family: Arc<Family>,
        #[cfg(feature = "cache-backend")] codec: Option<Codec<K, V>>,
    ) -> Arc<Self> {
        let inner = Arc::new_cyclic(|this: &Weak<Self>| Self {
            store: Store::new(),
            tally: family.tally.clone(),
            family,
            flights: array::from_fn(|_| Flights { aloft: Mutex::new(Aloft::new()) }),
            this: this.clone(),
            #[cfg(feature = "cache-backend")]
            codec,
        });
        let member: Weak<dyn Member> = inner.this.clone();
        inner.family.add(member);
        inner
    }

    /// A share of it, for a lead.
    pub(super) fn share(&self) -> Arc<Self> {
        self.this.upgrade().expect("dyno: it is there")
    }

    #[inline]
    pub(super) fn flights(&self, hash: u64) -> &Flights<Mutex<Aloft>> {
        // Not the bits that the map goes by first.
        &self.flights[(hash >> 29) as usize % SHARDS]
    }

    #[inline]
    pub(super) fn count(&self, cached: Cached) {
        self.tally.count(cached);
        self.family.tell(cached);
    }

    /// The value of a hit: nothing but the clock is asked, and nothing shared is written but the
    /// first time.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is what a hit costs")]
    pub(super) fn hit<Q: Key<Owned = K>>(&self, key: &Q, hash: u64) -> Option<V> {
        let pinned = self.store.pin();
        let entry = pinned.get(key, hash)?;
        let until = entry.plain_until.load(Ordering::Relaxed);
        if until != u64::MAX && clock::coarse().as_nanos() >= until {
            return None;
        }
        entry.mark();
        self.count(Cached::Hit);
        Some(entry.value.clone())
    }

    // The caller tells a hit from a lead by the branch that it has taken, not by a word in memory.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is what a hit costs")]
    pub(super) fn look<Q, H>(&self, key: &Q) -> Looked<K, H>
    where
        Q: Key<Owned = K>,
        H: How<Value = V>,
    {
        let hash = self.store.hash(key);
        match self.hit(key, hash) {
            Some(value) => Looked::Hit(H::give(value)),
            None => self.look_closer(key, hash),
        }
    }

    #[cold]
    pub(super) fn look_closer<Q, H>(&self, key: &Q, hash: u64) -> Looked<K, H>
    where
        Q: Key<Owned = K>,
        H: How<Value = V>,
    {
        let mut by = By { thread: Some(thread::current().id()), waited: false };
        loop {
            match self.step(key, hash, by) {
                Step::Done(looked) => return looked,
                Step::Wait(number) => match self.wait(number, hash, by.thread) {
                    Ended::By(Turn::Leads) => return self.take_over(key, hash, number),
                    Ended::By(_) => by.waited = true,
                    Ended::Late => return self.alone(key, hash),
                },
            }
        }
    }

    pub(super) async fn look_async<Q, H>(&self, key: Q) -> Looked<K, H>
    where
        Q: Key<Owned = K>,
        H: How<Value = V>,
    {
        let hash = self.store.hash(&key);
        if let Some(value) = self.hit(&key, hash) {
            return Looked::Hit(H::give(value));
        }
        let mut by = By { thread: None, waited: false };
        loop {
            let number = match self.step(&key, hash, by) {
                Step::Done(looked) => return looked,
                Step::Wait(number) => number,
            };
            match self.wait_async(number, hash).await {
                Ended::By(Turn::Leads) => return self.take_over(&key, hash, number),
                Ended::By(_) => by.waited = true,
                Ended::Late => return self.alone(&key, hash),
            }
        }
    }

    /// A value that has not expired.
    #[inline]
    pub(super) fn get<Q: Key<Owned = K>>(&self, key: &Q) -> Option<V> {
        let hash = self.store.hash(key);
        self.hit(key, hash).or_else(|| self.get_closer(key, hash))
    }

    #[cold]
    fn get_closer<Q: Key<Owned = K>>(&self, key: &Q, hash: u64) -> Option<V> {
        let guard = self.store.guard();
        let now = clock::now().as_nanos();
        let entry = self.store.get(key, hash, &guard).filter(|entry| now < entry.expires());
        self.count(if entry.is_some() { Cached::Hit } else { Cached::Miss });
        entry.map(|entry| {
            entry.mark();
            entry.value.clone()
        })
    }

    #[cold]
    fn step<Q, H>(&self, key: &Q, hash: u64, by: By) -> Step<Q, H>
    where
        Q: Key<Owned = K>,
        H: How<Value = V>,
    {
        let settings = self.family.settings();
        loop {
            let now = clock::now().as_nanos();
            let guard = self.store.guard();
            let entry = self.store.get(key, hash, &guard);
            let is = entry.map_or(Is::Dead, |entry| stands(entry, now, &settings));
            let place = entry.map(Entry::place);
            let usable = entry.filter(|_| is != Is::Dead);
            // Somebody else is at it.
            let served = |entry: &Entry<V>| {
                entry.mark();
                self.count(match is {
                    _ if by.waited => Cached::Waited,
                    Is::Stale => Cached::Stale,
                    _ => Cached::Hit,
                });
                Step::Done(Looked::Hit(H::give(entry.value.clone())))
            };
            if let Some(entry) = usable {
                if is == Is::Fresh || entry.claimed.load(Ordering::Relaxed) {
                    return served(entry);
                }
            }
            let flying = match (self.flights(hash).begin(hash, by.thread), usable) {
                (Begun::Leads(number), _) => Flying::new(self.share(), number, hash),
                (Begun::Busy(_) | Begun::Own, Some(entry)) => return served(entry),
                (Begun::Busy(number), None) => return Step::Wait(number),
                (Begun::Own, None) => return Step::Done(self.alone(key, hash)),
            };
            // Who led before may have landed between the two.
            if self.store.get(key, hash, &guard).map(Entry::place) != place {
                flying.land();
                continue;
            }
            let lead = Lead::new(flying.claims(usable), key.to_owned(), now);
            return Step::Done(self.leads(lead, usable, is, &settings));
        }
    }

    /// What one who is to compute does.
    fn leads<H: How<Value = V>>(
        &self,
        lead: Lead<K, H>,
        usable: Option<&Entry<V>>,
        is: Is,
        settings: &Settings,
    ) -> Looked<K, H> {
        #[cfg(feature = "cache-backend")]
        let lead = match lead.find_behind(usable.map_or(0, Entry::expires)) {
            Ok(value) => {
                self.count(Cached::Hit);
                return Looked::Hit(H::give(value));
            }
            Err(lead) => lead,
        };
        match usable {
            Some(entry) if settings.is_background() => {
                self.count(if is == Is::Due { Cached::Early } else { Cached::Stale });
                entry.mark();
                Looked::Refresh(H::give(entry.value.clone()), lead.elsewhere())
            }
            _ => {
                self.count(if is == Is::Due { Cached::Early } else { Cached::Miss });
                Looked::Lead(lead)
            }
        }
    }

    fn take_over<Q, H>(&self, key: &Q, hash: u64, number: u64) -> Looked<K, H>
    where
        Q: Key<Owned = K>,
        H: How<Value = V>,
    {
        let flying = Flying::new(self.share(), number, hash);
        // Who failed may have been helped out meanwhile.
        let (guard, now) = (self.store.guard(), clock::now().as_nanos());
        let put = self.store.get(key, hash, &guard).filter(|entry| now < entry.expires());
        if let Some(entry) = put {
            flying.land();
            entry.mark();
            self.count(Cached::Waited);
            return Looked::Hit(H::give(entry.value.clone()));
        }
        self.count(Cached::Miss);
        Looked::Lead(Lead::new(flying, key.to_owned(), clock::now().as_nanos()))
    }

    /// Computes without sharing: nobody waits for it, and it is not kept.
    fn alone<Q, H>(&self, key: &Q, hash: u64) -> Looked<K, H>
    where
        Q: Key<Owned = K>,
        H: How<Value = V>,
    {
        self.count(Cached::Miss);
        let flying = Flying::alone(self.share(), hash);
        Looked::Lead(Lead::new(flying, key.to_owned(), clock::now().as_nanos()))
    }

    fn wait(&self, number: u64, hash: u64, thread: Option<ThreadId>) -> Ended {
        let mut wait = Wait::new(self.flights(hash), number, thread);
        let mut ended = Ended::Late;
        let until = ambient::deadline().unwrap_or(Instant::from_nanos(u64::MAX));
        clock::wait_until(until, |waker| {
            match Pin::new(&mut wait).poll(&mut Context::from_waker(waker)) {
                Poll::Ready(turn) => ended = Ended::By(turn),
                Poll::Pending => return false,
            }
            true
        });
        ended
    }

    async fn wait_async(&self, number: u64, hash: u64) -> Ended {
        let mut wait = Wait::new(self.flights(hash), number, None);
        let mut late = ambient::deadline().map(Sleep::until);
        poll_fn(|cx| {
            if let Poll::Ready(turn) = Pin::new(&mut wait).poll(cx) {
                return Poll::Ready(Ended::By(turn));
            }
            match &mut late {
                Some(late) => Pin::new(late).poll(cx).map(|()| Ended::Late),
                None => Poll::Pending,
            }
        })
        .await
    }
}
