//! Targets that exist in virtual time only.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::panic;
use std::time::Duration;

use dyno::Fault;
use dyno::clock::{self, Instant};

use crate::counts::{Counts, Tally};
use crate::script::{Health, Script};

/// What a target's own code panics with.
pub(crate) const BUG: &str = "a bug of its own";

pub(crate) const TARGETS: usize = 5;

/// Why a call did not go well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error("connection refused")]
    Refused,
    #[error("connection reset: it died meanwhile")]
    Reset,
    #[error("500")]
    Broken,
    #[error(transparent)]
    Dyno(#[from] Fault),
}

pub(crate) struct World {
    script: Script,
    began: Instant,
    dice: RefCell<fastrand::Rng>,
    /// Calls at work at each target.
    busy: [Cell<u32>; TARGETS],
    attempts: [Cell<u64>; TARGETS],
    in_vain: Cell<u64>,
    seen: Tally,
}

impl World {
    /// Begins now; the steps of the script are milliseconds.
    pub(crate) fn new(seed: u64, script: Script) -> Self {
        Self {
            script,
            began: clock::now(),
            dice: RefCell::new(fastrand::Rng::with_seed(seed ^ 0x5EED)),
            busy: Default::default(),
            attempts: Default::default(),
            in_vain: Cell::default(),
            seen: Tally::default(),
        }
    }

    /// A number that the seed decides.
    pub(crate) fn dice(&self, below: u64) -> u64 {
        self.dice.borrow_mut().u64(..below)
    }

    pub(crate) fn health(&self, target: usize) -> Health {
        let step = self.began.elapsed().as_millis();
        self.script.health(target, u64::try_from(step).unwrap_or(u64::MAX))
    }

    /// One call at that target, answered as it is well or not.
    ///
    /// # Panics
    /// Once in two thousand calls, with [`BUG`].
    pub(crate) async fn serve(&self, target: usize, x: u64) -> Result<u64, Failed> {
        let _busy = Busy::new(&self.busy[target]);
        self.attempts[target].set(self.attempts[target].get() + 1);
        let health = self.health(target);
        if !matches!(health, Health::Well | Health::Slow) {
            self.in_vain.set(self.in_vain.get() + 1);
        }
        match health {
            Health::Well => self.work(1..6).await,
            Health::Slow => self.work(40..80).await,
            Health::Hanging => return pending().await,
            Health::Failing => self.work(1..4).await,
            Health::Refusing => return Err(Failed::Refused),
        }
        if self.dice(2000) == 0 {
            // Without the hook, which would print it.
            panic::resume_unwind(Box::new(BUG));
        }
        match health {
            Health::Failing => Err(Failed::Broken),
            _ if self.health(target) == Health::Refusing => Err(Failed::Reset),
            _ => Ok(x + 1),
        }
    }

    async fn work(&self, ms: std::ops::Range<u64>) {
        let ms = ms.start + self.dice(ms.end - ms.start);
        clock::sleep_async(Duration::from_millis(ms)).await;
    }

    /// Attempts that have reached a target.
    pub(crate) fn attempts(&self) -> [u64; TARGETS] {
        self.attempts.each_ref().map(Cell::get)
    }

    /// Those at targets that could not answer.
    pub(crate) fn in_vain(&self) -> u64 {
        self.in_vain.get()
    }

    /// Calls at work.
    pub(crate) fn busy(&self) -> u32 {
        self.busy.iter().map(Cell::get).sum()
    }

    /// What came of a call.
    pub(crate) fn saw(&self, what: &'static str) {
        self.seen.add(what);
    }

    pub(crate) fn counts(&self) -> Counts {
        self.seen.counts()
    }
}

/// A call at work.
struct Busy<'a>(&'a Cell<u32>);

impl<'a> Busy<'a> {
    fn new(calls: &'a Cell<u32>) -> Self {
        calls.set(calls.get() + 1);
        Self(calls)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
