//! What is in force here: overrides, a virtual clock, a tenant's registry.
//!
//! A scope is a stack of things that hold for this thread or task until their guard is dropped.
//! Modules [`push`] what they want to be in force and [`find`] it again; where no scope is alive in
//! the whole program, asking costs one relaxed load. [`Scope::current`] carries it elsewhere.
//!
//! ```
//! # struct Tenant(&'static str);
//! use dyno::scope;
//! let _acme = scope::push(std::sync::Arc::new(Tenant("acme")));
//! let name = dyno::spawn(|| scope::find(|tenant: &std::sync::Arc<Tenant>| Some(tenant.0)));
//! assert_eq!(name.join().unwrap(), Some("acme"));
//! ```

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};

type Item = Arc<dyn Any + Send + Sync>;

/// How many frames are alive in the program, and whether reads must look twice for another reason.
static LIVE: AtomicUsize = AtomicUsize::new(0);
static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static CURRENT: RefCell<Option<Arc<Frame>>> = const { RefCell::new(None) };
    /// The work that this thread or task is a part of.
    static WITHIN: RefCell<Option<Work>> = const { RefCell::new(None) };
}

/// What a thread or task is a part of, and whether that waits for it.
#[derive(Clone)]
struct Work {
    item: Item,
    waits: bool,
}

struct Frame {
    id: u64,
    parent: Option<Arc<Frame>>,
    closed: AtomicBool,
    holds: Holds,
}

enum Holds {
    One(Item),
    /// A test: what it pushes later is seen by the threads it started earlier.
    Test {
        name: &'static str,
        lead: ThreadId,
        pushed: Mutex<Vec<(u64, Item)>>,
    },
}

/// `true` while any scope is alive in the program: one relaxed load.
#[inline]
pub fn active() -> bool {
    LIVE.load(Ordering::Relaxed) != 0
}

/// From now on [`active`] is always `true`: fast paths look twice.
#[cfg_attr(not(feature = "inject"), allow(dead_code))]
pub(crate) fn stay_active() {
    LIVE.fetch_add(1, Ordering::Relaxed);
}

/// While it lives [`active`] is `true`: fast paths look twice.
#[derive(Debug)]
pub(crate) struct Awake(());

#[cfg_attr(not(feature = "registry"), allow(dead_code))]
pub(crate) fn awake() -> Awake {
    LIVE.fetch_add(1, Ordering::Relaxed);
    Awake(())
}

