//! Points by name: a table that only grows, read without a lock.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock, PoisonError, RwLock};

use super::Spans;
use super::meter::Meter;
use crate::point::{self, Event};

/// A point, and the next one of the same place.
struct Entry {
    meter: Meter,
    next: OnceLock<&'static Entry>,
}

type Place = OnceLock<&'static Entry>;

const PLACES: usize = 256;
static TABLE: [Place; PLACES] = [const { OnceLock::new() }; PLACES];

/// How many names events may make: who names points by what comes from outside fills no memory.
pub(super) const MOST: usize = 1000;
/// Where the events of further names are counted.
pub(super) const OTHERS: &str = "(others)";
/// The point that tells of it.
const WARNS: &str = "dyno.metrics";
static MADE: AtomicUsize = AtomicUsize::new(0);
static TOLD: AtomicBool = AtomicBool::new(false);

static SPANS: RwLock<Spans> = RwLock::new(Spans::new());

/// A thread finds what it met lately without the table.
const LATELY: usize = 64;

thread_local! {
    static MET: [Cell<Option<&'static Meter>>; LATELY] = const { [const { Cell::new(None) }; LATELY] };
}

pub(super) fn set_spans(spans: Spans) {
    *SPANS.write().unwrap_or_else(PoisonError::into_inner) = spans;
}

pub(super) fn find(name: &str) -> Option<&'static Meter> {
    let mut place = place(name);
    loop {
        let entry = place.get()?;
        if entry.meter.name() == name {
            return Some(&entry.meter);
        }
        place = &entry.next;
    }
}

/// The point of this name, made if there is none yet.
pub(super) fn of(name: &str, spans: Option<Spans>) -> &'static Meter {
    let mut place = place(name);
    loop {
        // For the life of the program: counters outlive whoever counts.
        let entry = place.get_or_init(|| {
            let spans =
                spans.unwrap_or_else(|| *SPANS.read().unwrap_or_else(PoisonError::into_inner));
            Box::leak(Box::new(Entry { meter: Meter::new(name, spans), next: OnceLock::new() }))
        });
        if entry.meter.name() == name {
            return &entry.meter;
        }
        place = &entry.next;
    }
}

/// All points, by name.
pub(super) fn all() -> Vec<&'static Meter> {
    let mut all = Vec::new();
    for mut place in &TABLE {
        while let Some(entry) = place.get() {
            all.push(&entry.meter);
            place = &entry.next;
        }
    }
    all.sort_unstable_by_key(|meter| meter.name());
    all
}

/// The point at which an event of this name is counted.
#[inline]
pub(super) fn of_event(name: &str) -> &'static Meter {
    // Names of one text are seldom in two places, and two texts in one place are told apart.
    let at = (name.as_ptr().addr() >> 3 ^ name.len()) % LATELY;
    let met = MET.try_with(|met| met[at].get());
    match met {
        Ok(Some(meter)) if meter.name() == name => meter,
        _ => meet(name, at),
    }
}

#[cold]
fn meet(name: &str, at: usize) -> &'static Meter {
    let meter = find(name).or_else(|| add(name)).unwrap_or_else(others);
    let _ = MET.try_with(|met| met[at].set(Some(meter)));
    meter
}

/// A name more, unless there are too many. One at a time, as two would take two places for one name.
fn add(name: &str) -> Option<&'static Meter> {
    static ADDING: Mutex<()> = Mutex::new(());
    if MADE.load(Relaxed) == MOST {
        return None;
    }
    let _adding = ADDING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(meter) = find(name) {
        return Some(meter);
    }
    let room = |made: usize| (made < MOST).then_some(made + 1);
    MADE.fetch_update(Relaxed, Relaxed, room).ok()?;
    Some(of(name, None))
}

fn others() -> &'static Meter {
    let others = of(OTHERS, None);
    if !TOLD.swap(true, Relaxed) {
        let message = "events of more than 1000 names were counted; those of further names are counted together, as `(others)`";
        point::emit(WARNS, &Event::Warning { message });
    }
    others
}

/// FNV-1a (Fowler, Noll, Vo), on which nothing depends but the length of chains.
fn place(name: &str) -> &'static Place {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    &TABLE[usize::try_from((hash ^ (hash >> 32)) % PLACES as u64).unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn names_are_found_again_and_further_ones_are_counted_together() {
        assert!(find("table.a").is_none());
        let made = of("table.a", None);
        assert!(std::ptr::eq(made, of("table.a", None)));
        assert!(find("table.a").is_some_and(|found| std::ptr::eq(found, made)));
        assert!(std::ptr::eq(made, of_event("table.a")), "whoever made it");

        let warned = Arc::new(Mutex::new(0));
        let to = warned.clone();
        let watching = point::observe(move |point: &str, event: &Event<'_>| {
            if matches!(event, Event::Warning { .. }) && point == WARNS {
                *to.lock().expect("held briefly") += 1;
            }
        });
        let threads = 4;
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    for number in 0..MOST + 100 {
                        let name = format!("table.{number}");
                        let meter = of_event(&name);
                        assert!([name.as_str(), OTHERS].contains(&meter.name()), "{name}");
                    }
                });
            }
        });
        drop(watching);
        assert_eq!(MADE.load(Relaxed), MOST, "no name was made twice");
        assert_eq!(*warned.lock().expect("held briefly"), 1);
        // Other tests of this program may have made some of them.
        let (own, others): (Vec<_>, Vec<_>) =
            all().into_iter().partition(|meter| meter.name().starts_with("table."));
        assert!(own.len() <= MOST + 1, "{}", own.len());
        assert!(own.len() + others.len() > MOST, "{} and {}", own.len(), others.len());
        assert_eq!(of_event("table.one.more").name(), OTHERS);
        assert!(std::ptr::eq(of_event("table.a"), made), "those that are known stay");
    }
}
