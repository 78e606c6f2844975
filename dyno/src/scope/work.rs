//! What a thread or task is a part of: it travels with the scope, but is not in force.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use super::active;
use super::frame::Item;

thread_local! {
    pub(super) static WITHIN: RefCell<Option<Work>> = const { RefCell::new(None) };
}

/// What a thread or task is a part of, and whether that waits for it.
#[derive(Clone)]
pub(super) struct Work {
    pub(super) item: Item,
    pub(super) waits: bool,
}

/// The work that this thread or task is a part of: it travels with the scope, but is not in force.
/// The flag says that the work is known to wait for it; a thread may have been started to go on.
#[cfg_attr(not(feature = "registry"), allow(dead_code))]
pub(crate) fn within() -> Option<(Arc<dyn Any + Send + Sync>, bool)> {
    work().map(|work| (work.item, work.waits))
}

pub(super) fn work() -> Option<Work> {
    if active() { WITHIN.with_borrow(Clone::clone) } else { None }
}

/// Runs `f` as a part of `work`.
#[cfg_attr(not(feature = "registry"), allow(dead_code))]
pub(crate) fn run_within<R>(work: Arc<dyn Any + Send + Sync>, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Work>);
    impl Drop for Restore {
        fn drop(&mut self) {
            let _outside_of_the_borrow = WITHIN.replace(self.0.take());
        }
    }
    let work = Work { item: work, waits: true };
    let _restore = Restore(WITHIN.replace(Some(work)));
    f()
}
