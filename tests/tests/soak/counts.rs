//! What came of all calls.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// How often what came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts(BTreeMap<&'static str, u64>);

impl Counts {
    pub(crate) fn add(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(crate) fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or(0)
    }

    pub(crate) fn all(&self) -> u64 {
        self.0.values().sum()
    }
}

/// The same, counted by many tasks of one thread.
#[derive(Debug, Default)]
pub(crate) struct Tally(RefCell<Counts>);

impl Tally {
    pub(crate) fn add(&self, what: &'static str) {
        self.0.borrow_mut().add(what);
    }

    pub(crate) fn counts(&self) -> Counts {
        self.0.borrow().clone()
    }
}