impl Drop for Awake {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The work that this thread or task is a part of: it travels with the scope, but is not in force.
/// The flag says that the work is known to wait for it; a thread may have been started to go on.
#[cfg_attr(not(feature = "registry"), allow(dead_code))]
pub(crate) fn within() -> Option<(Arc<dyn Any + Send + Sync>, bool)> {
    work().map(|work| (work.item, work.waits))
}

fn work() -> Option<Work> {
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

/// Puts `item` in force for this thread until the guard is dropped.
///
/// Inside a [`test()`] it holds for every thread of the test.
#[must_use = "the item leaves the scope when the guard is dropped"]
pub fn push<T: Any + Send + Sync>(item: Arc<T>) -> Pushed {
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    LIVE.fetch_add(1, Ordering::Relaxed);
    CURRENT.with_borrow_mut(|current| {
        let frame = match current {
            Some(frame) if matches!(frame.holds, Holds::Test { .. }) => {
                if let Holds::Test { pushed, .. } = &frame.holds {
                    pushed.lock().unwrap_or_else(PoisonError::into_inner).push((id, item));
                }
                frame.clone()
            }
            _ => {
                let parent = current.take();
                let closed = AtomicBool::new(false);
                let frame = Arc::new(Frame { id, parent, closed, holds: Holds::One(item) });
                *current = Some(frame.clone());
                frame
            }
        };
        Pushed { id, frame, here: PhantomData }
    })
}

/// Puts `item` in force for this thread alone, also inside a [`test()`], until the guard is dropped.
#[must_use = "the item leaves the scope when the guard is dropped"]
pub fn push_here<T: Any + Send + Sync>(item: Arc<T>) -> Pushed {
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    LIVE.fetch_add(1, Ordering::Relaxed);
    CURRENT.with_borrow_mut(|current| {
        let parent = current.take();
        let closed = AtomicBool::new(false);
        let frame = Arc::new(Frame { id, parent, closed, holds: Holds::One(item) });
        *current = Some(frame.clone());
        Pushed { id, frame, here: PhantomData }
    })
}

/// `true` on the thread that opened a [`test`], outside of anything pushed for the thread alone.
#[cfg_attr(not(feature = "registry"), allow(dead_code))]
pub(crate) fn leads_test() -> bool {
    CURRENT.with_borrow(|current| match current.as_ref().map(|frame| &frame.holds) {
        Some(Holds::Test { lead, .. }) => *lead == thread::current().id(),
        _ => false,
    })
}

/// The number of the test in force here.
#[cfg_attr(not(feature = "registry"), allow(dead_code))]
pub(crate) fn test_id() -> Option<u64> {
    if active() { Scope::current().test_frame().map(|frame| frame.id) } else { None }
}

/// What the test in force here keeps of this type, made when first asked for; it dies with the test.
#[cfg_attr(not(feature = "registry"), allow(dead_code))]
pub(crate) fn of_test<T: Any + Send + Sync + Default>() -> Option<Arc<T>> {
    let scope = Scope::current();
    let frame = scope.test_frame()?;
    let Holds::Test { pushed, .. } = &frame.holds else { return None };
    let mut pushed = pushed.lock().unwrap_or_else(PoisonError::into_inner);
    // Looked at under the lock: what is pushed before the test closes goes when it does.
    if frame.closed.load(Ordering::Acquire) {
        return None;
    }
    if let Some(kept) = pushed.iter().find_map(|(_, item)| item.clone().downcast().ok()) {
        return Some(kept);
    }
    let kept = Arc::new(T::default());
    LIVE.fetch_add(1, Ordering::Relaxed);
    pushed.push((NEXT.fetch_add(1, Ordering::Relaxed), kept.clone()));
    Some(kept)
}

/// The innermost `T` in force here for which `look` has an answer.
pub fn find<T: Any + Send + Sync, R>(mut look: impl FnMut(&Arc<T>) -> Option<R>) -> Option<R> {
    if !active() {
        return None;
    }
    // Cloned so that `look` may push and enter as it likes.
    let mut next = CURRENT.with_borrow(Clone::clone);
    while let Some(frame) = next.take() {
        for item in frame.items() {
            let Ok(item) = item.downcast::<T>() else { continue };
            if let Some(found) = look(&item) {
                return Some(found);
            }
        }
        next.clone_from(&frame.parent);
    }
    None
}

impl Frame {
    /// Innermost first.
    fn items(&self) -> Vec<Item> {
        if self.closed.load(Ordering::Acquire) {
            return Vec::new();
        }
        match &self.holds {
            Holds::One(item) => vec![item.clone()],
            Holds::Test { pushed, .. } => {
                let pushed = pushed.lock().unwrap_or_else(PoisonError::into_inner);
                pushed.iter().rev().map(|(_, item)| item.clone()).collect()
            }
        }
    }

    fn close(&self) {
        if !self.closed.swap(true, Ordering::AcqRel) {
            LIVE.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Takes its item out of the scope when dropped; stays on its thread.
pub struct Pushed {
    id: u64,
    frame: Arc<Frame>,
    here: PhantomData<*const ()>,
}

impl Drop for Pushed {
    fn drop(&mut self) {
        if let Holds::Test { pushed, .. } = &self.frame.holds {
            let mut pushed = pushed.lock().unwrap_or_else(PoisonError::into_inner);
            let before = pushed.len();
            pushed.retain(|(id, _)| *id != self.id);
            LIVE.fetch_sub(before - pushed.len(), Ordering::Relaxed);
            return;
        }
        self.frame.close();
        pop_closed();
    }
}

impl fmt::Debug for Pushed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pushed({})", self.id)
    }
}

/// Guards may be dropped in any order: what is closed goes when it comes to the top.
fn pop_closed() {
    CURRENT.with_borrow_mut(|current| {
        while let Some(frame) = current {
            if !frame.closed.load(Ordering::Acquire) {
                break;
            }
            *current = frame.parent.clone();
        }
    });
}

/// All that is in force somewhere, to be carried to other threads and tasks.
#[derive(Clone, Default)]
pub struct Scope {
    frame: Option<Arc<Frame>>,
    within: Option<Work>,
}

impl Scope {
    /// What is in force here.
    #[must_use]
    pub fn current() -> Self {
        let mut scope = Self::of_worker();
        if let Some(work) = &mut scope.within {
            work.waits = false;
        }
        scope
    }

    /// As [`current`](Self::current), for threads that the work done here waits for.
    pub(crate) fn of_worker() -> Self {
        if active() {
            Self { frame: CURRENT.with_borrow(Clone::clone), within: work() }
        } else {
            Self::empty()
        }
    }

    /// Nothing in force.
    #[must_use]
    pub const fn empty() -> Self {
        Self { frame: None, within: None }
    }

    /// `true` when nothing is in force.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.frame.is_none()
    }

    /// The test this belongs to, by name.
    #[must_use]
    pub fn test(&self) -> Option<&'static str> {
        match &self.test_frame()?.holds {
            Holds::Test { name, .. } => Some(name),
            Holds::One(_) => None,
        }
    }

    fn test_frame(&self) -> Option<&Arc<Frame>> {
        let mut next = self.frame.as_ref();
        while let Some(frame) = next {
            if matches!(frame.holds, Holds::Test { .. }) {
                return Some(frame);
            }
            next = frame.parent.as_ref();
        }
        None
    }

    /// Puts this scope in place of the thread's own until the guard is dropped.
    #[must_use = "the scope is left when the guard is dropped"]
    pub fn enter(&self) -> Entered {
        let before = CURRENT.replace(self.frame.clone());
        // A scope that was taken outside of the work done here does not end it.
        let within = WITHIN.with_borrow(Clone::clone);
        if let Some(work) = &self.within {
            let here = within.as_ref().is_some_and(|it| Arc::ptr_eq(&it.item, &work.item));
            if !here {
                WITHIN.set(Some(work.clone()));
            }
        }
        Entered { before, within, here: PhantomData }
    }

    /// Runs `f` in this scope.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        let _entered = self.enter();
        f()
    }

