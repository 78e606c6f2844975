//! Where nodes are kept while they are recorded: written by one thread, read when all is over.

use std::borrow::Cow;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::usage::Usage;

/// Which node of a recording: a lane above, a place in that lane below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id(u64);

impl Id {
    /// The recording itself.
    pub(super) const ROOT: Self = Self(0);

    pub(super) const fn new(lane: u32, place: u32) -> Self {
        Self((lane as u64) << 32 | place as u64)
    }

    pub(super) const fn lane(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[expect(clippy::cast_possible_truncation, reason = "the lower half")]
    pub(super) const fn place(self) -> u32 {
        self.0 as u32
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Interval,
    Mark,
}

/// A node that has begun; when it ends is written beside it.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    pub(super) parent: Id,
    pub(super) label: Cow<'static, str>,
    pub(super) kind: Kind,
    pub(super) start: u64,
    /// What it has used so far, where that is asked for.
    pub(super) used: Option<Box<Usage>>,
}

/// So many nodes, of which the first that is free is the next.
pub(super) struct Chunk {
    begun: Mutex<Vec<Begun>>,
    /// Zero while the node runs.
    ends: Box<[AtomicU64]>,
}

impl Chunk {
    pub(super) fn new(room: usize) -> Self {
        /// Many threads write but little.
        const FIRST: usize = 8;
        let ends = (0..room).map(|_| AtomicU64::new(0)).collect();
        Self { begun: Mutex::new(Vec::with_capacity(room.min(FIRST))), ends }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Begun>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more. Of one thread alone, so the lock is free but for the one that reads at the end.
    #[inline]
    pub(super) fn begin(&self, node: Begun) {
        self.lock().push(node);
    }

    /// The node at `slot` has ended.
    #[inline]
    pub(super) fn end(&self, slot: usize, at: u64) {
        if let Some(end) = self.ends.get(slot) {
            end.store(at.max(1), Ordering::Release);
        }
    }

    pub(super) fn has_ended(&self, slot: usize) -> bool {
        self.ends.get(slot).is_none_or(|end| end.load(Ordering::Relaxed) != 0)
    }

    /// The node at `slot` has used so much more.
    #[cold]
    pub(super) fn add_use(&self, slot: usize, more: Usage) {
        if let Some(node) = self.lock().get_mut(slot) {
            **node.used.get_or_insert_default() += more;
        }
    }

    /// All nodes, with their ends.
    pub(super) fn read(&self) -> Vec<(Begun, Option<u64>)> {
        let begun = self.lock();
        let end = |slot: usize| match self.ends[slot].load(Ordering::Acquire) {
            0 => None,
            end => Some(end),
        };
        begun.iter().enumerate().map(|(slot, node)| (node.clone(), end(slot))).collect()
    }

    /// Lets go of all nodes; who still writes, writes into nothing.
    pub(super) fn clear(&self) {
        let nodes = mem::take(&mut *self.lock());
        drop(nodes);
    }
}
