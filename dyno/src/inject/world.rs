//! The instances of the program, and of an isolated part of it.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::cell::{Cells, Home};
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

/// What was built, in the order of completion.
#[derive(Debug, Default)]
pub(super) struct Instances(Mutex<Vec<Instance>>);

/// Something built, that may want to be stopped.
pub(super) struct Instance {
    /// Its place in the order of completion.
    pub(super) order: u64,
    pub(super) provider: &'static str,
    /// Where its value is, by address.
    cell: usize,
    pub(super) stop: Box<dyn FnOnce() -> Option<Ending> + Send>,
}

/// How an instance is being stopped.
pub(super) enum Ending {
    Done(StopResult),
    Going(Stopping<'static>),
}

pub(super) static PROGRAM: Instances = Instances(Mutex::new(Vec::new()));

impl Instances {
    /// Adds what is about to land; of two builds that land in one place the later one counts.
    pub(super) fn add(&self, slot: &'static Core, home: &Home) {
        static ORDER: AtomicU64 = AtomicU64::new(0);
        let order = ORDER.fetch_add(1, Ordering::Relaxed);
        let cell = std::ptr::from_ref(home.cell()).addr();
        let instance = Instance { order, provider: slot.name, cell, stop: stopper(slot, home) };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|known| known.cell != cell);
        all.push(instance);
    }

    pub(super) fn take(&self) -> Vec<Instance> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Instances of a scope are not kept alive for their stop hook: they die with the scope.
fn stopper(slot: &'static Core, home: &Home) -> Box<dyn FnOnce() -> Option<Ending> + Send> {
    match *home {
        Home::Global(cell) => Box::new(move || {
            let value = cell.flight.ready()?.clone();
            slot.stop.get().map(|stop| stop(value))
        }),
        Home::Scoped(ref cell) => {
            let cell = Arc::downgrade(cell);
            Box::new(move || {
                let value = cell.upgrade()?.flight.ready()?.clone();
                slot.stop.get().map(|stop| stop(value))
            })
        }
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