    /// `f`, to run in this scope on whatever thread it is called.
    pub fn wrap<R>(self, f: impl FnOnce() -> R) -> impl FnOnce() -> R {
        move || self.run(f)
    }

    /// `future`, in this scope whenever it is polled, and on no other thread's time.
    pub async fn run_async<F: Future>(self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| self.run(|| future.as_mut().poll(cx))).await
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut depth = 0;
        let mut next = self.frame.as_ref();
        while let Some(frame) = next {
            depth += 1;
            next = frame.parent.as_ref();
        }
        let mut all = f.debug_struct("Scope");
        all.field("test", &self.test()).field("depth", &depth);
        all.field("within", &self.within.is_some()).finish()
    }
}

/// Restores the scope that was in force before.
pub struct Entered {
    before: Option<Arc<Frame>>,
    within: Option<Work>,
    here: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        // What is replaced is dropped outside of the borrow: it may be the last to hold something.
        let _left = CURRENT.replace(self.before.take());
        let _done = WITHIN.replace(self.within.take());
        pop_closed();
    }
}

impl fmt::Debug for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entered")
    }
}

/// Opens the scope of one test: what is pushed inside holds for all threads that carry the scope,
/// and nothing of it is left when the guard is dropped. `#[dyno::test]` does this.
#[must_use = "the test's scope ends when the guard is dropped"]
pub fn test(name: &'static str) -> TestScope {
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    LIVE.fetch_add(1, Ordering::Relaxed);
    let lead = thread::current().id();
    let holds = Holds::Test { name, lead, pushed: Mutex::default() };
    let frame = Arc::new(Frame { id, parent: None, closed: AtomicBool::new(false), holds });
    let entered = Scope { frame: Some(frame.clone()), within: None }.enter();
    TestScope { frame, _entered: entered }
}

/// Ends the scope of a test when dropped.
pub struct TestScope {
    frame: Arc<Frame>,
    _entered: Entered,
}

impl Drop for TestScope {
    fn drop(&mut self) {
        self.frame.close();
        if let Holds::Test { pushed, .. } = &self.frame.holds {
            // What was never taken out goes now; a guard that comes later finds nothing.
            let left = std::mem::take(&mut *pushed.lock().unwrap_or_else(PoisonError::into_inner));
            LIVE.fetch_sub(left.len(), Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for TestScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TestScope({})", self.frame.id)
    }
}

/// Starts a thread that carries the scope of this one.
pub fn spawn<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    thread::spawn(Scope::current().wrap(f))
}

#[cfg(test)]
mod tests;
