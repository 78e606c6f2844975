//! Which recording this thread works for, and which of its spans are open here.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::chunk::{Begun, Chunk, Id};
use super::store::{Lane, Store};

thread_local! {
    static HERE: RefCell<Here> = const { RefCell::new(Here::new()) };
}

/// What a thread knows.
struct Here {
    /// What it has entered, the innermost last.
    frames: Vec<Frame>,
    /// Its lanes of recordings that are alive, or were when it last looked.
    known: Vec<Rc<Visit>>,
    next: u64,
}

struct Frame {
    number: u64,
    visit: Rc<Visit>,
    /// How many spans were open in this recording before.
    depth: usize,
}

/// This thread's part in one recording.
pub(super) struct Visit {
    pub(super) store: Arc<Store>,
    lane: Arc<Lane>,
    /// The spans that are open here, the innermost last; what is entered begins with one of them.
    open: RefCell<Vec<Id>>,
    chunk: RefCell<Arc<Chunk>>,
    /// Places: that of the next node, of the chunk's first, and the one behind its last.
    next: Cell<u32>,
    first: Cell<u32>,
    full: Cell<u32>,
    /// How many nodes the recording has given room for.
    room: Cell<usize>,
}

impl Here {
    const fn new() -> Self {
        Self { frames: Vec::new(), known: Vec::new(), next: 0 }
    }

    fn visit(&mut self, store: &Arc<Store>) -> Rc<Visit> {
        if let Some(known) = self.known.iter().find(|known| Arc::ptr_eq(&known.store, store)) {
            return known.clone();
        }
        self.known.retain(|known| !known.store.is_over());
        let visit = Rc::new(Visit::new(store.clone()));
        self.known.push(visit.clone());
        visit
    }

    fn top(&self) -> Option<&Rc<Visit>> {
        let last = &self.frames.last()?.visit;
        if last.store.is_over() { self.top_alive() } else { Some(last) }
    }

    #[cold]
    fn top_alive(&self) -> Option<&Rc<Visit>> {
        self.frames.iter().rev().map(|frame| &frame.visit).find(|visit| !visit.store.is_over())
    }
}

/// The recording in force here.
#[inline]
pub(super) fn here() -> Option<Rc<Visit>> {
    HERE.try_with(|here| here.try_borrow().ok()?.top().cloned()).ok()?
}

/// This thread's part in the recording, whether it is in force here or not.
#[cfg(feature = "tracing-layer")]
pub(super) fn visit(store: &Arc<Store>) -> Option<Rc<Visit>> {
    HERE.try_with(|here| Some(here.try_borrow_mut().ok()?.visit(store))).ok()?
}

/// From here on this thread works for `node` of `store`, with `open` inside of it.
pub(super) fn enter(store: &Arc<Store>, node: Id, open: &mut Vec<Id>) -> u64 {
    let entered = HERE.try_with(|here| {
        let mut here = here.borrow_mut();
        let visit = here.visit(store);
        let number = here.next;
        here.next += 1;
        let depth = visit.enter(node, open);
        here.frames.push(Frame { number, visit, depth });
        number
    });
    // A thread that is ending records nothing.
    entered.unwrap_or(u64::MAX)
}

/// Ends what [`enter`] began; spans that are still open inside go to `open`.
pub(super) fn leave(number: u64, open: &mut Vec<Id>) {
    let left = HERE.try_with(|here| {
        let mut here = here.borrow_mut();
        let at = here.frames.iter().rposition(|frame| frame.number == number)?;
        let is_last = at + 1 == here.frames.len();
        let frame = here.frames.remove(at);
        for later in &mut here.frames[at..] {
            // What was entered before is left out of turn.
            if Rc::ptr_eq(&later.visit, &frame.visit) {
                later.depth = later.depth.saturating_sub(1);
            }
        }
        if frame.visit.store.is_over() {
            here.known.retain(|known| !known.store.is_over());
        }
        Some((frame, is_last))
    });
    if let Ok(Some((frame, is_last))) = left {
        frame.visit.leave(frame.depth, is_last, open);
    }
}

impl Visit {
    fn new(store: Arc<Store>) -> Self {
        let lane = store.lane();
        Self {
            store,
            lane,
            open: RefCell::default(),
            chunk: RefCell::new(Arc::new(Chunk::new(0))),
            next: Cell::new(0),
            first: Cell::new(0),
            full: Cell::new(0),
            room: Cell::new(0),
        }
    }

    fn enter(&self, node: Id, inside: &mut Vec<Id>) -> usize {
        let mut open = self.open.borrow_mut();
        let depth = open.len();
        open.push(node);
        open.extend(inside.drain(..).filter(|id| self.is_open(*id)));
        depth
    }

    #[cold]
    fn is_open(&self, id: Id) -> bool {
        self.store.find(id).is_some_and(|(chunk, slot)| !chunk.has_ended(slot))
    }

    fn leave(&self, depth: usize, is_last: bool, inside: &mut Vec<Id>) {
        let mut open = self.open.borrow_mut();
        if is_last && open.len() > depth {
            inside.extend(open.drain(depth..).skip(1));
        } else if open.len() > depth {
            // Left out of turn: what was entered later stays.
            open.remove(depth);
        }
        if open.is_empty() {
            // Others may need it sooner.
            self.store.give_back(self.room.take());
        }
    }

    /// The innermost open span.
    #[inline]
    pub(super) fn current(&self) -> Id {
        self.open.borrow().last().copied().unwrap_or(Id::ROOT)
    }

    /// One more node, unless there is no room for it.
    #[inline]
    pub(super) fn put(&self, node: Begun) -> Option<Id> {
        if self.room.get() == 0 && !self.ask_for_room() {
            return None;
        }
        let place = self.next.get();
        if place == self.full.get() {
            self.grow(place);
        }
        self.room.set(self.room.get() - 1);
        self.next.set(place + 1);
        self.chunk.borrow().begin(node);
        Some(Id::new(self.lane.number, place))
    }

    #[cold]
    fn ask_for_room(&self) -> bool {
        let room = self.store.reserve(self.store.batch);
        self.room.set(room);
        if room == 0 {
            self.store.drop_nodes(1);
        }
        room > 0
    }

    #[cold]
    fn grow(&self, place: u32) {
        let chunk = Arc::new(Chunk::new(self.store.batch));
        self.lane.add(chunk.clone());
        self.chunk.replace(chunk);
        self.first.set(place);
        self.full.set(place + u32::try_from(self.store.batch).unwrap_or(u32::MAX - place));
    }

    /// A node that is the innermost one until it is [closed](Self::close).
    #[inline]
    pub(super) fn open(&self, node: Begun) -> Option<Id> {
        let id = self.put(node)?;
        self.open.borrow_mut().push(id);
        Some(id)
    }

    #[inline]
    pub(super) fn close(&self, id: Id, at: u64) {
        self.end(id, at);
        let mut open = self.open.borrow_mut();
        if open.last() == Some(&id) {
            open.pop();
        } else if let Some(place) = open.iter().rposition(|each| *each == id) {
            open.remove(place);
        }
    }

    /// The node has ended.
    #[inline]
    pub(super) fn end(&self, id: Id, at: u64) {
        let (first, place) = (self.first.get(), id.place());
        if id.lane() == self.lane.number && (first..self.full.get()).contains(&place) {
            self.chunk.borrow().end((place - first) as usize, at);
        } else if let Some((chunk, slot)) = self.store.find(id) {
            chunk.end(slot, at);
        }
    }
}
