//! Targets that are alike, and targets that are not.

use std::ops::Range;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);
const SEC: Duration = Duration::from_secs(1);

/// Targets, and how many calls come to them.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) targets: Vec<Target>,
    /// Calls a second.
    pub(crate) rate: f64,
    pub(crate) lasts: Duration,
}

/// So many workers with one queue.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) workers: usize,
    /// How long a worker takes for a call, on average; exponentially distributed.
    pub(crate) takes: Duration,
    /// The share of its calls that fail after a millisecond.
    pub(crate) fails: f64,
    /// It answers nothing during this time.
    pub(crate) away: Option<Range<Duration>>,
    /// What a weighted policy is told of it.
    pub(crate) weight: u32,
}

fn plain() -> Target {
    Target { workers: 4, takes: 10 * MS, fails: 0.0, away: None, weight: 1 }
}

fn ten(change: impl Fn(usize, &mut Target)) -> Vec<Target> {
    let target = |at| {
        let mut target = plain();
        change(at, &mut target);
        target
    };
    (0..10).map(target).collect()
}

/// All alike but the fourth.
fn but_one(change: impl Fn(&mut Target)) -> Vec<Target> {
    ten(|at, target| {
        if at == 3 {
            change(target);
        }
    })
}

pub(crate) fn all() -> Vec<Scenario> {
    let lasts = if benches::quick() { 10 * SEC } else { 60 * SEC };
    vec![
        Scenario {
            name: "Equal targets",
            about: "Ten targets with four workers each, 10 ms a call, loaded to 80 %.",
            targets: ten(|_, _| {}),
            rate: 3200.0,
            lasts,
        },
        Scenario {
            name: "One slow target",
            about: "As before, at 60 %, but one of them takes ten times as long for a call.",
            targets: but_one(|target| target.takes = 100 * MS),
            rate: 2200.0,
            lasts,
        },
        Scenario {
            name: "Skewed capacities",
            about: "Five have two workers and five have six, at 70 % in all. The weighted policy is told so.",
            targets: ten(|at, target| {
                (target.workers, target.weight) = if at % 2 == 0 { (2, 1) } else { (6, 3) };
            }),
            rate: 2800.0,
            lasts,
        },
        Scenario {
            name: "One that fails fast",
            about: "At 60 %; one of them fails every call after 1 ms.",
            targets: but_one(|target| target.fails = 1.0),
            rate: 2400.0,
            lasts,
        },
        Scenario {
            name: "One that fails half of its calls fast",
            about: "At 60 %; one of them fails every other call after 1 ms, by chance: few breakers open.",
            targets: but_one(|target| target.fails = 0.5),
            rate: 2400.0,
            lasts,
        },
        Scenario {
            name: "One that dies and returns",
            about: "At 60 %; one of them answers nothing for a third of the time, in the middle.",
            targets: but_one(|target| target.away = Some(lasts / 3..lasts * 2 / 3)),
            rate: 2400.0,
            lasts,
        },
    ]
}
