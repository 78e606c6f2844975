//! Single flight: a value that is built once, however many ask for it.
//!
//! The first to ask leads and builds; the others wait, blocking or as tasks, and share the outcome.
//! A failure is shared too, but not for ever: after a short, growing pause somebody tries again. A
//! panic is a failure. A leader that is cancelled hands over. Who would wait for itself, be it over
//! several threads, is told the cycle instead.
//!
//! ```ignore
//! let flight = Flight::new();
//! let db: &Arc<Db> = flight.build(&Wanted::of("connect_db"), || Ok(Arc::new(Db::open()?)))?;
//! ```

mod frame;
mod lead;
mod waits;

use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::panic::Location;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

pub(crate) use frame::Frame;
#[cfg(feature = "inject")]
pub(crate) use frame::Reads;
pub(crate) use lead::Lead;
#[cfg(feature = "inject")]
pub(crate) use lead::{catch, catch_async};

use crate::clock::{self, Instant};
use crate::fault::InjectError;
use crate::point::Name;
use lead::Build;
use waits::Waiting;

/// The pause after a first failure; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What is asked for, and on which line.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// What builds it.
    pub(crate) provider: Name,
    /// Where it is asked for.
    pub(crate) at: Option<&'static Location<'static>>,
}

impl Wanted {
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) fn of(provider: impl Into<Name>) -> Self {
        Self { provider: provider.into(), at: None }
    }
}

/// A value that is built once.
#[derive(Debug)]
pub(crate) struct Flight<T: ?Sized> {
    ready: OnceLock<Arc<T>>,
    tower: Mutex<Tower>,
    landed: Condvar,
}

#[derive(Debug)]
struct Tower {
    phase: Phase,
    wakers: Vec<Waker>,
}

#[derive(Clone, Debug)]
enum Phase {
    Empty,
    Building { by: u64, last_pause: Duration },
    Ready,
    Failed { by: u64, error: InjectError, until: Instant, pause: Duration },
}

/// What somebody who asks has to do.
#[derive(Debug)]
pub(crate) enum Begun<T: ?Sized, H: Deref<Target = Flight<T>>> {
    /// Nothing: it is [`ready`](Flight::ready).
    Ready,
    /// Nothing: it has failed, and it is too soon to try again.
    Failed(InjectError),
    /// Build it.
    Lead(Lead<T, H>),
    /// Wait for who builds it.
    Wait(Wait),
}

/// The right to wait for a build.
#[derive(Debug)]
pub(crate) struct Wait {
    by: u64,
    _edge: Option<Waiting>,
}

impl<T: ?Sized> Flight<T> {
    pub(crate) const fn new() -> Self {
        let tower = Tower { phase: Phase::Empty, wakers: Vec::new() };
        Self { ready: OnceLock::new(), tower: Mutex::new(tower), landed: Condvar::new() }
    }

    /// The value, once it is built: one acquire load.
    #[inline]
    pub(crate) fn ready(&self) -> Option<&Arc<T>> {
        self.ready.get()
    }

    /// The value, built by `make` on this thread unless another one is at it.
    pub(crate) fn build(
        &self,
        wanted: &Wanted,
        make: impl FnOnce() -> Result<Arc<T>, InjectError>,
    ) -> Result<Arc<T>, InjectError> {
        loop {
            if let Some(value) = self.ready() {
                return Ok(value.clone());
            }
            match Self::begin(self, wanted) {
                Begun::Ready => {}
                Begun::Failed(error) => return Err(heard(error)),
                Begun::Lead(lead) => return lead.run(make).map_err(heard),
                Begun::Wait(wait) => self.wait(&wait).map_err(heard)?,
            }
        }
    }

    /// The value, built by the future of `make` in this task unless somebody else is at it.
    ///
    /// When this future is dropped while it builds, one of those who wait takes over.
    pub(crate) async fn build_async<F>(
        &self,
        wanted: &Wanted,
        make: impl FnOnce() -> F,
    ) -> Result<Arc<T>, InjectError>
    where
        F: Future<Output = Result<Arc<T>, InjectError>>,
    {
        loop {
            if let Some(value) = self.ready() {
                return Ok(value.clone());
            }
            match Self::begin(self, wanted) {
                Begun::Ready => {}
                Begun::Failed(error) => return Err(heard(error)),
                Begun::Lead(lead) => return lead.run_async(make).await.map_err(heard),
                Begun::Wait(wait) => self.wait_async(&wait).await.map_err(heard)?,
            }
        }
    }

