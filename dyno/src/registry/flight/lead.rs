//! The lead: the right, and the duty, to build.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use super::waits::{self, Opened, Waiting};
use super::{Flight, Frame, Wait, Wanted};
use crate::fault::{InjectError, InjectErrorKind};
use crate::point::Name;
use crate::scope::{self, Awake};

/// Builds the value; dropped before it has landed, it hands over to who waits.
#[derive(Debug)]
pub(crate) struct Lead<T: ?Sized, H: Deref<Target = Flight<T>>> {
    flight: Option<H>,
    build: Build,
}

#[derive(Debug)]
pub(super) struct Build {
    frame: Arc<Frame>,
    _opened: Opened,
    // What a build reads is recorded on the slow path, so nobody may take the fast one meanwhile.
    _awake: Awake,
    parent: Option<Arc<Frame>>,
    // The build that asked waits for this one.
    _edge: Option<Waiting>,
    provider: Name,
}

impl Build {
    /// A build, not yet of any flight.
    pub(super) fn new(wanted: &Wanted, parent: Option<Arc<Frame>>) -> Self {
        let opened = waits::open(wanted.provider.clone());
        let frame = Arc::new(Frame::of(&opened));
        // Nobody can be waiting for a build that begins now: no circle.
        let edge = parent.as_ref().and_then(|it| it.wait_for(frame.id(), wanted.at).ok());
        let provider = wanted.provider.clone();
        Self { frame, _opened: opened, _awake: scope::awake(), parent, _edge: edge, provider }
    }

    pub(super) fn id(&self) -> u64 {
        self.frame.id()
    }

    pub(super) fn of<T: ?Sized, H: Deref<Target = Flight<T>>>(self, flight: H) -> Lead<T, H> {
        Lead { flight: Some(flight), build: self }
    }

    /// The error as those who asked shall see it.
    fn told(&self, error: InjectError) -> InjectError {
        let cycle = self.frame.cycle();
        cycle.unwrap_or(error).provided_by(self.provider.clone())
    }
}

impl<T: ?Sized, H: Deref<Target = Flight<T>>> Lead<T, H> {
    /// The build, to be carried to the threads that work for it.
    pub(crate) fn frame(&self) -> &Arc<Frame> {
        &self.build.frame
    }

    /// Builds here and lands.
    pub(crate) fn run(
        self,
        make: impl FnOnce() -> Result<Arc<T>, InjectError>,
    ) -> Result<Arc<T>, InjectError> {
        let result = self.frame().run(|| catch(make));
        self.land(result)
    }

    /// Builds in this task and lands; hands over when the task ends before.
    pub(crate) async fn run_async<F>(self, make: impl FnOnce() -> F) -> Result<Arc<T>, InjectError>
    where
        F: Future<Output = Result<Arc<T>, InjectError>>,
    {
        let result = self.frame().run_async(catch_async(make)).await;
        self.land(result)
    }

    /// The build is over.
    pub(crate) fn land(
        mut self,
        result: Result<Arc<T>, InjectError>,
    ) -> Result<Arc<T>, InjectError> {
        let result = result.map_err(|error| self.build.told(error));
        match self.flight.take() {
            Some(flight) => flight.land(self.build.id(), result),
            // Only a drop takes the flight away, and there is none before this.
            None => result,
        }
    }

    /// The flight it leads.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn flight(&self) -> Option<&H> {
        self.flight.as_ref()
    }

    /// What else has to wait for it, while the lead is elsewhere.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn wait(&self) -> Wait {
        // The build that asked waits already: the lead holds that edge.
        Wait { by: self.build.id(), _edge: None }
    }

    /// The outcome as those who asked shall see it, for a value that lands elsewhere.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn told(&self, result: Result<Arc<T>, InjectError>) -> Result<Arc<T>, InjectError> {
        result.map_err(|error| self.build.told(error))
    }
}

impl<T: ?Sized, H: Deref<Target = Flight<T>>> Drop for Lead<T, H> {
    fn drop(&mut self) {
        if let Some(parent) = &self.build.parent {
            parent.note(self.build.frame.reads());
        }
        if let Some(flight) = self.flight.take() {
            flight.hand_over(self.build.id());
        }
    }
}

/// `make`, with a panic as an error.
pub(crate) fn catch<V>(make: impl FnOnce() -> Result<V, InjectError>) -> Result<V, InjectError> {
    // Nothing that the panic left half done is used again: the build failed.
    catch_unwind(AssertUnwindSafe(make)).unwrap_or_else(|panic| Err(panicked(&*panic)))
}

/// The future of `make`, with a panic as an error.
pub(crate) async fn catch_async<V, F>(make: impl FnOnce() -> F) -> Result<V, InjectError>
where
    F: Future<Output = Result<V, InjectError>>,
{
    let future = catch(|| Ok(make()))?;
    let mut future = pin!(future);
    poll_fn(|cx| match catch(|| Ok(future.as_mut().poll(cx))) {
        Ok(poll) => poll,
        Err(panicked) => Poll::Ready(Err(panicked)),
    })
    .await
}

#[cold]
fn panicked(panic: &(dyn Any + Send)) -> InjectError {
    let message = if let Some(text) = panic.downcast_ref::<&'static str>() {
        Name::Static(text)
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone().into()
    } else {
        "a panic without a message".into()
    };
    InjectError::new(InjectErrorKind::Panicked(message))
}
