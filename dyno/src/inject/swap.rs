//! A fake in place of a provider, for one test.
//!
//! The override holds for this thread, or for all threads of the test that this thread leads, and
//! for what carries their [`Scope`](crate::Scope). What was built before from the real provider
//! does not count inside, and what is built inside from the fake dies with the override: nothing
//! leaks, under parallel `cargo test` too.
//!
//! ```
//! # struct Db(&'static str);
//! # #[derive(Debug)] struct DbError;
//! # impl std::fmt::Display for DbError {
//! #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("db") }
//! # }
//! # impl std::error::Error for DbError {}
//! fn open_db() -> Result<Db, DbError> { Ok(Db("shop.db")) }
//!
//! let fake = dyno::swap(open_db, || Ok(Db(":memory:")));
//! // … every function with `#[inject(db = open_db)]` gets the fake …
//! drop(fake);
//! ```

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::cell::Cells;
use super::force::{Special, next_id};
use super::recipe::StandsFor;
use super::slot::zero_sized;
use super::strict::is_strict;
use super::world::Instances;
use crate::point::{Event, emit, plain_path};
use crate::registry::flight::Reads;
use crate::scope::{self, Pushed, Scope};

/// Puts `fake` in the place of `provider` until the guard is dropped.
///
/// The fake returns what the provider returns. That of an async provider may be async itself, or
/// return the output as it is; it is then to be had in blocking functions too.
#[must_use = "the provider is back when the guard is dropped"]
pub fn swap<F, O, K, R, M>(provider: F, fake: K) -> Swap
where
    F: Fn() -> O + Send + Sync + 'static,
    K: Fn() -> R + Send + Sync + 'static,
    R: StandsFor<O, M>,
{
    const { zero_sized::<F>() };
    drop(provider);
    let swap = Arc::new(Override {
        provider: TypeId::of::<F>(),
        id: next_id(),
        fake: Box::new(R::fake(fake)),
        cells: Cells::default(),
        known: Mutex::default(),
        instances: Instances::default(),
        down: AtomicBool::new(false),
        _special: Special::new(),
    });
    let (id, provider) = (swap.id, swap.provider);
    let item = swap.clone();
    let pushed = if scope::leads_test() { scope::push(item) } else { scope::push_here(item) };
    let scope = Scope::current();
    if let Some(test) = scope.test() {
        let name = plain_path(type_name::<F>());
        live().push(Live { id, provider, name, test, scope, told: false });
        LIVE_COUNT.fetch_add(1, Ordering::Relaxed);
    }
    Swap { swap, _pushed: pushed }
}

/// Puts the provider back when dropped; stays on its thread.
pub struct Swap {
    swap: Arc<Override>,
    _pushed: Pushed,
}

impl Drop for Swap {
    fn drop(&mut self) {
        self.swap.cells.clear();
        let mut all = live();
        if let Some(at) = all.iter().position(|it| it.id == self.swap.id) {
            LIVE_COUNT.fetch_sub(1, Ordering::Relaxed);
            let gone = all.swap_remove(at);
            drop(all);
            drop(gone);
        }
    }
}

impl fmt::Debug for Swap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Swap({})", self.swap.id)
    }
}

/// A stand-in and all that was built with it.
pub(super) struct Override {
    pub(super) provider: TypeId,
    pub(super) id: u64,
    /// A `Fake` of what the provider returns.
    pub(super) fake: Box<dyn Any + Send + Sync>,
    pub(super) cells: Cells,
    /// What the fake has read, for each slot of the provider.
    known: Mutex<HashMap<usize, Reads>>,
    pub(super) instances: Instances,
    pub(super) down: AtomicBool,
    _special: Special,
}

impl Override {
    /// What a build of the fake for this slot has ever read, and the provider itself.
    pub(super) fn known(&self, slot: usize) -> Reads {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reads = known.get(&slot).cloned().unwrap_or_default();
        reads.insert(self.provider);
        reads
    }

    pub(super) fn learn(&self, slot: usize, reads: &Reads) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(slot).or_default().extend(reads);
    }
}

/// A stand-in of a test that still runs.
struct Live {
    id: u64,
    provider: TypeId,
    name: String,
    test: &'static str,
    scope: Scope,
    told: bool,
}

static LIVE: Mutex<Vec<Live>> = Mutex::new(Vec::new());
static LIVE_COUNT: AtomicUsize = AtomicUsize::new(0);

fn live() -> std::sync::MutexGuard<'static, Vec<Live>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread outside of every test asks for a provider that a test has replaced: it gets the real
/// one, and somebody should know.
///
/// # Panics
/// Where the test is [strict](crate::inject::strict).
pub(super) fn missed(provider: TypeId) {
    if LIVE_COUNT.load(Ordering::Relaxed) == 0 || Scope::current().test().is_some() {
        return;
    }
    let mut all = live();
    let Some(swap) = all.iter_mut().find(|it| it.provider == provider) else { return };
    let first = !std::mem::replace(&mut swap.told, true);
    let (name, test, scope) = (swap.name.clone(), swap.test, swap.scope.clone());
    drop(all);
    let strict = scope.run(is_strict);
    if !first && !strict {
        return;
    }
    let message = format!(
        "a thread outside of the test `{test}` asked for `{name}`, which the test has swapped, and \
         got the real one; start the thread with `dyno::spawn`, or carry `dyno::Scope::current()` \
         into it"
    );
    if first {
        eprintln!("dyno: {message}");
        emit(&name, &Event::Warning { message: &message });
    }
    assert!(!strict, "{message}");
}
