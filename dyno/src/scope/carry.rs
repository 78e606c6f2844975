//! Taking what is in force, and what a call takes along, to other threads and tasks.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};

use super::along::{Along, EnteredAlong, RECORDING};
use super::frame::{Frame, Holds};
use super::work::{WITHIN, Work, work};
use super::{CURRENT, active, pop_closed};
use crate::ambient::{Ambient, Within};

/// All that is in force somewhere, with the [deadline](crate::Deadline) there and the recording of
/// where its time goes, to be carried to other threads and tasks.
#[derive(Clone)]
pub struct Scope {
    frame: Option<Arc<Frame>>,
    within: Option<Work>,
    call: Ambient,
    along: Option<Arc<dyn Along>>,
}

impl Scope {
    pub(super) fn of_frame(frame: Arc<Frame>) -> Self {
        Self { frame: Some(frame), ..Self::empty() }
    }

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
        let (call, along) = (Ambient::begun(), RECORDING.here());
        if active() {
            Self { frame: CURRENT.with_borrow(Clone::clone), within: work(), call, along }
        } else {
            Self { call, along, ..Self::empty() }
        }
    }

    /// Nothing in force.
    #[must_use]
    pub const fn empty() -> Self {
        Self { frame: None, within: None, call: Ambient::NONE, along: None }
    }

    /// The same for threads that outlive the call: they are under no deadline of it, and what they do
    /// later is not made once more because it was.
    #[cfg_attr(not(feature = "pool"), allow(dead_code))]
    pub(crate) fn beyond_the_call(mut self) -> Self {
        self.call = Ambient::NONE;
        self
    }

    /// `true` when nothing is in force.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.frame.is_none() && self.call.is_none()
    }

    /// The test this belongs to, by name.
    #[must_use]
    pub fn test(&self) -> Option<&'static str> {
        match &self.test_frame()?.holds {
            Holds::Test { name, .. } => Some(name),
            Holds::One(_) => None,
        }
    }

    pub(super) fn test_frame(&self) -> Option<&Arc<Frame>> {
        let mut next = self.frame.as_ref();
        while let Some(frame) = next {
            if matches!(frame.holds, Holds::Test { .. }) {
                return Some(frame);
            }
            next = frame.parent.as_ref();
        }
        None
    }

    /// Puts this scope in place of the thread's own until the guard is dropped. Guards are dropped in
    /// the reverse order: each puts back what it found.
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
        let along = self.along.as_ref().map(EnteredAlong::new);
        Entered { before, within, _along: along, _call: self.call.enter(), here: PhantomData }
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

    /// `future`, in this scope whenever it is polled, and at its drop, on whatever thread; nothing
    /// else the thread polls sees it. Costs one allocation.
    pub fn run_async<F: Future>(self, future: F) -> impl Future<Output = F::Output> {
        Inside { scope: self, future: Some(Box::pin(future)) }
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self::empty()
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
        all.field("within", &self.within.is_some()).field("call", &self.call);
        all.field("along", &self.along.is_some()).finish()
    }
}

/// Restores the scope that was in force before.
pub struct Entered {
    before: Option<Arc<Frame>>,
    within: Option<Work>,
    _along: Option<EnteredAlong>,
    _call: Within,
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

/// Starts a thread that carries the scope of this one.
pub fn spawn<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    thread::spawn(Scope::current().wrap(f))
}

/// A future in a scope.
struct Inside<F> {
    scope: Scope,
    /// `None` only while it is dropped.
    future: Option<Pin<Box<F>>>,
}

impl<F: Future> Future for Inside<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Self { scope, future } = &mut *self;
        match future {
            Some(future) => scope.run(|| future.as_mut().poll(cx)),
            None => Poll::Pending,
        }
    }
}

impl<F> Drop for Inside<F> {
    fn drop(&mut self) {
        let future = self.future.take();
        self.scope.run(|| drop(future));
    }
}
