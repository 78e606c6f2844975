//! The instances of the program, and of an isolated part of it.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::cell::{Cells, Home};
use super::force::{Special, next_id};
use super::slot::Slot;
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
    Isolated(if scope::leads_test() { scope::push(world) } else { scope::push_here(world) })
}

/// Ends the isolation when dropped.
pub struct Isolated(#[expect(dead_code, reason = "held for its drop")] Pushed);

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
    pub(super) stop: Box<dyn FnOnce() -> Option<Ending> + Send>,
}

/// How an instance is being stopped.
pub(super) enum Ending {
    Done(StopResult),
    Going(Stopping<'static>),
}

pub(super) static PROGRAM: Instances = Instances(Mutex::new(Vec::new()));

impl Instances {
    /// The next place in the order of completion; taken before anybody can see the value.
    pub(super) fn next() -> u64 {
        static ORDER: AtomicU64 = AtomicU64::new(0);
        ORDER.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn add<T>(&self, order: u64, slot: &'static Slot<T>, home: &Home<T>)
    where
        T: ?Sized + Send + Sync + 'static,
    {
        let stop = stopper(slot, home);
        let instance = Instance { order, provider: slot.name, stop };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(instance);
    }

    pub(super) fn take(&self) -> Vec<Instance> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Instances of a scope are not kept alive for their stop hook: they die with the scope.
fn stopper<T>(slot: &'static Slot<T>, home: &Home<T>) -> Box<dyn FnOnce() -> Option<Ending> + Send>
where
    T: ?Sized + Send + Sync + 'static,
{
    match *home {
        Home::Global(cell) => Box::new(move || {
            let value = cell.flight.ready()?.clone();
            slot.stop.get().map(|stop| end(*stop, value))
        }),
        Home::Scoped(ref cell) => {
            let cell = Arc::downgrade(cell);
            Box::new(move || {
                let value = cell.upgrade()?.flight.ready()?.clone();
                slot.stop.get().map(|stop| end(*stop, value))
            })
        }
    }
}

fn end<T: ?Sized + Send + Sync + 'static>(stop: Stop<T>, value: Arc<T>) -> Ending {
    match stop {
        Stop::Now(hook) => Ending::Done(hook(&value)),
        Stop::Later(hook) => Ending::Going(Box::pin(async move { hook(&value).await })),
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instance({}, {})", self.order, self.provider)
    }
}