    /// What the caller has to do. `this` is a reference or an `Arc`, as long as the lead may live.
    pub(crate) fn begin<H: Deref<Target = Self>>(this: H, wanted: &Wanted) -> Begun<T, H> {
        let parent = Frame::current();
        let mut tower = this.lock();
        let last_pause = match &tower.phase {
            Phase::Ready => return Begun::Ready,
            Phase::Building { by, .. } => {
                let edge = parent.as_ref().map(|parent| parent.wait_for(*by, wanted.at));
                return match edge.transpose() {
                    Ok(edge) => Begun::Wait(Wait { by: *by, _edge: edge }),
                    Err(cycle) => Begun::Failed(cycle.provided_by(wanted.provider.clone())),
                };
            }
            Phase::Failed { error, until, pause, .. } if is_pausing(*until, *pause) => {
                return Begun::Failed(told(error, *until));
            }
            Phase::Failed { pause, .. } => *pause,
            Phase::Empty => Duration::ZERO,
        };
        let build = Build::new(wanted, parent);
        tower.phase = Phase::Building { by: build.id(), last_pause };
        drop(tower);
        Begun::Lead(build.of(this))
    }

    /// Blocks until the build is over: ready, failed, or nobody's and to be begun again.
    pub(crate) fn wait(&self, wait: &Wait) -> Result<(), InjectError> {
        let mut tower = self.lock();
        while tower.is_built_by(wait.by) {
            tower = self.landed.wait(tower).unwrap_or_else(PoisonError::into_inner);
        }
        tower.outcome_of(wait.by)
    }

    /// As [`wait`](Self::wait), for a task.
    pub(crate) async fn wait_async(&self, wait: &Wait) -> Result<(), InjectError> {
        poll_fn(|cx| {
            let mut tower = self.lock();
            if !tower.is_built_by(wait.by) {
                return Poll::Ready(tower.outcome_of(wait.by));
            }
            if !tower.wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
                tower.wakers.push(cx.waker().clone());
            }
            Poll::Pending
        })
        .await
    }

    /// Stops waiting for the build under way: it has failed with `error`, unless it still lands.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn abandon(&self, error: InjectError) {
        let mut tower = self.lock();
        if let Phase::Building { by, last_pause } = tower.phase {
            tower.fail(by, error, last_pause);
            self.wake(tower);
        }
    }

    /// The next who asks tries at once, however long the pause after the last failure.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn forget_failure(&self) {
        let mut tower = self.lock();
        if let Phase::Failed { until, .. } = &mut tower.phase {
            *until = Instant::from_nanos(0);
        }
    }

    /// Takes what was built elsewhere.
    #[cfg_attr(not(feature = "inject"), allow(dead_code))]
    pub(crate) fn adopt(&self, result: Result<Arc<T>, InjectError>) {
        match result {
            Ok(value) => drop(self.land(0, Ok(value))),
            Err(error) => {
                let mut tower = self.lock();
                if matches!(tower.phase, Phase::Empty | Phase::Failed { .. }) {
                    tower.fail(0, error, Duration::ZERO);
                }
            }
        }
    }

    /// The build `by` is over. A value is taken even when nobody waits for it any more; the first
    /// one stays.
    fn land(&self, by: u64, result: Result<Arc<T>, InjectError>) -> Result<Arc<T>, InjectError> {
        let result = result.map(|value| self.ready.get_or_init(|| value).clone());
        let mut tower = self.lock();
        match &result {
            Ok(_) => tower.phase = Phase::Ready,
            Err(error) => {
                if let Phase::Building { by: now, last_pause } = tower.phase {
                    if now == by {
                        tower.fail(by, error.clone(), last_pause);
                    }
                }
            }
        }
        self.wake(tower);
        result
    }

    /// The build `by` was cancelled: whoever wakes first begins anew.
    fn hand_over(&self, by: u64) {
        let mut tower = self.lock();
        if tower.is_built_by(by) {
            tower.phase = Phase::Empty;
            self.wake(tower);
        }
    }

    fn wake(&self, mut tower: MutexGuard<'_, Tower>) {
        let wakers = std::mem::take(&mut tower.wakers);
        drop(tower);
        self.landed.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, Tower> {
        self.tower.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tower {
    fn is_built_by(&self, build: u64) -> bool {
        matches!(self.phase, Phase::Building { by, .. } if by == build)
    }

    /// Who waited for a build shares its failure, however short the pause after it.
    fn outcome_of(&self, build: u64) -> Result<(), InjectError> {
        match &self.phase {
            Phase::Failed { by, error, until, .. } if *by == build => Err(told(error, *until)),
            _ => Ok(()),
        }
    }

    fn fail(&mut self, by: u64, error: InjectError, last_pause: Duration) {
        let pause = (last_pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        self.phase = Phase::Failed { by, error, until: clock::now() + pause, pause };
    }
}

/// A failure under another clock, which a test had frozen, has no say here.
fn is_pausing(until: Instant, pause: Duration) -> bool {
    let left = until.duration_since(clock::now());
    !left.is_zero() && left <= pause
}

/// The error with what is left of the pause.
fn told(error: &InjectError, until: Instant) -> InjectError {
    error.clone().retry_in(Some(until.duration_since(clock::now())))
}

/// Tells the build that asked, if a build did.
pub(crate) fn heard(error: InjectError) -> InjectError {
    if let Some(frame) = Frame::current() {
        frame.hear(&error);
    }
    error
}

#[cfg(test)]
mod tests;
