//! Spans and events of the crate `tracing`, taken into recordings.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id as SpanId};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::chunk::{Begun, Chunk, Id, Kind};
use super::here::{self, here};
use super::is_alive;
use super::span::put_mark;
use super::store::Store;
use crate::clock;

thread_local! {
    /// Spans that are entered here, and what to leave at their exit.
    static ENTERED: RefCell<Vec<(u64, u64)>> = const { RefCell::new(Vec::new()) };
}

/// A [`Layer`] that takes spans and events of `tracing` into the recording in force: what libraries
/// tell stands in the tree, too.
///
/// A span is one interval, from when it was made until it is closed; what happens on a thread that
/// has entered it is inside of it. Fields stand behind the name. Where no recording is alive it
/// costs one relaxed load.
///
/// ```
/// use dyno::timing::{self, TracingLayer};
/// use tracing_subscriber::layer::SubscriberExt as _;
/// let subscriber = tracing_subscriber::registry().with(TracingLayer::new());
/// let ((), tree) = tracing::subscriber::with_default(subscriber, || {
///     timing::record("request", || {
///         let _span = tracing::info_span!("query", rows = 7).entered();
///         tracing::info!("cache is cold");
///     })
/// });
/// let names: Vec<&str> = tree.iter().map(|node| node.name()).collect();
/// assert_eq!(names, ["request", "query rows=7", "cache is cold"]);
/// ```
#[derive(Default)]
pub struct TracingLayer {
    taken: Mutex<HashMap<u64, Taken>>,
}

/// A span of `tracing` that is a node.
#[derive(Clone)]
struct Taken {
    store: Arc<Store>,
    chunk: Arc<Chunk>,
    slot: usize,
    id: Id,
}

impl TracingLayer {
    /// One that is to be put over a registry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn taken(&self, span: &SpanId) -> Option<Taken> {
        let taken = self.lock().get(&span.into_u64()).cloned();
        taken.filter(|taken| !taken.store.is_over())
    }
}

/// What a recording tells itself comes back here.
fn is_own(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "dyno::timing"
}

fn begin(parent: Option<Taken>, label: String) -> Option<Taken> {
    let start = clock::now().as_nanos();
    let node =
        |parent| Begun { parent, label: label.into(), kind: Kind::Interval, start, used: None };
    let (visit, id) = match parent {
        Some(parent) => {
            let visit = here::visit(&parent.store)?;
            let id = visit.put(node(parent.id))?;
            (visit, id)
        }
        None => {
            let visit = here()?;
            let id = visit.put(node(visit.current()))?;
            (visit, id)
        }
    };
    let (chunk, slot) = visit.store.find(id)?;
    Some(Taken { store: visit.store.clone(), chunk, slot, id })
}

impl<S: Subscriber> Layer<S> for TracingLayer {
    fn on_new_span(&self, attrs: &Attributes<'_>, span: &SpanId, _cx: Context<'_, S>) {
        if !is_alive() || is_own(attrs.metadata()) {
            return;
        }
        let parent = attrs.parent().and_then(|parent| self.taken(parent));
        if parent.is_none() && here().is_none() {
            return;
        }
        let mut text = Text::new(attrs.metadata().name());
        attrs.record(&mut text);
        if let Some(taken) = begin(parent, text.0) {
            self.lock().insert(span.into_u64(), taken);
        }
    }

    fn on_event(&self, event: &Event<'_>, _cx: Context<'_, S>) {
        if !is_alive() || is_own(event.metadata()) {
            return;
        }
        if let Some(visit) = here() {
            let mut text = Text::new("");
            event.record(&mut text);
            put_mark(&visit, text.0.into());
        }
    }

    fn on_enter(&self, span: &SpanId, _cx: Context<'_, S>) {
        if !is_alive() {
            return;
        }
        if let Some(taken) = self.taken(span) {
            let number = here::enter(&taken.store, taken.id, &mut Vec::new());
            // A thread that is ending has entered nothing.
            let _ =
                ENTERED.try_with(|entered| entered.borrow_mut().push((span.into_u64(), number)));
        }
    }

    fn on_exit(&self, span: &SpanId, _cx: Context<'_, S>) {
        let left = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            let at = entered.iter().rposition(|(id, _)| *id == span.into_u64())?;
            Some(entered.remove(at).1)
        });
        if let Ok(Some(number)) = left {
            here::leave(number, &mut Vec::new());
        }
    }

    fn on_close(&self, span: SpanId, _cx: Context<'_, S>) {
        // It may outlive the recording, so this cannot ask whether one is alive.
        let taken = self.lock().remove(&span.into_u64());
        if let Some(taken) = taken {
            taken.chunk.end(taken.slot, clock::now().as_nanos());
        }
    }
}

impl fmt::Debug for TracingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TracingLayer")
    }
}

/// A name or a message, with the fields behind it.
struct Text(String);

impl Text {
    fn new(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let gap = if self.0.is_empty() { "" } else { " " };
        let _ = match field.name() {
            "message" => write!(self.0, "{gap}{value:?}"),
            name => write!(self.0, "{gap}{name}={value:?}"),
        };
    }
}
