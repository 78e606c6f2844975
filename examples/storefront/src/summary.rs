//! The figures of a day: all of them counted, none of them assumed.

use std::collections::BTreeMap;
use std::time::Duration;

use dyno::cache;
use dyno::fallback::Count;
use dyno::harness::History;
use dyno::metrics::Snapshots;
use dyno::retry::Spent;
use dyno::timing::Tree;
use serde::Serialize;

use crate::args::{Args, Outage, ServiceName};
use crate::balanced::{self, Balanced};
use crate::latency::Latencies;
use crate::noticed::Noticed;
use crate::report::millis;
use crate::run::{Day, End, Record, Slowest};
use crate::services::{REPLICAS, Seen};
use crate::tally::{Counts, Transition};

/// The figures of a day.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// What was asked for.
    pub options: Options,
    /// The same in every run with these options.
    pub repeatable: Repeatable,
    /// What time and the threads' order have a hand in.
    pub measured: Measured,
}

/// What was asked for.
#[derive(Debug, Serialize)]
pub struct Options {
    /// Customers.
    pub requests: u64,
    /// Tills.
    pub tills: usize,
    /// From which all is drawn.
    pub seed: u64,
    /// How many calls in a hundred the services turned away; else each as many as it pleased.
    pub hiccups: Option<u64>,
    /// What goes down, with the first request and the one after the last.
    pub outages: Vec<(String, u64, u64)>,
}

/// The same in every run with the same options.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Repeatable {
    /// Products in the catalogue.
    pub products: u64,
    /// Requests that ended with a sale.
    pub answered: u64,
    /// Requests that ended without.
    pub failed: u64,
    /// The same, by reason.
    pub failures: BTreeMap<&'static str, u64>,
    /// Sales by currency.
    pub currencies: BTreeMap<&'static str, u64>,
    /// Units sold.
    pub units: u64,
    /// Requests made in each outage.
    pub in_outages: Vec<u64>,
}

/// What time and the threads' order have a hand in.
#[derive(Debug, Serialize)]
pub struct Measured {
    /// How long it took to build everything, in parallel.
    #[serde(rename = "warm_up_ms", serialize_with = "millis")]
    pub warm_up: Duration,
    /// How long it would have taken one after the other.
    #[serde(rename = "warm_up_sum_ms", serialize_with = "millis")]
    pub warm_up_sum: Duration,
    /// From the first request to the last answer.
    #[serde(rename = "wall_ms", serialize_with = "millis")]
    pub wall: Duration,
    /// What customers noticed of each outage, and those who came when there was none.
    pub noticed: Vec<Noticed>,
    /// Sales made on second-best knowledge.
    pub degraded: u64,
    /// Sales of which some units come later.
    pub backordered: u64,
    /// What dyno did, at all points together.
    pub total: Counts,
    /// What dyno did at each point.
    pub points: BTreeMap<String, Counts>,
    /// Calls turned away without trying, by the reason.
    pub turned_away: BTreeMap<String, u64>,
    /// What retries were paid for out of.
    pub budget: Purse,
    /// How often something stood in, by the point where it did.
    pub stood_in: BTreeMap<&'static str, StoodIn>,
    /// What failed and was told, by the point where it did.
    pub told: BTreeMap<&'static str, Told>,
    /// What became of asking for a surcharge.
    pub surcharges: Surcharges,
    /// What the breakers did, and why.
    pub transitions: Vec<Transition>,
    /// What the services say they saw.
    pub services: BTreeMap<&'static str, Seen>,
    /// The same of each replica.
    pub replicas: BTreeMap<String, Seen>,
    /// What the balancers did with each replica.
    pub balanced: BTreeMap<String, Balanced>,
    /// What the order book says.
    pub order_book: OrderBook,
    /// Each provider and its builds.
    pub instances: BTreeMap<String, Instance>,
    /// How long requests took.
    pub latency: Latencies,
    /// The request that took the longest.
    pub slowest: Slow,
    /// What dyno wanted a person to look at.
    pub warnings: Vec<String>,
    /// Calls and latencies of the last ten seconds.
    #[serde(skip)]
    pub metrics: Snapshots,
}

/// What failed at one point, and was told, though something may have stood in.
#[derive(Debug, Serialize)]
pub struct Told {
    /// How often.
    pub times: u64,
    /// Of these, only counted, as there were so many.
    pub left_out: u64,
    /// The last one.
    pub last: Option<String>,
}

/// What became of asking for a surcharge.
#[derive(Debug, Serialize)]
pub struct Surcharges {
    /// It was known, and not too old.
    pub hits: u64,
    /// It was asked for, while all who wanted it waited.
    pub misses: u64,
    /// It was asked for before it was too old, and nobody else waited.
    pub early: u64,
    /// It was too old, and did while another customer asked.
    pub stale: u64,
    /// Another customer asked, and this one waited.
    pub waited: u64,
    /// The carrier did not answer, and what it had said before did.
    pub stale_if_error: u64,
}

/// The request that took the longest.
#[derive(Debug, Serialize)]
pub struct Slow {
    /// Its number.
    pub request: u64,
    /// How long it took.
    #[serde(rename = "took_ms", serialize_with = "millis")]
    pub took: Duration,
    /// Where that time went.
    #[serde(skip)]
    pub tree: Tree,
}

/// What retries were paid for out of.
#[derive(Debug, Serialize)]
pub struct Purse {
    /// Further attempts that were paid for.
    pub granted: u64,
    /// Further attempts for which there was not enough.
    pub refused: u64,
    /// What is left,
    pub tokens: f64,
    /// and what there can be at most.
    pub capacity: u32,
}

