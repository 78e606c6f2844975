//! The instances of the program, and of an isolated part of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::cell::{Cell, Cells, Home};
use super::force::{Special, next_id};
use super::kept::{Kept, given};
use super::slot::Core;
use super::stop::{Stop, StopResult, Stopping};
use crate::scope::{self, Pushed};

/// Instances of one's own: nothing built outside is seen inside, and the other way round.
#[derive(Debug)]
pub(super) struct World {
    pub(super) id: u64,
    pub(super) cells: Cells,
    pub(super) instances: Instances,
    pub(super) down: AtomicBool,
    _special: Special,
}

/// What one test has built from what the registry built for it.
#[derive(Debug, Default)]
pub(super) struct OfTest {
    pub(super) cells: Cells,
    pub(super) instances: Instances,
    pub(super) down: AtomicBool,
}

/// Gives this thread, or the test that it leads, instances of its own until the guard is dropped.
///
/// Every provider is asked anew, and [`shutdown`](crate::shutdown) stops what was built inside and
/// nothing else.
///
/// ```
/// fn number() -> u32 { 7 }
/// let world = dyno::inject::isolated();
/// // … builds, shut-downs …
/// drop(world);
/// ```
#[must_use = "the isolation ends when the guard is dropped"]
pub fn isolated() -> Isolated {
    let world = Arc::new(World {
        id: next_id(),
        cells: Cells::default(),
        instances: Instances::default(),
        down: AtomicBool::new(false),
        _special: Special::new(),
    });
    let item = world.clone();
    let pushed = if scope::leads_test() { scope::push(item) } else { scope::push_here(item) };
    Isolated { world, _pushed: pushed }
}

/// Ends the isolation when dropped.
pub struct Isolated {
    world: Arc<World>,
    _pushed: Pushed,
}

impl Drop for Isolated {
    fn drop(&mut self) {
        self.world.cells.clear();
    }
}

impl fmt::Debug for Isolated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Isolated")
    }
}

/// What was built, by the address of where it is.
#[derive(Debug)]
pub(super) struct Instances(Mutex<Roll>);

#[derive(Debug)]
struct Roll {
    by_cell: BTreeMap<usize, Instance>,
    /// So many, and those that are gone are struck off: as often as their number doubles.
    full: usize,
}

/// Something built, that may want to be stopped.
pub(super) struct Instance {
    /// Its place in the order of completion.
    pub(super) order: u64,
    pub(super) provider: &'static str,
    slot: &'static Core,
    stay: Stay,
}

/// Instances of a scope are not kept alive for their stop hook: they die with the scope.
enum Stay {
    Global(&'static Cell, Arc<Kept>),
    Scoped(Weak<Cell>, Weak<Kept>),
}

/// How an instance is being stopped.
pub(super) enum Ending {
    Done(StopResult),
    Going(Stopping<'static>),
}

pub(super) static PROGRAM: Instances = Instances::new();

/// It is not worth looking for less.
const FEW: usize = 64;

impl Instances {
    const fn new() -> Self {
        Self(Mutex::new(Roll { by_cell: BTreeMap::new(), full: FEW }))
    }

    /// Adds what is about to land, unless all that was added before is being stopped already; of
    /// two builds that land in one place the later one counts.
    #[must_use]
    pub(super) fn add(
        &self,
        slot: &'static Core,
        home: &Home,
        value: &Arc<Kept>,
        is_down: impl FnOnce() -> bool,
    ) -> bool {
        static ORDER: AtomicU64 = AtomicU64::new(0);
        let cell = std::ptr::from_ref(home.cell()).addr();
        let stay = match home {
            Home::Global(cell) => Stay::Global(cell, value.clone()),
            Home::Scoped(cell) => Stay::Scoped(Arc::downgrade(cell), Arc::downgrade(value)),
        };
        let mut roll = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever shuts down says so before taking all: this one is taken with them, or sees it.
        if is_down() {
            return false;
        }
        let order = ORDER.fetch_add(1, Ordering::Relaxed);
        let instance = Instance { order, provider: slot.name, slot, stay };
        let replaced = roll.by_cell.insert(cell, instance);
        if roll.by_cell.len() >= roll.full {
            roll.by_cell.retain(|_, instance| instance.is_there());
            roll.full = (roll.by_cell.len() * 2).max(FEW);
        }
        drop(roll);
        drop(replaced);
        true
    }

    pub(super) fn take(&self) -> Vec<Instance> {
        let mut roll = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut roll.by_cell).into_values().collect()
    }
}

impl Default for Instances {
    fn default() -> Self {
        Self::new()
    }
}

impl Instance {
    fn is_there(&self) -> bool {
        match &self.stay {
            Stay::Global(..) => true,
            Stay::Scoped(cell, value) => cell.strong_count() > 0 || value.strong_count() > 0,
        }
    }

    /// Stops what has landed, or is about to.
    pub(super) fn stop(self) -> Option<Ending> {
        let stop = self.slot.stop.get()?;
        let landed = |cell: &Cell| cell.flight.ready().cloned();
        let value = match self.stay {
            Stay::Global(cell, value) => landed(cell).unwrap_or(value),
            Stay::Scoped(cell, value) => {
                cell.upgrade().and_then(|cell| landed(&cell)).or_else(|| value.upgrade())?
            }
        };
        Some(stop(value))
    }
}

/// What stops a value, whatever its type.
pub(super) type Hook = Box<dyn Fn(Arc<Kept>) -> Ending + Send + Sync>;

/// The hook of a value of this type.
pub(super) fn hook<T: ?Sized + Send + Sync + 'static>(stop: Stop<T>) -> Hook {
    Box::new(move |kept| {
        let value = given::<T>(&*kept).clone();
        match stop {
            Stop::Now(hook) => Ending::Done(hook(&value)),
            Stop::Later(hook) => Ending::Going(Box::pin(async move { hook(&value).await })),
        }
    })
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instance({}, {})", self.order, self.provider)
    }
}

#[cfg(test)]
mod tests {
    use super::super::slot::Slot;
    use super::*;

    #[test]
    fn what_is_gone_is_struck_off() {
        let slot = &Slot::<u8>::tagged(Some("world.test")).core;
        let instances = Instances::new();
        let value: Arc<Kept> = Arc::new(Arc::new(1_u8));
        let stays = Home::Scoped(Arc::new(Cell::new()));
        assert!(instances.add(slot, &stays, &value, || false));
        for n in 0..1_000_u32 {
            let (gone, value): (_, Arc<Kept>) = (Home::Scoped(Arc::new(Cell::new())), Arc::new(n));
            assert!(instances.add(slot, &gone, &value, || false));
        }
        let all = instances.take();
        assert!(all.len() <= FEW, "{}", all.len());
        assert_eq!(all.iter().filter(|it| it.is_there()).count(), 1);
    }

    #[test]
    fn nothing_is_added_to_what_is_shut_down() {
        let slot = &Slot::<u8>::tagged(Some("world.test")).core;
        let instances = Instances::new();
        let value: Arc<Kept> = Arc::new(Arc::new(1_u8));
        let home = Home::Scoped(Arc::new(Cell::new()));
        assert!(!instances.add(slot, &home, &value, || true));
        assert!(instances.take().is_empty());
    }
}
