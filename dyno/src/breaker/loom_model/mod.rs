//! Every interleaving of the state machine, by the model checker loom:
//! `RUSTFLAGS="--cfg loom" cargo test -p dyno --lib --no-default-features --features breaker model`

mod closed;
mod open;
mod trials;
mod window;

use std::cell::Cell;
use std::time::Duration;

use loom::sync::Arc;
use loom::sync::atomic::AtomicU64;
use loom::thread;

use super::core::{Core, Leave, Nanos, Time, Verdict};
use super::rule::{Panicked, judge};
use super::settings::Settings;
use super::why::{Change, Why};
use super::window::Seen;
use super::word::{Phase, Ticks};
use crate::outcome;

type Model = Core<AtomicU64>;

/// A clock that stands at so many milliseconds.
#[derive(Clone, Copy)]
struct At(u64);

impl Time for At {
    fn nanos(&self) -> Nanos {
        Nanos(self.0 * 1_000_000)
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// A clock that goes on whenever it is looked at; it remembers what it said last.
struct Going<'a>(&'a AtomicU64, Cell<u64>);

impl Time for Going<'_> {
    fn nanos(&self) -> Nanos {
        self.1.set(self.0.fetch_add(1, loom::sync::atomic::Ordering::AcqRel));
        At(self.1.get()).nanos()
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

fn settings(fail_max: u32, successes: u32) -> Settings {
    let settings = Settings::new().fail_max(fail_max).success_threshold(successes);
    settings.reset_timeout(Duration::from_millis(10))
}

fn fresh() -> Arc<Model> {
    let zero = || AtomicU64::new(0);
    let core = Core::new(zero(), zero(), zero(), zero());
    core.prepare();
    Arc::new(core)
}

/// Open since `millis`.
fn open(millis: u64) -> Arc<Model> {
    let core = fresh();
    assert!(force(&core, Phase::Open, millis).is_some());
    core
}

fn force(core: &Model, phase: Phase, millis: u64) -> Option<Change> {
    core.force(phase, Why::ByHand, ticks(millis))
}

fn ticks(millis: u64) -> Ticks {
    At(millis).now()
}

fn pass(core: &Model) -> u64 {
    core.pass().expect("closed")
}

/// `true` when that opens it.
fn fail(core: &Model, permit: u64, settings: &Settings, millis: u64) -> bool {
    let why = |in_a_row| judge(settings, Seen::default, in_a_row, &Panicked::default());
    let verdict = core.failure(permit, true, settings, why, || None, &At(millis));
    matches!(verdict, Verdict::Opened(_))
}

/// `Some` when the trial counts: what it changes.
#[allow(clippy::option_option)]
fn end(
    core: &Model,
    trial: Leave,
    good: Option<bool>,
    settings: &Settings,
    millis: u64,
) -> Option<Option<Change>> {
    let verdict = match good {
        None => outcome::Verdict::Ignored,
        Some(true) => outcome::Verdict::Success,
        Some(false) => outcome::Verdict::Failure,
    };
    match core.report(trial.stamp, trial.since, verdict, settings, &At(millis)) {
        Verdict::Late => None,
        Verdict::Opened(change) | Verdict::Closed(change) => Some(Some(change)),
        Verdict::Counted | Verdict::Exceeded(_) => Some(None),
    }
}

fn spawn<R: 'static>(
    core: &Arc<Model>,
    f: impl FnOnce(&Model) -> R + 'static,
) -> thread::JoinHandle<R> {
    let core = core.clone();
    thread::spawn(move || f(&core))
}
