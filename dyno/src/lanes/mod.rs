//! Counters split by thread, so that threads do not wait for one another.
//!
//! A thread that counts for the first time takes a lane of its own, if there is one left, and gives
//! it back when it ends; on its own lane it needs no read-modify-write. Those that come when all
//! are taken share a few more, by compare-and-swap.

#[cfg_attr(not(feature = "breaker"), allow(dead_code))]
mod tagged;

use std::cell::Cell;
use std::sync::{Mutex, PoisonError};
use std::thread;

#[cfg_attr(not(feature = "breaker"), allow(unused_imports))]
pub(crate) use self::tagged::Split;

/// Lanes beyond the own ones, for the threads that have none.
const SHARED: usize = 4;
const MOST: usize = 128;
/// Of a thread that has not asked yet, or not any more.
const UNKNOWN: usize = usize::MAX;

/// Two cache lines, as processors fetch them, so that threads do not share them by chance.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Line<T>(pub(crate) T);

/// Where a thread counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lane {
    pub(crate) index: usize,
    /// Nobody else writes there.
    pub(crate) own: bool,
}

thread_local! {
    static INDEX: Cell<usize> = const { Cell::new(UNKNOWN) };
    // Apart from the index, which is read by every call and must not pay for a destructor.
    static TICKET: Cell<Option<Ticket>> = const { Cell::new(None) };
}

/// Own lanes: four times as many as cores, for threads that wait.
pub(crate) fn own() -> usize {
    static OWN: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *OWN.get_or_init(|| {
        let cores = thread::available_parallelism().map_or(4, usize::from);
        (4 * cores).clamp(8, MOST)
    })
}

/// How many lanes there are in all.
pub(crate) fn count() -> usize {
    own() + SHARED
}

impl Lane {
    /// That of this thread.
    #[inline]
    pub(crate) fn here() -> Self {
        let index = INDEX.get();
        if index == UNKNOWN { Self::first() } else { Self::at(index) }
    }

    /// One of a model's own.
    #[cfg(loom)]
    pub(crate) const fn of_model(index: usize) -> Self {
        Self { index, own: true }
    }

    #[inline]
    fn at(index: usize) -> Self {
        // The lanes that are shared are marked by a high bit, so that no other word is read.
        const OWNED: usize = usize::MAX >> 1;
        Self { index: index & OWNED, own: index <= OWNED }
    }

    #[cold]
    fn first() -> Self {
        let taken = lock().take(own());
        let Some(index) = taken else {
            // By the address of a thread's own word: as good as by chance.
            let place = INDEX.with(|index| std::ptr::from_ref(index).addr());
            let index = own() + (place >> 6) % SHARED;
            let lane = index | !(usize::MAX >> 1);
            // Without a ticket: it has nothing to give back.
            INDEX.set(lane);
            return Self::at(lane);
        };
        // A thread that is ending keeps no ticket, so it does without a lane of its own.
        if TICKET.try_with(|ticket| ticket.set(Some(Ticket(index)))).is_err() {
            lock().give_back(index);
            return Self { index: own(), own: false };
        }
        INDEX.set(index);
        Self::at(index)
    }
}

/// An own lane; given back when its thread ends.
struct Ticket(usize);

impl Drop for Ticket {
    fn drop(&mut self) {
        // First: what this thread may still count goes to a shared lane.
        INDEX.set(own() | !(usize::MAX >> 1));
        lock().give_back(self.0);
    }
}

/// Which own lanes are taken.
struct Taken(Vec<bool>);

static TAKEN: Mutex<Taken> = Mutex::new(Taken(Vec::new()));

fn lock() -> std::sync::MutexGuard<'static, Taken> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Taken {
    fn take(&mut self, count: usize) -> Option<usize> {
        self.0.resize(count, false);
        let index = self.0.iter().position(|taken| !taken)?;
        self.0[index] = true;
        Some(index)
    }

    fn give_back(&mut self, index: usize) {
        self.0[index] = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_its_lane_and_no_two_have_the_same() {
        let mine = Lane::here();
        assert_eq!(Lane::here(), mine);
        let other = thread::spawn(Lane::here).join().expect("joins");
        assert!(!(mine.own && other.own) || mine != other);
    }

    #[test]
    fn lanes_are_given_back_and_enough_for_any_number_of_threads() {
        // Miri takes its time.
        let (at_once, later) = if cfg!(miri) { (20, 4) } else { (300, 1000) };
        let gate = std::sync::Barrier::new(at_once);
        let lanes = thread::scope(|scope| {
            let taking: Vec<_> = (0..at_once)
                .map(|_| {
                    scope.spawn(|| {
                        let lane = Lane::here();
                        gate.wait();
                        lane
                    })
                })
                .collect();
            taking.into_iter().map(|one| one.join().expect("joins")).collect::<Vec<_>>()
        });
        assert!(lanes.iter().all(|lane| lane.index < count()));
        let mut own: Vec<_> = lanes.iter().filter(|lane| lane.own).map(|l| l.index).collect();
        let taken = own.len();
        own.sort_unstable();
        own.dedup();
        assert_eq!(own.len(), taken, "no two threads at a time have the same");
        // Threads that follow find lanes of their own again.
        let again = (0..later).filter(|_| thread::spawn(Lane::here).join().expect("joins").own);
        assert!(again.count() > 0);
    }
}
