//! What makes room for others.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "all numbers are small"
)]

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dyno::cache::{Cache, Settings};
use dyno::clock;

use crate::support::{SECOND, TEN, on_threads, shared};

#[test]
fn there_are_never_more_than_the_capacity() {
    let cache = Cache::<u64, u64>::new("bound", TEN.capacity(100));
    for key in 0..1000 {
        cache.get_or(&key, || key);
        assert_eq!(cache.len() as u64, (key + 1).min(100));
    }
    assert_eq!((cache.counts().evicted, cache.total_weight()), (900, 100));
}

#[test]
fn threads_that_insert_and_remove_leave_no_more_than_the_capacity() {
    const THREADS: usize = 8;
    for capacity in [1, 3, 64] {
        let cache = shared::<u64, u64>(TEN.capacity(capacity));
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    assert!(cache.total_weight() <= capacity as u64);
                }
            });
            on_threads(THREADS, |at| {
                let mut random = fastrand::Rng::with_seed(at as u64);
                for _ in 0..2000 {
                    let key = random.u64(..200);
                    match random.u32(..10) {
                        0 => {
                            cache.remove(&key);
                        }
                        1 => cache.insert(key, key),
                        2 if random.u32(..50) == 0 => cache.clear(),
                        _ => assert_eq!(cache.get_or(&key, || key), key),
                    }
                }
            });
            done.store(true, Ordering::Relaxed);
        });
        assert!(cache.len() <= capacity, "{} of {capacity}", cache.len());
        assert_eq!(cache.total_weight(), cache.len() as u64, "what it counts is what there is");
        // All that is there has a place, so all of it makes room.
        (1000..1000 + capacity as u64).for_each(|key| cache.insert(key, key));
        assert_eq!(cache.len(), capacity);
        assert!((0..200).filter(|key| cache.contains(key)).count() == 0 || capacity > 1);
    }
}

#[test]
fn values_may_be_weighed() {
    let cache = Cache::<u64, String>::new("weighed", TEN.capacity(100)).weight(String::len);
    let put = |key: u64, weight| drop(cache.get_or(&key, || "x".repeat(weight)));
    put(1, 40);
    put(2, 60);
    assert_eq!((cache.len(), cache.total_weight()), (2, 100));
    put(3, 1);
    assert_eq!((cache.contains(&1), cache.total_weight()), (false, 61));
    put(4, 100);
    assert_eq!((cache.len(), cache.total_weight()), (1, 100));
    // What would never fit is handed out, and makes no room.
    put(5, 101);
    assert_eq!((cache.contains(&4), cache.contains(&5)), (true, false));
    cache.insert(4, "y".repeat(10));
    assert_eq!((cache.len(), cache.total_weight()), (1, 10));
    put(6, 0);
    assert_eq!((cache.len(), cache.total_weight()), (2, 10));
    // What has been replaced is not handed out, even if its successor is not kept.
    cache.insert(4, "z".repeat(101));
    assert_eq!((cache.get(&4), cache.len(), cache.total_weight()), (None, 1, 0));
}

#[test]
fn weights_may_be_as_large_as_they_get() {
    let put = |cache: &Cache<u64, usize>, key, weight| cache.insert(key, weight);
    let cache = Cache::new("gigabytes", TEN.capacity(20 << 30)).weight(|weight| *weight);
    put(&cache, 1, 9 << 30);
    put(&cache, 2, 11 << 30);
    assert_eq!((cache.len(), cache.total_weight()), (2, 20 << 30));
    put(&cache, 3, 1);
    assert_eq!((cache.len(), cache.total_weight()), (2, (11 << 30) + 1));
    let cache = Cache::new("all", TEN.capacity(usize::MAX)).weight(|weight| *weight);
    put(&cache, 1, usize::MAX - 1);
    put(&cache, 2, usize::MAX);
    assert_eq!((cache.len(), cache.total_weight()), (1, u64::MAX));
}

#[test]
fn what_is_asked_for_stays_when_a_scan_comes_by() {
    let cache = Cache::<u64, u64>::new("scan", TEN.capacity(100));
    for _ in 0..3 {
        for key in 0..50 {
            cache.get_or(&key, || key);
        }
    }
    for key in 1000..2000 {
        cache.get_or(&key, || key);
        cache.get_or(&(key % 50), || key);
    }
    assert_eq!((0..50).filter(|key| cache.contains(key)).count(), 50);
}

