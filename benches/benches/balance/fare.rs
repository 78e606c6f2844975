//! The tables of the simulation.

use benches::{Bars, Section, Table};
use dyno::balance::Policy;
use tokio::runtime::{Builder, Runtime};

use crate::chance::Chance;
use crate::run::{Fares, run};
use crate::scenario::Scenario;
use crate::side::{Dyno, InTurn, Random};
use crate::tower_side::Tower;

/// All figures are over the calls of all of them.
const SEEDS: [u64; 3] = [1, 2, 3];

const DYNO: &str = "dyno: P2C, peak EWMA";
const TOWER: &str = "tower: `p2c`, `PeakEwma`";
const RANDOM: &str = "by hand: random";
const IN_TURN: &str = "by hand: round robin";

pub(crate) fn table(section: &mut Section, bars: &mut Bars, scenario: &Scenario) {
    let about = format!(
        "{} Calls come by chance, from four clients that know nothing of one another, for {:?}; a \
         caller gives up after 1 s. Latencies are of calls that were answered, or given up; \"lost\" \
         is what failed, was given up or was refused. dyno's breakers open after 5 failures in a row, \
         for 5 s. tower's is driven by the paused time of tokio, as all here.",
        scenario.about, scenario.lasts
    );
    section.heading(scenario.name, &about);
    let mut table = Table::new(&[
        "",
        "p50 ms",
        "p99 ms",
        "p99.9 ms",
        "lost %",
        "refused %",
        "at the odd one %",
    ]);
    let mut all = Vec::new();
    for name in [RANDOM, IN_TURN, TOWER] {
        all.push((name.to_owned(), fare(scenario, name, None)));
    }
    for policy in Policy::ALL {
        let name = if policy == Policy::P2c { DYNO.into() } else { format!("dyno: {policy}") };
        all.push((name, fare(scenario, "", Some(policy))));
    }
    for (name, fares) in &all {
        table.row(&row(name, fares));
    }
    section.add(&table);
    judge(bars, scenario, &all);
}

fn judge(bars: &mut Bars, scenario: &Scenario, all: &[(String, Fares)]) {
    let of = |name: &str| all.iter().find(|(other, _)| other == name).map(|(_, fares)| fares);
    let (Some(mine), Some(tower)) = (of(DYNO), of(TOWER)) else { return };
    let tail = |fares: &Fares| percentile(fares, 0.99);
    let what = format!("{}, p99 of dyno's P2C against tower's", scenario.name);
    bars.at_most(&what, 1.05, tail(mine) / tail(tower), "x");
    // A tenth of a percent or so goes into finding out who is back.
    let what = format!("{}, lost under dyno's P2C", scenario.name);
    bars.at_most(&what, 0.15, lost(mine), "%");
}

fn row(name: &str, fares: &Fares) -> Vec<String> {
    let ms = |share| format!("{:.1}", percentile(fares, share));
    vec![
        name.to_owned(),
        ms(0.5),
        ms(0.99),
        ms(0.999),
        format!("{:.3}", lost(fares)),
        format!("{:.3}", share(fares.refused, fares.calls)),
        format!("{:.2}", share(fares.at[3], fares.calls)),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "a share")]
fn share(some: u64, all: u64) -> f64 {
    100.0 * some as f64 / all as f64
}

fn lost(fares: &Fares) -> f64 {
    share(fares.failed + fares.given_up + fares.refused, fares.calls)
}

/// In milliseconds.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank"
)]
fn percentile(fares: &Fares, share: f64) -> f64 {
    let at = (fares.took.len() as f64 * share) as usize;
    fares.took.get(at).map_or(f64::NAN, |took| *took as f64 / 1e6)
}

fn fare(scenario: &Scenario, name: &str, policy: Option<Policy>) -> Fares {
    let mut all = Fares { at: vec![0; scenario.targets.len()], ..Fares::default() };
    for seed in SEEDS {
        let one = one(scenario, name, policy, seed);
        all.took.extend(one.took);
        all.calls += one.calls;
        all.failed += one.failed;
        all.given_up += one.given_up;
        all.refused += one.refused;
        all.at.iter_mut().zip(one.at).for_each(|(all, one)| *all += one);
    }
    all.took.sort_unstable();
    all
}

fn one(scenario: &Scenario, name: &str, policy: Option<Policy>, seed: u64) -> Fares {
    let count = scenario.targets.len();
    fastrand::seed(seed);
    // Each run begins at the same moment.
    let runtime = paused();
    runtime.block_on(async {
        match (policy, name) {
            (Some(policy), _) => run(scenario, Dyno::new(scenario, policy), seed).await,
            (None, RANDOM) => run(scenario, Random(Chance::of(!seed), count), seed).await,
            (None, IN_TURN) => run(scenario, InTurn::new(count), seed).await,
            (None, _) => run(scenario, Tower::new(count, seed), seed).await,
        }
    })
}

fn paused() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}
