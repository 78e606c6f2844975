//! A call of a small function that reads a field of its dependency, by every way to get at it.

use std::hint::black_box;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use benches::{Bars, Laps, Race, Section, Table, awaits, calls, ns};
use dyno::{Registry, inject};
use tokio::sync::OnceCell;

use crate::peers;

/// What is injected.
#[derive(Clone)]
pub(crate) struct Db {
    pub(crate) id: u64,
}

pub(crate) fn connect() -> Db {
    Db { id: black_box(7) }
}

fn connect_other() -> Db {
    Db { id: black_box(8) }
}

async fn connect_async() -> Db {
    Db { id: black_box(7) }
}

static DB: OnceLock<Db> = OnceLock::new();
static DB_ASYNC: OnceCell<Db> = OnceCell::const_new();
static DB_ARC: OnceLock<Arc<Db>> = OnceLock::new();

#[inline(never)]
fn by_reference(db: &Db, x: u64) -> u64 {
    db.id + x
}

#[inline(never)]
fn by_once_lock(x: u64) -> u64 {
    DB.get_or_init(connect).id + x
}

#[inline(never)]
fn by_once_lock_of_arc(x: u64) -> u64 {
    DB_ARC.get_or_init(|| Arc::new(connect())).id + x
}

#[inject(db = connect)]
#[inline(never)]
fn by_inject(db: &Db, x: u64) -> u64 {
    db.id + x
}

#[inject(db = connect)]
#[inline(never)]
fn by_inject_arc(db: Arc<Db>, x: u64) -> u64 {
    db.id + x
}

#[inject(a = connect, b = connect_other)]
#[inline(never)]
fn by_inject_two(a: &Db, b: &Db, x: u64) -> u64 {
    a.id + b.id + x
}

#[inject(db = tag("primary"), on_error = panic)]
#[inline(never)]
fn by_tag(db: &Db, x: u64) -> u64 {
    db.id + x
}

#[inline(never)]
fn by_arc_swap(db: &ArcSwap<Db>, x: u64) -> u64 {
    db.load().id + x
}

async fn by_once_cell_async(x: u64) -> u64 {
    DB_ASYNC.get_or_init(connect_async).await.id + x
}

#[inject(db = connect_async.await)]
async fn by_inject_async(db: &Db, x: u64) -> u64 {
    db.id + x
}

const REFERENCE: &str = "floor: `&'static`";
const ONCE_LOCK: &str = "floor: `OnceLock`";
const ARC_SWAP: &str = "floor: one `ArcSwap` load";
const ASYNC: &str = "floor: async, tokio's `OnceCell`";
const FIXED: &str = "dyno: fixed";
const TAGGED: &str = "dyno: by type and tag";
const FIXED_ASYNC: &str = "dyno: async, fixed";

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    section.heading(
        "A call with a singleton",
        "The function reads a field of what it is handed and is never inlined. On two threads each \
         makes the same calls at the same moment: wall time per call of either.",
    );
    Registry::global().set("primary", connect().into()).expect("the registry is open");
    let db: &'static Db = Box::leak(Box::new(connect()));
    let swappable = ArcSwap::from_pointee(connect());
    let containers = peers::Containers::new();

    let mut race = Race::new();
    race.enter(REFERENCE, calls!(by_reference(black_box(db), black_box(1))));
    race.enter(ONCE_LOCK, calls!(by_once_lock(black_box(1))));
    race.enter("floor: `OnceLock` of an `Arc`", calls!(by_once_lock_of_arc(black_box(1))));
    race.enter(FIXED, calls!(by_inject(black_box(1))));
    race.enter("dyno: two fixed", calls!(by_inject_two(black_box(1))));
    race.enter("dyno: fixed, as an `Arc`", calls!(by_inject_arc(black_box(1))));
    race.enter(ARC_SWAP, calls!(by_arc_swap(&swappable, black_box(1))));
    race.enter(TAGGED, calls!(by_tag(black_box(1))));
    race.enter(ASYNC, awaits!(by_once_cell_async(black_box(1))));
    race.enter(FIXED_ASYNC, awaits!(by_inject_async(black_box(1))));
    containers.enter(&mut race);
    let (alone, pairs) = (race.run(), race.run_in_pairs());
    let once_lock = find(&alone, ONCE_LOCK);
    let mut table = Table::new(&["way", "min", "median", "over `OnceLock`", "two threads"]);
    for (laps, pair) in alone.iter().zip(&pairs) {
        let over = laps.over(once_lock);
        let figures = [laps.min(), laps.median(), over, pair.median()].map(ns);
        let [min, median, over, pair] = figures;
        table.row(&[laps.name.clone(), min, median, over, pair]);
    }
    section.add(&table);
    under_swap(section);

    let over = |name, floor| find(&alone, name).over(find(&alone, floor));
    bars.at_most("fixed, over a `OnceLock` read", 1.0, over(FIXED, ONCE_LOCK), "ns");
    bars.at_most("fixed, over a `&'static`", 1.0, over(FIXED, REFERENCE), "ns");
    bars.at_most("async, fixed, over tokio's `OnceCell`", 1.0, over(FIXED_ASYNC, ASYNC), "ns");
    bars.at_most("by tag, over an `ArcSwap` load", 2.0, over(TAGGED, ARC_SWAP), "ns");
}

/// Apart from the others: while a test has swapped something, every call looks twice.
fn under_swap(section: &mut Section) {
    section.heading("The same call while a test has swapped a provider", "");
    let mut race = Race::new();
    race.enter("dyno: the same one under `swap`", |times| {
        let _swap = dyno::swap(connect, connect_other);
        calls!(by_inject(black_box(1)))(times);
    });
    race.enter("dyno: another one under `swap`", |times| {
        let _swap = dyno::swap(connect_other, connect);
        calls!(by_inject(black_box(1)))(times);
    });
    let mut table = Table::new(&["way", "min", "median"]);
    for laps in race.run() {
        table.row(&[laps.name.clone(), ns(laps.min()), ns(laps.median())]);
    }
    section.add(&table);
}

/// The laps of a contender.
fn find<'a>(laps: &'a [Laps], name: &str) -> &'a Laps {
    laps.iter().find(|laps| laps.name == name).expect("a contender of this name")
}