/// A workload as the web has it: it keeps more of what is asked for than a queue would.
#[test]
fn it_hits_more_often_than_first_in_first_out() {
    const KEYS: usize = 10_000;
    const ROOM: usize = 500;
    let mut random = fastrand::Rng::with_seed(1);
    // Zipf with an exponent of 1, by the inverse of its sum.
    let mut key = move || {
        let at = (KEYS as f64).powf(random.f64());
        at as u64
    };
    let asked: Vec<u64> = (0..200_000).map(|_| key()).collect();
    let cache = Cache::<u64, ()>::new("zipf", TEN.capacity(ROOM));
    let (mut there, mut queue, mut hits) = (HashSet::new(), std::collections::VecDeque::new(), 0);
    for key in &asked {
        cache.get_or(key, || ());
        if there.contains(key) {
            hits += 1;
        } else {
            there.insert(*key);
            queue.push_back(*key);
            if queue.len() > ROOM {
                there.remove(&queue.pop_front().expect("it is full"));
            }
        }
    }
    let (sieve, fifo) = (cache.counts().hit as f64, f64::from(hits));
    let misses = (asked.len() as f64 - sieve) / (asked.len() as f64 - fifo);
    assert!(misses < 0.85, "{sieve} hits, {fifo} by a queue: {misses} of its misses");
}

#[test]
fn what_has_expired_for_good_goes_before_what_is_asked_for() {
    let clock = clock::freeze();
    let settings = Settings::new().ttl(10 * SECOND).capacity(10);
    let cache = Cache::<u64, u64>::new("over", settings);
    for _ in 0..2 {
        for key in 0..5 {
            cache.get_or(&key, || key);
        }
    }
    clock.advance(15 * SECOND);
    for key in 5..10 {
        cache.get_or(&key, || key);
    }
    clock.advance(5 * SECOND);
    // The first five were asked for, and are over now.
    for key in 10..15 {
        cache.get_or(&key, || key);
    }
    assert_eq!((5..15).filter(|key| cache.contains(key)).count(), 10);
}

#[test]
fn values_are_dropped_when_they_go() {
    let value = Arc::new(());
    let cache = Cache::<u64, Arc<()>>::new("dropped", TEN.capacity(10));
    for key in 0..10_000 {
        cache.insert(key, value.clone());
    }
    // Those that were removed last may wait for a batch to be full.
    assert!(Arc::strong_count(&value) < 1000, "{}", Arc::strong_count(&value));
    drop(cache);
    assert_eq!(Arc::strong_count(&value), 1);
}

/// Uses the cache whenever it is compared, hashed, cloned or dropped: a lock held meanwhile hangs.
#[derive(Debug)]
struct Uses(u64);

static USED: Cache<u64, u64> = Cache::new("used", Settings::new().capacity(2));

fn uses() {
    USED.insert(fastrand::u64(..4), 0);
}

impl Clone for Uses {
    fn clone(&self) -> Self {
        uses();
        Self(self.0)
    }
}

impl PartialEq for Uses {
    fn eq(&self, other: &Self) -> bool {
        uses();
        self.0 == other.0
    }
}

impl Eq for Uses {}

impl std::hash::Hash for Uses {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        uses();
        self.0.hash(state);
    }
}

static USERS: Cache<Uses, Uses> = Cache::new("users", Settings::new().capacity(5));

impl Drop for Uses {
    fn drop(&mut self) {
        uses();
        if self.0 > 100 {
            USERS.remove(&Uses(self.0 - 100));
        }
    }
}

#[test]
fn no_lock_is_held_while_code_of_the_users_runs() {
    on_threads(4, |at| {
        for n in 0..500 {
            let n = (n * 7 + at as u64) % 20 + if n % 3 == 0 { 100 } else { 0 };
            assert_eq!(USERS.get_or(&Uses(n), || Uses(n)).0, n);
        }
        USERS.clear();
    });
    assert!(USERS.len() <= 5);
}
