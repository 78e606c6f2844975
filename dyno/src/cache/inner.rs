//! One cache of known types: asking it.

use std::any::{Any, TypeId, type_name};
use std::array;
use std::future::{Future, poll_fn};
use std::hash::Hash;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll};
use std::thread::{self, ThreadId};
use std::time::Duration;

#[cfg(feature = "cache-backend")]
use super::backend::Codec;
use super::counts::Tally;
use super::early::Aged;
use super::family::{Act, Family, Member};
use super::flight::{Aloft, Begun, Flights, Turn};
use super::how::{How, Kept};
use super::key::{Key, Whole};
use super::lead::{Flying, Lead, Looked};
use super::settings::{Rule, Settings};
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
    flights: [Flights<Mutex<Aloft>>; SHARDS],
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

/// How a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Fresh,
    /// To be computed anew, by whoever comes first.
    Due,
    /// Expired, and good enough while the next one is computed.
    Stale,
    /// Good for nothing, or for when the next one fails.
    Dead,
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

impl<K: Hash + Eq + Send + Sync + 'static, V: Kept> Inner<K, V> {
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
    #[inline]
    fn hit<Q: Key<Owned = K>>(&self, key: &Q, hash: u64) -> Option<V> {
        let guard = self.store.guard();
        let entry = self.store.get(key, hash, &guard)?;
        let until = entry.plain_until.load(Ordering::Relaxed);
        if until != u64::MAX && clock::coarse().as_nanos() >= until {
            return None;
        }
        entry.mark();
        self.count(Cached::Hit);
        Some(entry.value.clone())
    }

    #[inline]
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
    fn look_closer<Q, H>(&self, key: &Q, hash: u64) -> Looked<K, H>
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

    /// Stores a value, and makes room for it; where it is, if it has a place at all.
    pub(super) fn put(
        &self,
        key: K,
        hash: u64,
        entry: Entry<V>,
        weight: usize,
        settings: &Settings,
    ) -> Option<u64> {
        let most = settings.most();
        if weight > most {
            return None;
        }
        let now = clock::now().as_nanos();
        let over = |entry: &Entry<V>| is_over(entry, now, settings);
        // A weight is no more than the most, and more than four billion is as good as for ever.
        let weight = u32::try_from(weight).unwrap_or(u32::MAX);
        let put = self.store.put(key, hash, entry, weight, most as u64, over);
        (0..put.evicted).for_each(|_| self.count(Cached::Evicted));
        Some(put.place)
    }

    /// Stores what somebody has brought.
    pub(super) fn insert(&self, key: K, value: V, weight: usize) {
        let (hash, settings) = (self.store.hash(&Whole(&key)), self.family.settings());
        self.flights(hash).void(hash);
        let lives = settings.lifetime(false, 0);
        #[cfg(feature = "cache-backend")]
        self.save(&key, &value, lives, 0);
        let entry = new_entry(value, lives, 0, &settings);
        self.put(key, hash, entry, weight, &settings);
    }

    /// Does it here and at the second level.
    pub(super) fn act_on<Q: Key<Owned = K>>(&self, act: Act, key: &Q) -> bool {
        #[cfg(feature = "cache-backend")]
        if self.codec.is_some() && act != Act::Find {
            self.forget(&key.to_owned());
        }
        self.act(act, key)
    }

    fn act<Q: Key<Owned = K>>(&self, act: Act, key: &Q) -> bool {
        let hash = self.store.hash(key);
        let guard = self.store.guard();
        let now = clock::now().as_nanos();
        match act {
            Act::Find => {
                self.store.get(key, hash, &guard).is_some_and(|entry| now < entry.expires())
            }
            Act::Remove => {
                self.flights(hash).void(hash);
                self.store.remove(key, hash)
            }
            Act::Expire => {
                self.flights(hash).void(hash);
                let entry = self.store.get(key, hash, &guard);
                entry.inspect(|entry| entry.expire(now)).is_some()
            }
        }
    }

    pub(super) fn clear(&self) {
        self.flights.iter().for_each(Flights::void_all);
        #[cfg(feature = "cache-backend")]
        self.forget_all();
        self.store.clear();
    }
}

/// A value that has been computed just now.
pub(super) fn new_entry<V>(value: V, lives: u64, cost: u64, settings: &Settings) -> Entry<V> {
    entry(value, clock::now().as_nanos(), lives, cost, settings)
}

/// A value that has been computed before, elsewhere.
#[cfg(feature = "cache-backend")]
pub(super) fn entry_of<V>(
    value: V,
    record: &super::backend::Record,
    now: Instant,
    settings: &Settings,
) -> Entry<V> {
    let born = (now - record.age).as_nanos();
    let lives = match record.left {
        Duration::MAX => u64::MAX,
        left => (now + left).as_nanos() - born,
    };
    entry(value, born, lives, nanos(record.cost), settings)
}

fn entry<V>(value: V, born: u64, lives: u64, cost: u64, settings: &Settings) -> Entry<V> {
    let window = match settings.rule() {
        Rule::Early(early) => early.window(lives, cost),
        Rule::Own(_) => u64::MAX,
    };
    let expires = born.saturating_add(lives);
    let plain_until = match expires.saturating_sub(window) {
        u64::MAX => u64::MAX,
        // What the coarse clock may be behind by.
        until => until.saturating_sub(nanos(clock::COARSE)),
    };
    Entry::new(value, cost, born, lives, plain_until)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn stands<V>(entry: &Entry<V>, now: u64, settings: &Settings) -> Is {
    let expires = entry.expires();
    if now < expires {
        let lifetime = if entry.lives == u64::MAX { u64::MAX } else { expires - entry.born };
        let aged = Aged {
            age: Duration::from_nanos(now.saturating_sub(entry.born)),
            lifetime: if lifetime == u64::MAX {
                Duration::MAX
            } else {
                Duration::from_nanos(lifetime)
            },
            cost: Duration::from_nanos(entry.cost),
        };
        let due = match settings.rule() {
            Rule::Early(early) => early.draw(aged),
            Rule::Own(curve) => curve.is_due(aged),
        };
        return if due { Is::Due } else { Is::Fresh };
    }
    if now - expires < settings.stays(entry.lives) { Is::Stale } else { Is::Dead }
}

/// Nobody will be handed it again.
fn is_over<V>(entry: &Entry<V>, now: u64, settings: &Settings) -> bool {
    let stays = settings.stays(entry.lives).max(settings.stays_if_error());
    now >= entry.expires().saturating_add(stays)
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Kept> Member for Inner<K, V> {
    fn key(&self) -> (TypeId, &'static str) {
        (TypeId::of::<K>(), type_name::<K>())
    }

    fn len(&self) -> usize {
        self.store.len()
    }

    fn weight(&self) -> u64 {
        self.store.weight()
    }

    fn clear(&self) {
        Inner::clear(self);
    }

    fn act(&self, act: Act, key: &dyn Any) -> bool {
        let Some(key) = key.downcast_ref::<K>() else { return false };
        #[cfg(feature = "cache-backend")]
        if act != Act::Find {
            self.forget(key);
        }
        Inner::act(self, act, &Whole(key))
    }
}
