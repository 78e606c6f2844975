//! What is in force for a build here: stand-ins, an isolated world, a tenant's registry.

use std::any::TypeId;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::cell::Under;
use super::slot::RegistryRead;
use super::swap::Override;
use super::world::{OfTest, World};
use crate::registry::Registry;
use crate::registry::flight::Reads;
use crate::scope;

/// How many things live that can change where a value is found.
static SPECIAL: AtomicUsize = AtomicUsize::new(0);

/// Counts in [`SPECIAL`] while it lives.
#[derive(Debug)]
pub(super) struct Special(());

impl Special {
    pub(super) fn new() -> Self {
        SPECIAL.fetch_add(1, Ordering::Relaxed);
        Self(())
    }

    /// `true` while any of them lives in the program.
    pub(super) fn any() -> bool {
        SPECIAL.load(Ordering::Relaxed) != 0
    }
}

impl Drop for Special {
    fn drop(&mut self) {
        SPECIAL.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A number no other stand-in, world or registry has.
pub(super) fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[derive(Default)]
pub(super) struct Force {
    /// Innermost first, and of two for one provider only the inner one.
    pub(super) swaps: Vec<Arc<Override>>,
    pub(super) world: Option<Arc<World>>,
    /// The registry entered, unless it is the global one.
    pub(super) registry: Option<Registry>,
}

impl Force {
    pub(super) fn here() -> Self {
        if !scope::active() || scope::Scope::current().is_empty() {
            return Self::default();
        }
        let registry = Some(Registry::current()).filter(|registry| !registry.is_global());
        if !Special::any() {
            return Self { registry, ..Self::default() };
        }
        let mut swaps: Vec<Arc<Override>> = Vec::new();
        scope::find(|swap: &Arc<Override>| -> Option<()> {
            if !swaps.iter().any(|inner| inner.provider == swap.provider) {
                swaps.push(swap.clone());
            }
            None
        });
        let world = scope::find(|world: &Arc<World>| Some(world.clone()));
        Self { swaps, world, registry }
    }

    /// `true` when something that had a say in what has read these is over by now, as `here` tells:
    /// the value came too late for its scope, and is nobody else's.
    pub(super) fn is_over(&self, here: &Self, provider: TypeId, reads: &Reads) -> bool {
        let had_a_say =
            |swap: &&Arc<Override>| swap.provider == provider || reads.contains(&swap.provider);
        let still = |swap: &Arc<Override>| here.swaps.iter().any(|it| it.id == swap.id);
        let id = |force: &Self| force.world.as_ref().map(|world| world.id);
        self.swaps.iter().filter(had_a_say).any(|swap| !still(swap)) || id(self) != id(here)
    }

    pub(super) fn swap_of(&self, provider: TypeId) -> Option<&Arc<Override>> {
        self.swaps.iter().find(|swap| swap.provider == provider)
    }

    /// The innermost stand-in that has a say in what has read these.
    pub(super) fn taint(&self, reads: &Reads) -> Option<&Arc<Override>> {
        self.swaps.iter().find(|swap| reads.contains(&swap.provider))
    }

    /// The registry, where it has a say in what has read these.
    pub(super) fn tenant(&self, reads: &Reads) -> Option<&Registry> {
        self.registry.as_ref().filter(|_| reads.contains(&RegistryRead::mark()))
    }

    /// What the test in force keeps, where these were read from a registry that outlives it: the
    /// registry builds anew for each test.
    pub(super) fn test(&self, reads: &Reads) -> Option<Arc<OfTest>> {
        let own = self.registry.as_ref().is_some_and(Registry::is_of_this_test);
        if own || !reads.contains(&RegistryRead::mark()) { None } else { scope::of_test() }
    }

    /// All that has a say in what has read these.
    pub(super) fn under(&self, reads: &Reads) -> Under {
        let swaps = self.swaps.iter().filter(|swap| reads.contains(&swap.provider));
        let mut under: Under = swaps.map(|swap| (swap.provider, swap.id)).collect();
        if let Some(world) = &self.world {
            under.push((TypeId::of::<World>(), world.id));
        }
        if let Some(registry) = self.tenant(reads) {
            let mark = RegistryRead::mark();
            let id = registry.local(mark, || RegistryId(next_id()));
            under.push((mark, id.0));
        }
        under.sort_unstable();
        under
    }
}

/// `job` for a worker, in the registry of this task: it is entered for each poll alone, and the
/// worker goes on between them.
pub(super) fn carried<R>(job: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let registry = Force::here().registry;
    move || match registry {
        Some(registry) => registry.scope(job),
        None => job(),
    }
}

/// Tells one registry from another.
struct RegistryId(u64);
