//! Names of what is made elsewhere.

use std::fmt;
use std::sync::Arc;

use crate::breaker::Report;
use crate::fault::Fault;
use crate::outcome::Verdict;

/// Whom to call.
#[derive(Debug)]
pub struct Target(&'static str);

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Chooses among targets.
#[derive(Debug)]
pub struct Balancer(());

/// Which targets a call has tried.
#[derive(Debug)]
pub struct Tried(());

impl Tried {
    #[allow(clippy::new_without_default, missing_docs)]
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

/// A target, chosen for one attempt.
#[derive(Debug)]
pub struct Pick(Arc<Target>);

impl Pick {
    /// The target.
    #[must_use]
    pub fn target(&self) -> &Arc<Target> {
        &self.0
    }

    /// How the attempt went.
    #[must_use]
    pub fn settle(self, _verdict: Verdict, _report: &Report<'_>) -> Option<Fault> {
        None
    }
}

impl Balancer {
    /// A target for the next attempt.
    ///
    /// # Errors
    /// There is none.
    pub fn pick(&self, _tried: &Tried) -> Result<Pick, Fault> {
        Ok(Pick(Arc::new(Target(""))))
    }
}

/// Threads for calls that block.
#[derive(Debug)]
pub struct Pool(());