/// How often something stood in.
#[derive(Debug, Serialize)]
pub struct StoodIn {
    /// In all.
    pub times: u64,
    /// Of these, for a call that was turned away.
    pub refused: u64,
    /// Of these, in vain.
    pub failed: u64,
}

/// What the order book says.
#[derive(Debug, Serialize)]
pub struct OrderBook {
    /// Sales in it.
    pub sales: u64,
    /// Of these, made on second-best knowledge.
    pub degraded: u64,
}

/// The builds of one provider.
#[derive(Debug, Serialize)]
pub struct Instance {
    /// How often it was built.
    pub built: usize,
    /// How long it took, all builds together.
    #[serde(rename = "took_ms", serialize_with = "millis")]
    pub took: Duration,
}

impl Summary {
    /// Adds it all up.
    pub fn new(args: &Args, day: Day) -> Self {
        let options = Options {
            requests: args.requests,
            tills: args.tills,
            seed: args.seed,
            hiccups: args.hiccups,
            outages: args.outages.iter().map(outage).collect(),
        };
        let repeatable = Repeatable::new(args, &day);
        Self { options, repeatable, measured: Measured::new(args, day) }
    }
}

impl Repeatable {
    fn new(args: &Args, day: &Day) -> Self {
        let came = |outage: &Outage| {
            day.records.iter().filter(|record| outage.requests.contains(&record.request)).count()
        };
        let in_outages = args.outages.iter().map(|outage| came(outage) as u64).collect();
        let mut sum = Self { products: day.products, in_outages, ..Self::default() };
        for Record { end, .. } in &day.records {
            match *end {
                End::Answered { currency, quantity, .. } => {
                    sum.answered += 1;
                    sum.units += u64::from(quantity);
                    *sum.currencies.entry(currency.code()).or_default() += 1;
                }
                End::Failed(reason) => {
                    sum.failed += 1;
                    *sum.failures.entry(reason).or_default() += 1;
                }
            }
        }
        sum
    }
}

impl Measured {
    fn new(args: &Args, day: Day) -> Self {
        let Day { warm_up, records, wall, mut tally, budget, stood_in, seen, balancers, .. } = day;
        let (surcharges, slowest, metrics) = (day.surcharges, day.slowest, day.metrics);
        let (sales, degraded) = day.book;
        let counted = |which: fn(&End) -> bool| {
            records.iter().filter(|record| which(&record.end)).count() as u64
        };
        let instance = |builds: Vec<Duration>| Instance {
            built: builds.len(),
            took: builds.into_iter().sum(),
        };
        let noticed = Noticed::of(args, &records, &tally);
        let balanced = Balanced::of(balancers, &tally);
        for change in &mut tally.transitions {
            change.breaker = balanced::replica_of(&change.breaker, &balanced);
        }
        Self {
            warm_up: warm_up.wall(),
            warm_up_sum: warm_up.sum(),
            wall,
            noticed,
            balanced,
            degraded: counted(|end| matches!(end, End::Answered { degraded: true, .. })),
            backordered: counted(|end| matches!(end, End::Answered { backordered: true, .. })),
            total: tally.total(),
            points: tally.points,
            turned_away: tally.turned_away,
            budget: Purse::from(budget),
            stood_in: stood_in.into_iter().map(|(at, count)| (at, StoodIn::from(count))).collect(),
            told: day.told.into_iter().map(|all| (all.name(), Told::from(all))).collect(),
            surcharges: Surcharges::from(surcharges),
            transitions: tally.transitions,
            services: seen
                .iter()
                .map(|(name, seen)| (name.as_str(), seen.iter().copied().sum()))
                .collect(),
            replicas: seen.into_iter().flat_map(|(name, seen)| of_replicas(name, seen)).collect(),
            order_book: OrderBook { sales, degraded },
            instances: tally.built.into_iter().map(|(name, it)| (name, instance(it))).collect(),
            latency: Latencies::of(&records),
            slowest: Slow::from(slowest),
            warnings: tally.warnings,
            metrics,
        }
    }
}

impl From<Spent> for Purse {
    fn from(Spent { granted, refused, tokens, capacity, .. }: Spent) -> Self {
        Self { granted, refused, tokens, capacity }
    }
}

impl From<&History> for Told {
    fn from(all: &History) -> Self {
        let counts = all.counts();
        let last = all.last().map(|report| report.to_string());
        Self { times: counts.total(), left_out: counts.left_out, last }
    }
}

impl From<cache::Counts> for Surcharges {
    fn from(counts: cache::Counts) -> Self {
        let cache::Counts { hit, miss, early, stale, waited, stale_if_error, .. } = counts;
        Self { hits: hit, misses: miss, early, stale, waited, stale_if_error }
    }
}

impl From<Slowest> for Slow {
    fn from(Slowest { request, tree }: Slowest) -> Self {
        Self { request, took: tree.duration(), tree }
    }
}

impl From<Count> for StoodIn {
    fn from(Count { stood_in: times, refused, failed, .. }: Count) -> Self {
        Self { times, refused, failed }
    }
}

fn outage(outage: &Outage) -> (String, u64, u64) {
    (outage.to_string(), outage.requests.start, outage.requests.end)
}

fn of_replicas(
    service: ServiceName,
    seen: [Seen; REPLICAS],
) -> impl Iterator<Item = (String, Seen)> {
    seen.into_iter().enumerate().map(move |(number, seen)| (service.replica(number), seen))
}
