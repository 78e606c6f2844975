//! The span in force here, taken along to other threads and tasks.

use std::sync::Arc;

use super::chunk::Id;
use super::here::{self, here};
use super::store::Store;
use crate::scope::Along;

struct Current {
    store: Arc<Store>,
    node: Id,
}

impl Along for Current {
    fn enter(&self) -> u64 {
        here::enter(&self.store, self.node, &mut Vec::new())
    }

    fn leave(&self, entered: u64) {
        here::leave(entered, &mut Vec::new());
    }
}

/// What a scope takes along from here.
pub(super) fn current() -> Option<Arc<dyn Along>> {
    let visit = here()?;
    Some(Arc::new(Current { store: visit.store.clone(), node: visit.current() }))
}
