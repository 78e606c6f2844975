//! Opens the shop, lets the customers in, and keeps the record.

use std::error::Error;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dyno::balance::Snapshot as Balancing;
use dyno::inject::Report;
use dyno::metrics::Snapshots;
use dyno::retry::Spent;
use dyno::timing::Tree;
use dyno::{cache, fallback, harness, metrics, timing};
use tokio::task::JoinSet;

use crate::args::{Args, ServiceName};
use crate::customers::{Ask, Customers};
use crate::money::Currency;
use crate::services::{self, REPLICAS, Script, Seen, Service};
use crate::shop::{self, Till};
use crate::tally::{Counting, Tally};

/// The shop, open, with its services.
#[derive(Debug)]
pub struct Shop {
    stock: Service,
    rates: Service,
    carrier: Service,
    warm_up: Report,
    counting: Counting,
    customers: Customers,
    products: u64,
}

/// All that is known about a day.
#[derive(Debug)]
pub struct Day {
    /// What was built before the shop opened.
    pub warm_up: Report,
    /// How many products there are.
    pub products: u64,
    /// What became of each request, in the order of their numbers.
    pub records: Vec<Record>,
    /// From the first request to the last answer.
    pub wall: Duration,
    /// What dyno said it did.
    pub tally: Tally,
    /// How the budget for retries stands.
    pub budget: Spent,
    /// How often something stood in, by the point where it did.
    pub stood_in: Vec<(&'static str, fallback::Count)>,
    /// What failed and was told, by the point where it did.
    pub told: Vec<&'static harness::History>,
    /// What became of asking for a surcharge.
    pub surcharges: cache::Counts,
    /// Calls and latencies of the last ten seconds.
    pub metrics: Snapshots,
    /// The request that took the longest.
    pub slowest: Slowest,
    /// What the balancers say of the replicas of each service.
    pub balancers: [(ServiceName, Balancing); 3],
    /// What the replicas of the services say they saw.
    pub seen: [(ServiceName, [Seen; REPLICAS]); 3],
    /// What the order book says: sales, and those made on second-best knowledge.
    pub book: (u64, u64),
}

/// Where the time of the slowest request went.
#[derive(Debug, Default)]
pub struct Slowest {
    /// Its number.
    pub request: u64,
    /// What was recorded of it.
    pub tree: Tree,
}

/// What one till has to tell.
#[derive(Debug, Default)]
struct Shift {
    records: Vec<Record>,
    slowest: Slowest,
}

/// What became of one request.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its number, from 0.
    pub request: u64,
    /// When it began, after the observer did.
    pub at: Duration,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub end: End,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With a sale.
    Answered {
        /// Paid in.
        currency: Currency,
        /// How many units.
        quantity: u32,
        /// Some of them come later.
        backordered: bool,
        /// A fallback stood in.
        degraded: bool,
    },
    /// Without one, for this kind of reason.
    Failed(&'static str),
}

/// Starts the services and builds what the shop needs.
pub async fn open(args: &Args) -> Result<Shop, Box<dyn Error>> {
    let stock = services::stock(Script {
        seed: args.seed,
        greeting: Duration::from_millis(300),
        latency_us: 3_000..7_000,
        hiccups: args.hiccups.map_or(20, |percent| percent * 10),
        forgotten: 1,
        down: down(args, ServiceName::Stock),
    })?;
    let rates = services::rates(Script {
        seed: !args.seed,
        greeting: Duration::from_millis(225),
        latency_us: 2_000..5_000,
        hiccups: args.hiccups.map_or(15, |percent| percent * 10),
        forgotten: 1,
        down: down(args, ServiceName::Rates),
    })?;
    let carrier = services::carrier(Script {
        seed: args.seed.rotate_left(32),
        greeting: Duration::from_millis(150),
        latency_us: 8_000..20_000,
        hiccups: 0,
        forgotten: 0,
        down: down(args, ServiceName::Carrier),
    })?;
    shop::STOCK.set(stock.addresses())?;
    shop::RATES.set(rates.addresses())?;
    shop::CARRIER.set(carrier.addresses())?;
    dyno::graph().check()?;
    let counting = Counting::start();
    let warm_up = dyno::warm_up();
    let warm_up = if args.json { warm_up } else { warm_up.progress() };
    let warm_up = warm_up.timeout_each(Duration::from_secs(5)).run_async().await?;
    let skus = shop::skus()?;
    let products = u64::try_from(skus.len())?;
    let customers = Customers::new(args.seed, skus);
    Ok(Shop { stock, rates, carrier, warm_up, counting, customers, products })
}

impl Shop {
    /// What was built before the shop opened.
    pub fn warm_up(&self) -> &Report {
        &self.warm_up
    }

