//! What the threads that work for one recording have written, each in a lane of its own.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use super::chunk::{Begun, Chunk, Id};

/// A recording that is alive, or was.
pub(super) struct Store {
    /// How many nodes there is still room for.
    left: AtomicUsize,
    pub(super) most: usize,
    /// How many nodes a thread takes room for at a time.
    pub(super) batch: usize,
    dropped: AtomicU64,
    over: AtomicBool,
    lanes: Mutex<Vec<Arc<Lane>>>,
    /// Spans measure what they use.
    pub(super) resources: bool,
    /// Spans open spans of the crate `tracing`.
    pub(super) tracing: bool,
    /// Where this recording began: in this node of another one.
    pub(super) outer: Option<(Arc<Store>, Id)>,
}

/// What one thread has written.
pub(super) struct Lane {
    pub(super) number: u32,
    pub(super) thread: ThreadId,
    pub(super) name: Option<String>,
    chunks: Mutex<Vec<Arc<Chunk>>>,
}

/// A node as it was read.
#[derive(Clone)]
pub(super) struct Raw {
    pub(super) id: Id,
    pub(super) begun: Begun,
    pub(super) end: Option<u64>,
}

impl Store {
    pub(super) fn new(most: usize, outer: Option<(Arc<Self>, Id)>) -> Self {
        /// Few enough that a small recording has room for several threads.
        const BATCH: std::ops::RangeInclusive<usize> = 8..=64;
        Self {
            left: AtomicUsize::new(most),
            most,
            batch: (most / 128).clamp(*BATCH.start(), *BATCH.end()),
            dropped: AtomicU64::new(0),
            over: AtomicBool::new(false),
            lanes: Mutex::default(),
            resources: false,
            tracing: false,
            outer,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Lane>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Nothing is written any more.
    pub(super) fn close(&self) {
        self.over.store(true, Ordering::Relaxed);
        for lane in &*self.lock() {
            for chunk in lane.lock().drain(..) {
                chunk.clear();
            }
        }
    }

    /// The first node of all, in a lane of its own.
    pub(super) fn begin(&self, root: Begun) {
        let chunk = Chunk::new(self.reserve(1));
        chunk.begin(root);
        self.lane().add(Arc::new(chunk));
    }

    /// A lane for this thread.
    pub(super) fn lane(&self) -> Arc<Lane> {
        let here = thread::current();
        self.add_lane(here.id(), here.name().map(str::to_owned))
    }

    fn add_lane(&self, thread: ThreadId, name: Option<String>) -> Arc<Lane> {
        let mut lanes = self.lock();
        let number = u32::try_from(lanes.len()).unwrap_or(u32::MAX);
        let lane = Arc::new(Lane { number, thread, name, chunks: Mutex::default() });
        lanes.push(lane.clone());
        lane
    }

    /// Room for up to `wanted` more nodes.
    pub(super) fn reserve(&self, wanted: usize) -> usize {
        let take = |left: usize| Some(left - left.min(wanted));
        let before = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        before.unwrap_or_else(|left| left).min(wanted)
    }

    /// Gives back what was not needed.
    pub(super) fn give_back(&self, room: usize) {
        self.left.fetch_add(room, Ordering::Relaxed);
    }

    #[cold]
    pub(super) fn drop_nodes(&self, count: u64) {
        self.dropped.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Where the node is, while it is kept.
    #[cold]
    pub(super) fn find(&self, id: Id) -> Option<(Arc<Chunk>, usize)> {
        let lane = self.lock().get(id.lane() as usize)?.clone();
        let place = id.place() as usize;
        let chunk = lane.lock().get(place / self.batch)?.clone();
        Some((chunk, place % self.batch))
    }

    /// All lanes, with all that was written there.
    pub(super) fn read(&self) -> Vec<(Arc<Lane>, Vec<Raw>)> {
        let lanes = self.lock().clone();
        let read = |lane: Arc<Lane>| {
            let chunks = lane.lock().clone();
            let nodes = chunks.iter().flat_map(|chunk| chunk.read());
            let number = lane.number;
            let raw = nodes.zip(0..).map(move |((begun, end), place)| Raw {
                id: Id::new(number, place),
                begun,
                end,
            });
            let raw = raw.collect();
            (lane, raw)
        };
        lanes.into_iter().map(read).collect()
    }

    /// Takes the nodes of a recording that began in `parent`, as far as there is room.
    pub(super) fn adopt(&self, parent: Id, lanes: Vec<(Arc<Lane>, Vec<Raw>)>, dropped: u64) {
        if self.is_over() {
            return;
        }
        let mut numbers = Vec::with_capacity(lanes.len());
        let mut all = Vec::with_capacity(lanes.len());
        for (theirs, nodes) in lanes {
            let lane = self.add_lane(theirs.thread, theirs.name.clone());
            numbers.push(lane.number);
            all.push((lane, nodes));
        }
        let mut left_out = dropped;
        for (lane, nodes) in all {
            let mut nodes = nodes.into_iter();
            while nodes.len() > 0 {
                let wanted = self.batch.min(nodes.len());
                let room = self.reserve(wanted);
                let chunk = Chunk::new(room);
                for (slot, raw) in nodes.by_ref().take(room).enumerate() {
                    let mut begun = raw.begun;
                    begun.parent = match (raw.id, numbers.get(begun.parent.lane() as usize)) {
                        (Id::ROOT, _) | (_, None) => parent,
                        (_, Some(number)) => Id::new(*number, begun.parent.place()),
                    };
                    chunk.begin(begun);
                    if let Some(end) = raw.end {
                        chunk.end(slot, end);
                    }
                }
                lane.add(Arc::new(chunk));
                // Only the last chunk of a lane may be short.
                if room < wanted {
                    left_out += nodes.len() as u64;
                    break;
                }
            }
        }
        if left_out > 0 {
            self.drop_nodes(left_out);
        }
    }
}

impl Lane {
    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Chunk>>> {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, chunk: Arc<Chunk>) {
        self.lock().push(chunk);
    }
}
