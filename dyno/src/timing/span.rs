//! A span: what takes time.

use std::borrow::Cow;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use super::chunk::{Begun, Chunk, Id, Kind};
use super::here::{self, Visit, here};
use super::store::Store;
use super::told::{self, Entered, Told};
use super::usage::Usage;
use super::{Label, is_alive};
use crate::clock;
use crate::point::Event;

/// An interval that ends when this is dropped, be it by a panic. It stays on its thread.
///
/// What begins on this thread before it ends, is inside of it. Guards may be dropped in any order.
#[must_use = "the span ends when the guard is dropped"]
pub struct Span(Option<Open>);

struct Open {
    visit: Rc<Visit>,
    id: Id,
    extra: Option<Box<Extra>>,
}

/// What a span does where it is asked for.
struct Extra {
    used: Option<Usage>,
    _told: Entered,
}

impl Span {
    /// One that begins here and now.
    #[doc(hidden)]
    #[inline]
    pub fn begin(label: impl Label) -> Self {
        if is_alive() { begun(label) } else { Self(None) }
    }

    /// `true` when a recording takes it down.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.0.is_some()
    }

    /// Ends it.
    #[inline]
    pub fn end(self) {}
}

/// Out of the way of who is not recorded.
#[cold]
#[inline(never)]
fn begun(label: impl Label) -> Span {
    Span(here().and_then(|visit| open(visit, label.label())))
}

fn open(visit: Rc<Visit>, label: Cow<'static, str>) -> Option<Open> {
    let extra = (!visit.store.is_plain()).then(|| Box::new(extra(&visit, &label)));
    let parent = visit.current();
    let start = clock::now().as_nanos();
    let id = visit.open(Begun { parent, label, kind: Kind::Interval, start, used: None })?;
    Some(Open { visit, id, extra })
}

#[cold]
fn extra(visit: &Visit, label: &str) -> Extra {
    let told = Told::of(&visit.store, label).entered();
    let used = if visit.store.resources { Usage::here() } else { None };
    Extra { used, _told: told }
}

impl Store {
    /// Spans need nothing but their two moments.
    #[inline]
    fn is_plain(&self) -> bool {
        !(self.resources || self.tracing)
    }
}

impl Drop for Span {
    #[inline]
    fn drop(&mut self) {
        // Looked at in place: what is nothing is not moved.
        if self.0.is_some() {
            self.close();
        }
    }
}

impl Span {
    #[inline(never)]
    fn close(&mut self) {
        let Some(Open { visit, id, extra }) = self.0.take() else { return };
        visit.close(id, clock::now().as_nanos());
        if let Some(before) = extra.and_then(|extra| extra.used) {
            visit.store.used(id, before);
        }
    }
}

impl Store {
    /// The node has used so much since `before`.
    #[cold]
    pub(super) fn used(&self, id: Id, before: Usage) {
        if let (Some(now), Some((chunk, slot))) = (Usage::here(), self.find(id)) {
            chunk.add_use(slot, now - before);
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span").field("recorded", &self.is_recorded()).finish()
    }
}

/// Takes down a mark.
#[inline]
pub(super) fn mark(label: impl Label) {
    if is_alive() {
        marked(label);
    }
}

#[cold]
#[inline(never)]
fn marked(label: impl Label) {
    if let Some(visit) = here() {
        put_mark(&visit, label.label());
    }
}

pub(super) fn put_mark(visit: &Visit, label: Cow<'static, str>) {
    told::mark(&visit.store, &label);
    let start = clock::now().as_nanos();
    let parent = visit.current();
    visit.put(Begun { parent, label, kind: Kind::Mark, start, used: None });
}

/// What a policy tells: a mark, or an interval where it says how long something took.
pub(super) fn hear(point: &str, event: &Event<'_>) {
    let Some(visit) = here() else { return };
    let (provider, took) = match event {
        Event::Built { provider, took } => (provider, took),
        Event::Rejected { fault } => {
            // It begins with the name of the point itself.
            let told = fault.to_string();
            let why = told.strip_prefix(point).and_then(|rest| rest.strip_prefix(": "));
            let why = why.unwrap_or(&told);
            return put_mark(&visit, Cow::Owned(format!("{point}: rejected: {why}")));
        }
        _ => return put_mark(&visit, Cow::Owned(format!("{point}: {event}"))),
    };
    let end = clock::now();
    let label = Cow::Owned(format!("build {provider}"));
    let (parent, start) = (visit.current(), (end - *took).as_nanos());
    let node = Begun { parent, label, kind: Kind::Interval, start, used: None };
    if let Some(id) = visit.put(node) {
        visit.end(id, end.as_nanos());
    }
}

/// A span that is open while a future is not done, on whatever thread that is polled.
pub struct SpanAsync(Option<Held>);

struct Held {
    store: Arc<Store>,
    chunk: Arc<Chunk>,
    slot: usize,
    id: Id,
    /// Guards that live from one poll to the next.
    open: Vec<Id>,
    told: Told,
}

impl SpanAsync {
    /// One that begins here and now.
    #[doc(hidden)]
    #[inline]
    pub fn begin(label: impl Label) -> Self {
        if is_alive() {
            Self(here().and_then(|visit| hold(&visit, label.label())))
        } else {
            Self(None)
        }
    }

    /// The recording's own node, for a recording of a future.
    pub(super) fn root(store: &Arc<Store>, told: Told) -> Self {
        Self(held(store, Id::ROOT, told))
    }

    /// `future` inside of the span; it ends when this is dropped.
    #[doc(hidden)]
    #[inline]
    pub async fn run<F: Future>(&mut self, mut future: Pin<&mut F>) -> F::Output {
        match &mut self.0 {
            None => future.await,
            Some(held) => poll_fn(|cx| held.within(|| future.as_mut().poll(cx))).await,
        }
    }
}

fn hold(visit: &Visit, label: Cow<'static, str>) -> Option<Held> {
    let told = Told::of(&visit.store, &label);
    let parent = visit.current();
    let start = clock::now().as_nanos();
    let id = visit.put(Begun { parent, label, kind: Kind::Interval, start, used: None })?;
    held(&visit.store, id, told)
}

fn held(store: &Arc<Store>, id: Id, told: Told) -> Option<Held> {
    let (chunk, slot) = store.find(id)?;
    Some(Held { store: store.clone(), chunk, slot, id, open: Vec::new(), told })
}

/// Leaves what was entered, be it by a panic.
struct Leave<'h>(u64, &'h mut Vec<Id>);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        here::leave(self.0, self.1);
    }
}

impl Held {
    /// `f` inside of the span, on this thread.
    fn within<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let before = if self.store.resources { Usage::here() } else { None };
        let told = self.told.enter();
        let number = here::enter(&self.store, self.id, &mut self.open);
        let entered = Leave(number, &mut self.open);
        let out = f();
        drop(entered);
        drop(told);
        if let (Some(before), Some(now)) = (before, before.and_then(|_| Usage::here())) {
            self.chunk.add_use(self.slot, now - before);
        }
        out
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.chunk.end(self.slot, clock::now().as_nanos());
    }
}

impl fmt::Debug for SpanAsync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpanAsync").field("recorded", &self.0.is_some()).finish()
    }
}
