//! The build that a thread or task is busy with, and what it has read.

use std::any::TypeId;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::waits::{self, Opened, Waiting};
use crate::fault::{InjectError, InjectErrorKind};
use crate::point::Name;
use crate::scope::{self, Awake};

/// What a build has read, directly and through what it read: providers by type.
pub(crate) type Reads = BTreeSet<TypeId>;

thread_local! {
    static CURRENT: RefCell<Option<Arc<Frame>>> = const { RefCell::new(None) };
}

/// A build under way. Carry it to the threads that work for the build.
#[derive(Debug)]
pub(crate) struct Frame {
    opened: Opened,
    path: OnceLock<&'static str>,
    reads: Mutex<Reads>,
    /// The cycle it was told of: whatever it makes of that, it fails with it.
    cycle: Mutex<Option<InjectError>>,
    // What a build reads is recorded on the slow path, so nobody may take the fast one meanwhile.
    _awake: Awake,
}

impl Frame {
    pub(super) fn open(provider: Name) -> Self {
        Self {
            opened: waits::open(provider),
            path: OnceLock::new(),
            reads: Mutex::default(),
            cycle: Mutex::default(),
            _awake: scope::awake(),
        }
    }

    /// The build that this thread or task is busy with.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// The full path of what builds, once it has been told.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn path(&self) -> &OnceLock<&'static str> {
        &self.path
    }

    pub(super) fn id(&self) -> u64 {
        self.opened.0
    }

    /// Runs `f` as part of this build.
    pub(crate) fn run<R>(self: &Arc<Self>, f: impl FnOnce() -> R) -> R {
        run(Some(self.clone()), f)
    }

    /// `future` as part of this build, whenever it is polled.
    pub(crate) async fn run_async<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| self.run(|| future.as_mut().poll(cx))).await
    }

    /// Notes what the build reads.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn note(&self, reads: impl IntoIterator<Item = TypeId>) {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner).extend(reads);
    }

    /// All it has read so far.
    pub(crate) fn reads(&self) -> Reads {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn wait_for(
        &self,
        other: u64,
        at: Option<&'static Location<'static>>,
    ) -> Result<Waiting, InjectError> {
        waits::wait(self.id(), other, at)
            .map_err(|path| InjectError::new(InjectErrorKind::Cycle(path)))
    }

    /// Hears why one of its dependencies could not be had.
    pub(super) fn hear(&self, error: &InjectError) {
        if matches!(error.kind(), InjectErrorKind::Cycle(_)) {
            *self.cycle.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
        }
    }

    pub(super) fn cycle(&self) -> Option<InjectError> {
        self.cycle.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Runs `f` as part of the build `frame`, or of none.
#[cfg_attr(not(feature = "inject"), allow(dead_code))]
pub(crate) fn run<R>(frame: Option<Arc<Frame>>, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Arc<Frame>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            // What is replaced is dropped outside of the borrow.
            let _left =
                CURRENT.with_borrow_mut(|current| std::mem::replace(current, self.0.take()));
        }
    }
    let before = CURRENT.with_borrow_mut(|current| std::mem::replace(current, frame));
    let _restore = Restore(before);
    f()
}
