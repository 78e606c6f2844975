//! What a choice costs, and telling how it went.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use benches::{Bars, Laps, Race, Section, Table, calls, ns};
use dyno::balance::{Balancer, Policy, Tried};
use tower::ServiceExt as _;
use tower::balance::p2c::Balance;
use tower::discover::ServiceList;
use tower::load::{CompleteOnResponse, PeakEwma};
use tower::{Service as _, service_fn};

const FLOOR: &str = "by hand: P2C, peak EWMA";
const TARGETS: &[&str] = &[
    "http://a:1",
    "http://a:2",
    "http://a:3",
    "http://a:4",
    "http://a:5",
    "http://a:6",
    "http://a:7",
    "http://a:8",
    "http://a:9",
    "http://a:10",
];

static P2C: Balancer = Balancer::new("p2c", TARGETS);
static IN_TURN: Balancer = Balancer::new("in-turn", TARGETS).policy(Policy::RoundRobin);
static WEIGHTED: Balancer = Balancer::new("weighted", TARGETS).policy(Policy::Weighted);
static LEAST: Balancer = Balancer::new("least", TARGETS).policy(Policy::LeastInFlight);
static RANDOM: Balancer = Balancer::new("random", TARGETS).policy(Policy::Random);

/// The least that peak EWMA by two choices can do: two clocks, two draws, and two words of a target.
struct ByHand {
    began: Instant,
    targets: Vec<Spot>,
}

#[repr(align(128))]
#[derive(Default)]
struct Spot {
    in_flight: AtomicU64,
    mean: AtomicU64,
    since: AtomicU64,
}

impl ByHand {
    fn new() -> Self {
        let targets = TARGETS.iter().map(|_| Spot::default()).collect();
        Self { began: Instant::now(), targets }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    fn cost(&self, at: usize, now: u64) -> f64 {
        let spot = &self.targets[at];
        let passed = now.saturating_sub(spot.since.load(Ordering::Relaxed)) as f64;
        let mean = f64::from_bits(spot.mean.load(Ordering::Relaxed)) * (-passed / 1e10).exp();
        mean * (spot.in_flight.load(Ordering::Relaxed) + 1) as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "a mean")]
    fn call(&self) -> usize {
        let now = self.now();
        let count = self.targets.len();
        let one = fastrand::usize(..count);
        let other = (one + 1 + fastrand::usize(..count - 1)) % count;
        let at = if self.cost(other, now) < self.cost(one, now) { other } else { one };
        let spot = &self.targets[at];
        spot.in_flight.fetch_add(1, Ordering::Relaxed);
        let end = self.now();
        spot.in_flight.fetch_sub(1, Ordering::Relaxed);
        let took = (end - now) as f64;
        let passed = end.saturating_sub(spot.since.swap(end, Ordering::Relaxed)) as f64;
        let weight = (-passed / 1e10).exp();
        let mean = f64::from_bits(spot.mean.load(Ordering::Relaxed));
        let mean = if took > mean { took } else { mean * weight + took * (1.0 - weight) };
        spot.mean.store(mean.to_bits(), Ordering::Relaxed);
        at
    }
}

fn call(balancer: &Balancer) -> u16 {
    let tried = Tried::new();
    let pick = balancer.pick(&tried).expect("a target");
    let port = pick.target().port();
    pick.success();
    port
}

fn sticky(balancer: &Balancer) -> u16 {
    let tried = Tried::new();
    let pick = balancer.pick_for("user-1", &tried).expect("a target");
    let port = pick.target().port();
    pick.success();
    port
}

pub(crate) fn run(section: &mut Section, bars: &mut Bars) {
    section.heading(
        "The cost of a choice",
        "Ten targets that are all well: a target is picked and the call that takes no time is settled. \
         The floor keeps no count of what it picked, owns nothing, knows no breaker and no target that \
         comes or goes. tower's is one thread's own; its call is a future that is ready.",
    );
    let by_hand = ByHand::new();
    let mut race = Race::short();
    race.enter("the clock, twice", calls!((Instant::now(), Instant::now())));
    race.enter(FLOOR, calls!(by_hand.call()));
    for (name, balancer) in [
        ("dyno: P2C, peak EWMA", &P2C),
        ("dyno: round robin", &IN_TURN),
        ("dyno: weighted", &WEIGHTED),
        ("dyno: least in flight", &LEAST),
        ("dyno: random", &RANDOM),
    ] {
        race.enter(name, calls!(call(balancer)));
    }
    race.enter("dyno: sticky", calls!(sticky(&P2C)));
    race.enter("tower: `p2c`, `PeakEwma`", tower);
    let (alone, pairs) = (race.run(), race.run_in_pairs());
    let mut table = Table::new(&["", "ns", "against the floor", "ns, two threads"]);
    let floor = of(&alone, FLOOR);
    for (laps, pair) in alone.iter().zip(&pairs) {
        let against = format!("{:.2}", laps.median() / floor);
        table.row(&[laps.name.clone(), ns(laps.median()), against, ns(pair.median())]);
    }
    section.add(&table);
    let mine = of(&alone, "dyno: P2C, peak EWMA");
    bars.at_most("P2C, pick and settle, against what is by hand", 2.0, mine / floor, "x");
    let tower = of(&alone, "tower: `p2c`, `PeakEwma`");
    bars.at_most("P2C, pick and settle, against tower's", 1.0, mine / tower, "x");
    let counted = allocation_counter::measure(|| {
        for _ in 0..1000 {
            std::hint::black_box(call(&P2C));
        }
    });
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    bars.at_most("P2C, pick and settle, allocations", 0.0, counted.count_total as f64, "");
}

fn of(all: &[Laps], name: &str) -> f64 {
    all.iter().find(|laps| laps.name == name).map_or(f64::NAN, Laps::median)
}

/// Its `Balance` is not to be shared, so each batch makes one.
fn tower(times: u64) {
    let service = || {
        let call = service_fn(async |x: u64| Ok::<_, std::convert::Infallible>(x));
        let (rtt, decay) = (Duration::from_millis(30), 1e10);
        PeakEwma::new(call, rtt, decay, CompleteOnResponse::default())
    };
    let services = ServiceList::new(TARGETS.iter().map(|_| service()).collect::<Vec<_>>());
    let mut balance = Balance::new(services);
    benches::poll_once(async {
        for x in 0..times {
            let ready = balance.ready().await.expect("ready");
            std::hint::black_box(ready.call(x).await.expect("it goes well"));
        }
    });
}
