//! What builds have been seen to read.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A provider's one value.
    Provider,
    /// A provider's value of the registry in force.
    Registry,
    /// Something registered.
    Tag,
    /// A new value for the call.
    Call,
}

/// A build of the first has read the second.
pub(super) type Read = (&'static str, &'static str, Kind);

static OBSERVED: Mutex<BTreeSet<Read>> = Mutex::new(BTreeSet::new());

pub(super) fn note(reader: &'static str, read: &'static str, kind: Kind) {
    let mut observed = OBSERVED.lock().unwrap_or_else(PoisonError::into_inner);
    observed.insert((reader, read, kind));
}

/// As [`note`], for a name that is not kept anywhere yet.
pub(super) fn note_new(reader: &'static str, read: &str, kind: Kind) {
    let mut observed = OBSERVED.lock().unwrap_or_else(PoisonError::into_inner);
    if !observed.iter().any(|known| *known == (reader, read, kind)) {
        // Once for an edge of the graph, and for the life of the program.
        observed.insert((reader, Box::leak(read.into()), kind));
    }
}

pub(super) fn all() -> Vec<Read> {
    OBSERVED.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
}
