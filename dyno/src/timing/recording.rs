//! A recording: from here on, what happens in this call is taken down.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::chunk::{Begun, Id, Kind};
use super::here::{self, here};
use super::span::{SpanAsync, hear};
use super::store::Store;
use super::told::{Entered, Told};
use super::tree::Tree;
use super::usage::Usage;
use super::{Label, along};
use crate::clock;
use crate::point::{self, harmless};
use crate::scope;

/// How many recordings are alive.
static ALIVE: AtomicUsize = AtomicUsize::new(0);

/// `true` while any recording is alive in the program: one relaxed load.
#[inline]
pub(super) fn is_alive() -> bool {
    ALIVE.load(Ordering::Relaxed) != 0
}

/// How many nodes a recording keeps unless another number is given.
const MOST: usize = 10_000;

type OnEnd = Box<dyn FnOnce(&Tree) + Send>;

/// A recording that is yet to begin, for those who want more than [`record`](super::record) does.
///
/// ```
/// use dyno::timing::{self, Recording};
/// let (sum, tree) = Recording::new("sums").max_nodes(100).run(|| {
///     let _span = timing::span("add");
///     1 + 2
/// });
/// assert_eq!((sum, tree.len()), (3, 2));
/// ```
#[must_use = "a recording begins with `run`, `run_async` or `start`"]
pub struct Recording {
    name: Cow<'static, str>,
    most: usize,
    resources: bool,
    tracing: bool,
    on_end: Option<OnEnd>,
}

impl Recording {
    /// One of this name, which keeps up to 10,000 spans and marks.
    pub fn new(name: impl Label) -> Self {
        Self { name: name.label(), most: MOST, resources: false, tracing: false, on_end: None }
    }

    /// How many spans and marks are kept, the recording itself among them. Of those that follow only
    /// the number is: see [`Tree::dropped`]. Threads take room for 8 to 64 at a time, so that where
    /// several work for a recording it may be a few less.
    ///
    /// # Panics
    /// With 0.
    pub fn max_nodes(mut self, most: usize) -> Self {
        assert!(most > 0, "timing: `max_nodes` must be at least 1: the recording itself is a node");
        self.most = most;
        self
    }

    /// Spans measure what they use of the processor and of memory, on Unix: some µs each.
    #[cfg(feature = "rusage")]
    pub fn with_resources(mut self) -> Self {
        self.resources = true;
        self
    }

    /// Spans and marks are spans and events of the crate `tracing`, too: of the target `dyno::timing`,
    /// at level `INFO`, the name as `otel.name` or message.
    #[cfg(feature = "tracing")]
    pub fn with_tracing(mut self) -> Self {
        self.tracing = true;
        self
    }

    /// What is done with the tree at the end, also when what is recorded panics or is cancelled.
    /// A panic of `f` ends with it, and is told of on standard error.
    pub fn on_end(mut self, f: impl FnOnce(&Tree) + Send + 'static) -> Self {
        self.on_end = Some(Box::new(f));
        self
    }

    /// Records what `f` does on this thread, and wherever the scope is carried to.
    pub fn run<R>(self, f: impl FnOnce() -> R) -> (R, Tree) {
        let started = self.start();
        let out = f();
        (out, started.finish())
    }

    /// Records what `future` does, from its first poll on, on whatever thread
    /// that is. Costs one allocation more.
    pub fn run_async<F: Future>(self, future: F) -> impl Future<Output = (F::Output, Tree)> {
        let future = Box::pin(future);
        async move {
            // Dropped in the reverse order, also when this is cancelled.
            let mut live = self.begin();
            let mut root = SpanAsync::root(&live.store, mem::take(&mut live.told));
            let mut future = future;
            let out = root.run(future.as_mut()).await;
            drop(future);
            drop(root);
            (out, live.end())
        }
    }

