//! The build that a thread or task is busy with, and what it has read.

use std::any::TypeId;
use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::waits::{self, Opened, Waiting};
use crate::fault::{InjectError, InjectErrorKind};
use crate::scope;

/// What a build has read, directly and through what it read: providers by type.
pub(crate) type Reads = BTreeSet<TypeId>;

/// A build under way. It travels with the scope, to the threads that work for the build; they may
/// outlive it.
#[derive(Debug)]
pub(crate) struct Frame {
    id: u64,
    path: OnceLock<&'static str>,
    reads: Mutex<Reads>,
    /// The cycle it was told of: whatever it makes of that, it fails with it.
    cycle: Mutex<Option<InjectError>>,
}

impl Frame {
    pub(super) fn of(build: &Opened) -> Self {
        Self {
            id: build.0,
            path: OnceLock::new(),
            reads: Mutex::default(),
            cycle: Mutex::default(),
        }
    }

    /// The build that waits for what this thread or task does.
    pub(crate) fn current() -> Option<Arc<Self>> {
        let (work, waits) = scope::within()?;
        if waits { work.downcast().ok() } else { None }
    }

    /// The build that what is read here goes into: a thread that it has started may work for it,
    /// or may go on by itself and wait for it.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn reader() -> Option<Arc<Self>> {
        scope::within()?.0.downcast().ok()
    }

    /// The full path of what builds, once it has been told.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn path(&self) -> &OnceLock<&'static str> {
        &self.path
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Runs `f` as part of this build.
    pub(crate) fn run<R>(self: &Arc<Self>, f: impl FnOnce() -> R) -> R {
        scope::run_within(self.clone(), f)
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
