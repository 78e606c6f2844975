//! A value that expires again and again, while many threads want it.

// What the attribute makes of them reads the keys.
#![allow(clippy::used_underscore_binding)]

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use benches::{Bars, Section, Table, quick};
use cached::macros::cached;
use dyno::cache;

use super::value;
use crate::leak;

const THREADS: u64 = 64;
/// How long a computation takes.
const WORK: Duration = Duration::from_millis(20);
const TTL: Duration = Duration::from_millis(400);
/// What a thread does between two calls.
const PAUSE: Duration = Duration::from_millis(1);
/// A caller that takes longer has waited for a computation, or made it.
const SLOW: Duration = Duration::from_millis(10);
const KEY: u64 = 7;

const FLOOR: &str = "floor: nothing expires";
/// What is judged.
const BEST: &str = "dyno: `#[cache(early = xfetch, refresh = background)]`";

pub(super) fn run(section: &mut Section, bars: &mut Bars) {
    let lifetimes = if quick() { 2 } else { 20 };
    let about = format!(
        "{THREADS} threads ask for one value, each once a millisecond, for {lifetimes} lifetimes of \
         {} ms; it takes {} ms to compute. Wall time: the floor shows what callers wait for a \
         processor.",
        TTL.as_millis(),
        WORK.as_millis()
    );
    section.heading("Cache, a stampede", &about);
    let columns = [
        "policy",
        "computations per lifetime",
        "callers slower than 10 ms",
        "p99.9 in µs",
        "calls",
    ];
    let mut table = Table::new(&columns);
    for (name, call) in contenders() {
        let ran = measure(&*call, lifetimes);
        if name == BEST {
            judge(bars, &ran);
        }
        table.row(&[
            name.to_owned(),
            format!("{:.2}", ran.computations),
            ran.slow.to_string(),
            format!("{:.0}", ran.late),
            ran.calls.to_string(),
        ]);
    }
    section.add(&table);
}

#[expect(clippy::cast_precision_loss, reason = "a count of callers is far below 2^52")]
fn judge(bars: &mut Bars, ran: &Ran) {
    let what = "stampede, xfetch, in the background";
    bars.at_most(&format!("{what}, callers slower than 10 ms"), 0.0, ran.slow as f64, "");
    let computed = ran.computations;
    bars.at_most(&format!("{what}, computations per lifetime"), 1.6, computed, "");
}

/// What came of a run.
struct Ran {
    /// For each lifetime.
    computations: f64,
    slow: usize,
    /// The 99.9th percentile, in microseconds.
    late: f64,
    calls: usize,
}

type Call = Box<dyn Fn() -> u64 + Sync>;

fn contenders() -> Vec<(&'static str, Call)> {
    let mut all: Vec<(&'static str, Call)> = vec![(FLOOR, Box::new(|| value(KEY)))];
    all.push(("dyno: `#[cache]`", Box::new(|| plain(KEY))));
    all.push(("dyno: `#[cache(early = none)]`", Box::new(|| late(KEY))));
    all.push(("dyno: `#[cache(early = linear)]`", Box::new(|| linear(KEY))));
    all.push((BEST, Box::new(|| refreshed(KEY))));
    all.push(("by hand: TTL", Box::new(by_hand)));
    all.push(("cached: `#[cached(ttl_millis)]`", Box::new(|| remembered(KEY))));
    all.push(("cached: `sync_writes = \"by_key\"`", Box::new(|| remembered_once(KEY))));
    let moka = || leak(moka::sync::Cache::builder().time_to_live(TTL).build());
    let cache = moka();
    all.push((
        "moka: get, insert",
        Box::new(move || {
            cache.get(&KEY).unwrap_or_else(|| {
                let value = computed();
                cache.insert(KEY, value);
                value
            })
        }),
    ));
    let cache = moka();
    all.push(("moka: `get_with`", Box::new(move || cache.get_with(KEY, computed))));
    all
}

#[cache(ttl = 400ms)]
fn plain(_key: u64) -> u64 {
    computed()
}

#[cache(ttl = 400ms, early = none)]
fn late(_key: u64) -> u64 {
    computed()
}

#[cache(ttl = 400ms, early = linear)]
fn linear(_key: u64) -> u64 {
    computed()
}

#[cache(ttl = 400ms, early = xfetch, refresh = background)]
fn refreshed(_key: u64) -> u64 {
    computed()
}

fn by_hand() -> u64 {
    static STORE: RwLock<Option<HashMap<u64, (u64, Instant)>>> = RwLock::new(None);
    let found = STORE.read().unwrap_or_else(PoisonError::into_inner);
    let alive = found.as_ref().and_then(|map| map.get(&KEY)).filter(|it| it.1 > Instant::now());
    if let Some((value, _)) = alive {
        return *value;
    }
    drop(found);
    let value = computed();
    let mut store = STORE.write().unwrap_or_else(PoisonError::into_inner);
    store.get_or_insert_default().insert(KEY, (value, Instant::now() + TTL));
    value
}

#[cached(ttl_millis = 400)]
fn remembered(_key: u64) -> u64 {
    computed()
}

#[cached(ttl_millis = 400, sync_writes = "by_key")]
fn remembered_once(_key: u64) -> u64 {
    computed()
}

static COMPUTED: AtomicU64 = AtomicU64::new(0);

/// What a value costs.
fn computed() -> u64 {
    COMPUTED.fetch_add(1, Ordering::Relaxed);
    thread::sleep(WORK);
    value(KEY)
}

#[expect(clippy::cast_precision_loss, reason = "counts of computations are far below 2^52")]
fn measure(call: &(dyn Fn() -> u64 + Sync), lifetimes: u32) -> Ran {
    assert_eq!(call(), value(KEY));
    COMPUTED.store(0, Ordering::Relaxed);
    let end = Instant::now() + TTL * lifetimes;
    let mut took: Vec<Duration> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| ask(call, end))).collect();
        threads.into_iter().flat_map(|it| it.join().expect("no caller panics")).collect()
    });
    let computations = COMPUTED.load(Ordering::Relaxed) as f64 / f64::from(lifetimes);
    took.sort_unstable();
    let slow = took.len() - took.partition_point(|it| *it <= SLOW);
    let late = took[(took.len() * 999).div_ceil(1000) - 1].as_secs_f64() * 1e6;
    Ran { computations, slow, late, calls: took.len() }
}

/// How long each of a thread's calls took.
fn ask(call: &(dyn Fn() -> u64 + Sync), end: Instant) -> Vec<Duration> {
    let mut took = Vec::new();
    while Instant::now() < end {
        let begun = Instant::now();
        assert_eq!(call(), value(KEY));
        took.push(begun.elapsed());
        thread::sleep(PAUSE);
    }
    took
}