    /// Records what this thread does until the guard is dropped or [finished](Started::finish).
    ///
    /// ```
    /// use dyno::timing::{self, Recording};
    /// let recording = Recording::new("job").start();
    /// let ended = std::panic::catch_unwind(|| {
    ///     let _span = timing::span("step");
    ///     panic!("oh");
    /// });
    /// let tree = recording.finish();
    /// assert!(ended.is_err() && tree.find("step").unwrap().duration().is_some());
    /// ```
    pub fn start(self) -> Started {
        let mut live = self.begin();
        let number = here::enter(&live.store, Id::ROOT, &mut Vec::new());
        let used = if live.store.resources { Usage::here() } else { None };
        let told = mem::take(&mut live.told).entered();
        Started { number, used, _told: told, live: Some(live), here: PhantomData }
    }

    fn begin(self) -> Live {
        let outer = if is_alive() { here() } else { None };
        let outer = outer.map(|visit| (visit.store.clone(), visit.current()));
        let mut store = Store::new(self.most, outer);
        store.resources = self.resources;
        store.tracing = self.tracing;
        ALIVE.fetch_add(1, Ordering::Relaxed);
        point::TIMING.open(hear);
        scope::RECORDING.open(along::current);
        let told = Told::of(&store, &self.name);
        let store = Arc::new(store);
        let start = clock::now().as_nanos();
        let root =
            Begun { parent: Id::ROOT, label: self.name, kind: Kind::Interval, start, used: None };
        store.begin(root);
        Live { store, told, on_end: self.on_end, is_over: false }
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, most, .. } = self;
        f.debug_struct("Recording")
            .field("name", name)
            .field("max_nodes", most)
            .finish_non_exhaustive()
    }
}

/// A recording that is alive.
struct Live {
    store: Arc<Store>,
    told: Told,
    on_end: Option<OnEnd>,
    is_over: bool,
}

impl Live {
    fn end(&mut self) -> Tree {
        self.stop();
        let tree = self.tree();
        self.let_go();
        if let Some(on_end) = self.on_end.take() {
            harmless("what is done at the end of", tree.name(), || on_end(&tree));
        }
        tree
    }

    /// Nothing belongs to it any more.
    fn stop(&mut self) {
        self.is_over = true;
        ALIVE.fetch_sub(1, Ordering::Relaxed);
        point::TIMING.close();
        scope::RECORDING.close();
        if let Some((chunk, slot)) = self.store.find(Id::ROOT) {
            chunk.end(slot, clock::now().as_nanos());
        }
    }

    /// What is recorded goes to the recording around this one, if there is one.
    fn let_go(&self) {
        if let Some((outer, node)) = &self.store.outer {
            outer.adopt(*node, self.store.read(), self.store.dropped());
        }
        self.store.close();
    }

    fn tree(&self) -> Tree {
        Tree::build(self.store.read(), self.store.most, self.store.dropped(), clock::now())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        if self.on_end.is_some() {
            drop(self.end());
        } else {
            // Nobody will see a tree.
            self.stop();
            self.let_go();
        }
    }
}

/// A recording of this thread; it ends when this is dropped.
#[must_use = "the recording ends when the guard is dropped"]
pub struct Started {
    number: u64,
    used: Option<Usage>,
    _told: Entered,
    live: Option<Live>,
    here: PhantomData<*const ()>,
}

impl Started {
    /// Ends it.
    #[must_use = "the tree is all that is left of the recording"]
    pub fn finish(mut self) -> Tree {
        self.leave().map_or_else(Tree::default, |mut live| live.end())
    }

    /// What there is so far: what runs is shown as running.
    #[must_use]
    pub fn tree(&self) -> Tree {
        self.live.as_ref().map_or_else(Tree::default, Live::tree)
    }

    fn leave(&mut self) -> Option<Live> {
        let live = self.live.take()?;
        here::leave(self.number, &mut Vec::new());
        if let Some(before) = self.used {
            live.store.used(Id::ROOT, before);
        }
        Some(live)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        drop(self.leave());
    }
}

impl fmt::Debug for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Started")
    }
}
