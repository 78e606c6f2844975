//! Building everything before the program works.
//!
//! Every site is known to the linker, so [`warm_up`] builds all that is declared anywhere, in
//! parallel, each provider as soon as what it needs is there. A run has as many workers as there
//! are providers to build at once, however few cores: a build mostly waits.
//!
//! ```
//! use std::time::Duration;
//! let report = dyno::warm_up().timeout_each(Duration::from_secs(5)).run()?;
//! println!("{report}");
//! # Ok::<(), dyno::inject::WarmUpError>(())
//! ```

#[cfg(feature = "progress")]
mod progress;
mod report;
mod schedule;

use std::fmt;
use std::time::Duration;

pub use report::{Built, Outcome, Report};

use super::any::{AnySite, registered};
use super::model::Model;
use super::wait::block_on;
use schedule::Schedule;
#[cfg(feature = "progress")]
use schedule::Watch;

/// Builds every dependency that the linker knows.
///
/// Without the feature `warm-up` it knows none: give the list to [`warm_up_sites`].
#[must_use = "nothing is built before `run` or `run_async`"]
pub fn warm_up() -> WarmUp {
    warm_up_sites(&registered())
}

/// Builds the dependencies of these sites.
#[must_use = "nothing is built before `run` or `run_async`"]
pub fn warm_up_sites(sites: &[&'static dyn AnySite]) -> WarmUp {
    WarmUp {
        sites: sites.to_vec(),
        parallelism: None,
        timeout_each: None,
        strict: false,
        #[cfg(feature = "progress")]
        progress: false,
    }
}

/// How to build everything.
#[derive(Clone, Debug)]
#[must_use = "nothing is built before `run` or `run_async`"]
pub struct WarmUp {
    sites: Vec<&'static dyn AnySite>,
    parallelism: Option<usize>,
    timeout_each: Option<Duration>,
    strict: bool,
    #[cfg(feature = "progress")]
    progress: bool,
}

impl WarmUp {
    /// Runs at most so many providers at once; without it, as many as can run.
    ///
    /// # Panics
    /// `limit` is 0.
    pub fn parallelism(mut self, limit: usize) -> Self {
        assert!(limit > 0, "warm_up: `parallelism` must be at least 1: nothing could be built");
        self.parallelism = Some(limit);
        self
    }

    /// Gives up on a provider that has not finished within `limit`, and goes on with the rest.
    ///
    /// Nobody can stop a thread: the provider is left alone, and if it ends after all its value is
    /// taken.
    ///
    /// # Panics
    /// `limit` is zero.
    pub fn timeout_each(mut self, limit: Duration) -> Self {
        assert!(!limit.is_zero(), "warm_up: `timeout_each` must be more than zero");
        self.timeout_each = Some(limit);
        self
    }

    /// A provider that fails is an error even where every function has a fallback for it.
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Shows each provider as it runs, on a terminal.
    #[cfg(feature = "progress")]
    pub fn progress(mut self) -> Self {
        self.progress = true;
        self
    }

    /// Builds, and blocks until all is done.
    ///
    /// # Errors
    /// A dependency without a fallback could not be built. Async providers cannot be built by a
    /// blocking call: a program that has any uses [`run_async`](Self::run_async).
    pub fn run(self) -> Result<Report, WarmUpError> {
        block_on(self.go(false))
    }

    /// Builds; async providers run in this task, blocking ones on workers.
    ///
    /// # Errors
    /// A dependency without a fallback could not be built.
    pub async fn run_async(self) -> Result<Report, WarmUpError> {
        self.go(true).await
    }

    async fn go(self, polls: bool) -> Result<Report, WarmUpError> {
        let model = Model::declared(&self.sites);
        #[cfg(feature = "progress")]
        let watch = self.progress.then(|| Box::new(progress::Bars::default()) as Box<dyn Watch>);
        #[cfg(not(feature = "progress"))]
        let watch = None;
        let schedule = Schedule::new(&model, self.parallelism, self.timeout_each, polls, watch);
        let report = schedule.run().await;
        let fails = |built: &Built| built.error().is_some() && (self.strict || built.required);
        if report.built().iter().any(fails) {
            return Err(WarmUpError { report, strict: self.strict });
        }
        Ok(report)
    }
}

/// Something could not be built; what could be is in use.
#[derive(Clone, Debug)]
pub struct WarmUpError {
    report: Report,
    strict: bool,
}

impl WarmUpError {
    /// What became of each dependency.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What could not be built, each once.
    pub fn failed(&self) -> impl Iterator<Item = &Built> {
        let counts = |built: &&Built| built.error().is_some() && (self.strict || built.required);
        self.report.built().iter().filter(counts)
    }
}

impl fmt::Display for WarmUpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (failed, all) = (self.failed().count(), self.report.built().len());
        write!(f, "{failed} of {all} dependencies could not be built:")?;
        for error in self.failed().filter_map(Built::error) {
            write!(f, "\n  {error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for WarmUpError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let first = self.failed().find_map(Built::error);
        first.map(|error| error as _)
    }
}