    /// Serves all customers, and closes.
    pub async fn serve(self, args: &Args) -> Result<Day, Box<dyn Error>> {
        let shop = Arc::new(self);
        let next = Arc::new(AtomicU64::new(0));
        let opened = Instant::now();
        let mut tills = JoinSet::new();
        for number in 0..args.tills {
            let (shop, next, requests) = (shop.clone(), next.clone(), args.requests);
            tills.spawn(async move { shop.man(number, &next, requests).await });
        }
        let mut shift = Shift::default();
        while let Some(till) = tills.join_next().await {
            shift = shift.and(till??);
        }
        let wall = opened.elapsed();
        let shop = Arc::into_inner(shop).ok_or("somebody is still at a till")?;
        shop.close(shift, wall)
    }

    fn close(self, shift: Shift, wall: Duration) -> Result<Day, Box<dyn Error>> {
        let metrics = metrics::all();
        let Shift { mut records, slowest } = shift;
        records.sort_by_key(|record| record.request);
        let seen = [
            (ServiceName::Stock, self.stock.seen()),
            (ServiceName::Rates, self.rates.seen()),
            (ServiceName::Carrier, self.carrier.seen()),
        ];
        let balancers = [
            (ServiceName::Stock, shop::STOCK.snapshot()),
            (ServiceName::Rates, shop::RATES.snapshot()),
            (ServiceName::Carrier, shop::CARRIER.snapshot()),
        ];
        let book = shop::sales()?;
        let (products, warm_up, tally) = (self.products, self.warm_up, self.counting.finish());
        let (budget, stood_in) = (shop::BUDGET.snapshot(), fallback::counts());
        let surcharges = cache::named("surcharge").map(|cache| cache.counts()).unwrap_or_default();
        Ok(Day {
            warm_up,
            products,
            records,
            wall,
            tally,
            budget,
            stood_in,
            told: harness::all(),
            surcharges,
            metrics,
            slowest,
            balancers,
            seen,
            book,
        })
    }

    /// Serves the next customer at till `number`, until there is none.
    async fn man(
        &self,
        number: usize,
        next: &AtomicU64,
        requests: u64,
    ) -> Result<Shift, dyno::Fault> {
        let till = Till::new(number)?;
        let mut shift = Shift::default();
        loop {
            let request = next.fetch_add(1, Ordering::Relaxed);
            if request >= requests {
                return Ok(shift);
            }
            let ask = self.customers.ask(request);
            let at = self.counting.elapsed();
            let began = Instant::now();
            let answer = services::for_request(request, answer(&till, &ask));
            let (end, tree) = timing::record_async(format!("request {request}"), answer).await;
            let records = vec![Record { request, at, took: began.elapsed(), end }];
            shift = shift.and(Shift { records, slowest: Slowest { request, tree } });
        }
    }
}

impl Shift {
    /// Both, and of the two slowest requests the slower one.
    fn and(mut self, other: Self) -> Self {
        self.records.extend(other.records);
        if other.slowest.tree.duration() > self.slowest.tree.duration() {
            self.slowest = other.slowest;
        }
        self
    }
}

async fn answer(till: &Till, ask: &Ask) -> End {
    match till.serve(ask).await {
        Ok(sale) => End::Answered {
            currency: sale.currency,
            quantity: sale.quantity,
            backordered: sale.backordered,
            degraded: sale.degraded,
        },
        Err(error) => End::Failed(error.kind()),
    }
}

/// The requests for which each replica of `service` is down.
fn down(args: &Args, service: ServiceName) -> [Vec<Range<u64>>; REPLICAS] {
    let of_it = args.outages.iter().filter(|outage| outage.service == service);
    std::array::from_fn(|number| {
        let of_replica =
            of_it.clone().filter(|outage| outage.replica.is_none_or(|it| it == number));
        of_replica.map(|outage| outage.requests.clone()).collect()
    })
}
