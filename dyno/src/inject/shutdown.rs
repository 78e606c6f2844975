//! Stopping what was built.
//!
//! What was completed last is stopped first: a valid order however the builds ran. Every stop hook
//! runs, whatever the others do, and their errors are collected; afterwards every dependency is
//! refused with [`ShutDown`](crate::fault::InjectErrorKind::ShutDown). In a
//! [test](crate::scope::test), or [isolated](super::isolated), only what was built there is stopped.
//!
//! ```
//! # let world = dyno::inject::isolated();
//! use std::time::Duration;
//! dyno::shutdown().timeout(Duration::from_secs(10)).run()?;
//! # Ok::<(), dyno::inject::ShutdownError>(())
//! ```

use std::future::{Future, IntoFuture};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::{error, fmt};

use super::any::registered;
use super::build::DOWN;
use super::force::{Force, Special};
use super::stop::StopResult;
use super::wait::{block_on, on_worker, within};
use super::world::{Ending, Instance, OfTest, PROGRAM};
use crate::clock;
use crate::pool::build::Crew;
use crate::registry::flight::catch_async;
use crate::scope::{self, Scope, stay_active};

/// Stops all that was built, in the reverse order of completion.
#[must_use = "nothing is stopped before `run` or `.await`"]
pub fn shutdown() -> Shutdown {
    Shutdown { timeout: None }
}

/// How to stop.
#[derive(Clone, Debug)]
#[must_use = "nothing is stopped before `run` or `.await`"]
pub struct Shutdown {
    timeout: Option<Duration>,
}

impl Shutdown {
    /// Gives up after `limit` in all; what was not stopped by then is in the error.
    ///
    /// # Panics
    /// `limit` is zero.
    pub fn timeout(mut self, limit: Duration) -> Self {
        assert!(!limit.is_zero(), "shutdown: `timeout` must be more than zero");
        self.timeout = Some(limit);
        self
    }

    /// Stops, and blocks until it is done.
    ///
    /// # Errors
    /// What could not be stopped.
    pub fn run(self) -> Result<(), ShutdownError> {
        block_on(self.go())
    }

    async fn go(self) -> Result<(), ShutdownError> {
        // A hook may be declared where nobody has asked for the value yet.
        for site in registered() {
            let _with_its_hook = site.slot();
        }
        let deadline = self.timeout.map(|limit| clock::now() + limit);
        let mut instances = take_all();
        instances.sort_by_key(|instance| std::cmp::Reverse(instance.order));
        let crew = Crew::default();
        let mut failures = Vec::new();
        for instance in instances {
            let provider = instance.provider;
            let left = deadline.map(|deadline| deadline - clock::now());
            let limit = self.timeout.unwrap_or_default();
            let late = |_| Err(format!("not stopped within {limit:?}").into());
            let outcome = if left.is_some_and(|left| left.is_zero()) {
                late(Duration::ZERO)
            } else {
                within(left, stop(move || instance.stop(), &crew), late).await
            };
            if let Err(error) = outcome {
                failures.push((provider, error));
            }
        }
        if failures.is_empty() { Ok(()) } else { Err(ShutdownError(failures)) }
    }
}

impl IntoFuture for Shutdown {
    type Output = Result<(), ShutdownError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.go())
    }
}

/// What could not be stopped.
#[derive(Debug)]
pub struct ShutdownError(Vec<(&'static str, Box<dyn error::Error + Send + Sync>)>);

impl ShutdownError {
    /// The providers whose values could not be stopped, and why, in the order of stopping.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &(dyn error::Error + 'static))> {
        self.0.iter().map(|(provider, error)| (*provider, &**error as _))
    }
}

impl fmt::Display for ShutdownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let things = if self.0.len() == 1 { "dependency" } else { "dependencies" };
        write!(f, "{} {things} could not be stopped:", self.0.len())?;
        for (provider, error) in &self.0 {
            write!(f, "\n  {provider}: {error}")?;
        }
        Ok(())
    }
}

impl error::Error for ShutdownError {}

/// Everything to be stopped here; from now on it is refused.
fn take_all() -> Vec<Instance> {
    let force = Force::here();
    let mut all = Vec::new();
    for swap in &force.swaps {
        swap.down.store(true, Ordering::Release);
        all.extend(swap.instances.take());
    }
    if let Some(world) = &force.world {
        world.down.store(true, Ordering::Release);
        all.extend(world.instances.take());
    } else if let Some(test) = scope::of_test::<OfTest>() {
        test.down.store(true, Ordering::Release);
        all.extend(test.instances.take());
    } else if force.swaps.is_empty() && Scope::current().test().is_none() {
        if !DOWN.swap(true, Ordering::AcqRel) {
            // Every site has to look twice from now on.
            stay_active();
            std::mem::forget(Special::new());
        }
        all.extend(PROGRAM.take());
    }
    all
}

/// Runs one hook, on a worker so that it may block; a panic is an error.
pub(super) async fn stop(
    hook: impl FnOnce() -> Option<Ending> + Send + 'static,
    crew: &Crew,
) -> StopResult {
    let hook = move || catch_unwind(AssertUnwindSafe(hook)).unwrap_or_else(|_| Some(panicked()));
    match on_worker(crew, hook).await {
        Some(Some(Ending::Done(outcome))) => outcome,
        Some(Some(Ending::Going(hook))) => {
            let outcome = catch_async(|| async { Ok(hook.await) }).await;
            outcome.unwrap_or_else(|panic| Err(panic.into()))
        }
        Some(None) | None => Ok(()),
    }
}

fn panicked() -> Ending {
    Ending::Done(Err("the stop hook panicked".into()))
}
