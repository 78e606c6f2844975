//! A minute in virtual time, through all policies: many tasks of one thread, so that a seed decides
//! everything.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use dyno::balance::{Balancer, Target};
use dyno::breaker::Settings;
use dyno::limit::{Bulkhead, bulkhead};
use dyno::retry::{Budget, Retry, retry};
use dyno::service::{Call, Service};
use dyno::{Deadline, Fault, clock, metrics, service};
use futures_util::FutureExt as _;
use futures_util::future::{Either, select};

use crate::counts::Counts;
use crate::driver::{Driver, frozen};
use crate::script::Script;
use crate::world::{BUG, Failed, TARGETS, World};

/// Milliseconds.
const LENGTH: u64 = 60_000;
/// In 1000 milliseconds.
const CALLS: u64 = 200;
/// Longer than any call may take.
const PATIENCE: u64 = 5_000;

/// What further attempts are paid out of: a fifth of the calls, and what is there at the beginning.
const SHARE: f64 = 0.2;
const CAPACITY: u32 = 20;

/// A minute of calls made by `call`, and what came of them.
fn minute(seed: u64, call: &impl AsyncFn(&World, u64) -> Result<u64, Failed>) -> Minute {
    played(seed, Script::new(seed, TARGETS, LENGTH), call)
}

/// The same with a script that is given.
fn played(
    seed: u64,
    script: Script,
    call: &impl AsyncFn(&World, u64) -> Result<u64, Failed>,
) -> Minute {
    fastrand::seed(seed);
    let clock = frozen();
    let world = World::new(seed, script);
    let mut driver = Driver::new(clock);
    for x in 0..LENGTH + PATIENCE {
        if x < LENGTH && world.dice(1000) < CALLS {
            driver.spawn(one(&world, call, x));
        }
        driver.step();
        if x >= LENGTH && driver.running() == 0 {
            break;
        }
    }
    assert_eq!(driver.running(), 0, "seed {seed}: a call never ends");
    assert_eq!((world.busy(), driver.sleepers()), (0, 0), "seed {seed}: an attempt goes on");
    Minute { counts: world.counts(), attempts: world.attempts(), in_vain: world.in_vain() }
}

/// What came of all calls, and what the targets saw of them.
#[derive(Debug, PartialEq, Eq)]
struct Minute {
    counts: Counts,
    attempts: [u64; TARGETS],
    /// Attempts at targets that could not answer.
    in_vain: u64,
}

/// A caller: one in twenty has little patience.
async fn one(world: &World, call: &impl AsyncFn(&World, u64) -> Result<u64, Failed>, x: u64) {
    let patience = if world.dice(20) == 0 { world.dice(8) } else { PATIENCE };
    let gives_up = clock::sleep_async(Duration::from_millis(patience));
    let answer = pin!(AssertUnwindSafe(call(world, x)).catch_unwind());
    world.saw(match select(answer, gives_up).await {
        Either::Left((Ok(Ok(answer)), _)) => {
            assert_eq!(answer, x + 1);
            "well"
        }
        Either::Left((Ok(Err(failed)), _)) => why(&failed),
        Either::Left((Err(panic), _)) => {
            assert_eq!(panic.downcast_ref(), Some(&BUG));
            "panicked"
        }
        Either::Right(_) => "given up",
    });
}

fn why(failed: &Failed) -> &'static str {
    match failed {
        Failed::Refused => "refused",
        Failed::Reset => "reset",
        Failed::Broken => "broken",
        Failed::Dyno(Fault::TimedOut { .. }) => "timed out",
        Failed::Dyno(Fault::NoTarget { .. }) => "no target",
        Failed::Dyno(_) => "rejected",
    }
}

/// Where the simulated targets would be: the port says which one it is.
static TARGETS_URLS: [&str; TARGETS] = [
    "http://10.0.0.1:8000",
    "http://10.0.0.1:8001",
    "http://10.0.0.1:8002",
    "http://10.0.0.1:8003",
    "http://10.0.0.1:8004",
];

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// All policies of a run, made for it.
struct Stack {
    balancer: &'static Balancer,
    budget: &'static Budget,
    places: &'static Bulkhead,
    service: &'static Service,
}

impl Stack {
    fn new(name: &'static str, fail_max: u32) -> Self {
        let settings = Settings::new().fail_max(fail_max).reset_timeout(Duration::from_millis(500));
        let balancer = Balancer::new(name, &TARGETS_URLS).breaker(settings);
        let balancer = leak(balancer.slow_start(Duration::from_secs(1)));
        let budget = leak(Budget::new().share(SHARE).reserve(0).capacity(CAPACITY));
        let places = leak(Bulkhead::new(name, 64));
        let backoff = Duration::from_millis(5)..Duration::from_millis(50);
        let service = Service::builder(name)
            .deadline(Duration::from_secs(2))
            .metrics()
            .timing()
            .timeout(Duration::from_secs(1))
            .rate(100_000, Duration::from_secs(1))
            .retry(Retry::new(4).backoff(backoff).budget(budget))
            .retry_on_timeout()
            .balance(balancer)
            .bulkhead_of(places)
            .attempt_timeout(Duration::from_millis(100));
        Self { balancer, budget, places, service: leak(service.build()) }
    }

    async fn call(&self, world: &World, x: u64) -> Result<u64, Failed> {
        self.service.call_async(|call| async move { world.serve(index(&call), x).await }).await
    }

    /// Nothing is left of any call.
    fn check(&self, seed: u64, minute: &Minute) {
        let Minute { counts, attempts, in_vain } = minute;
        println!("seed {seed}: {minute:?} {}", self.budget);
        let (calls, attempts) = (counts.all(), attempts.iter().sum::<u64>());
        assert!(calls > LENGTH * CALLS / 1000 * 9 / 10, "seed {seed}: {calls}");
        let answered = calls - counts.of("given up") - counts.of("panicked");
        assert!(counts.of("well") * 1000 >= answered * 995, "seed {seed}: {counts:?}");
        assert!(in_vain * 20 < attempts, "seed {seed}: {in_vain} of {attempts} in vain");
        self.check_budget(seed, calls, attempts);
        let balancer = self.balancer.snapshot();
        for target in &balancer.targets {
            let stands = (target.state, target.out, target.in_flight);
            assert_eq!(stands, ("closed", false, 0), "seed {seed}: {target:?}");
        }
        assert_eq!(self.places.snapshot().in_flight, 0, "seed {seed}");
        let counted = metrics::of(self.service.name()).expect("it counts");
        assert_eq!(
            (counted.in_flight, counted.total.calls()),
            (0, calls),
            "seed {seed}: {counted:?}"
        );
        assert_eq!(Deadline::current(), None, "seed {seed}");
        let mut made = 0;
        let _ = retry(3).run(|| {
            made += 1;
            None::<u8>
        });
        assert_eq!(made, 3, "seed {seed}: the thread still counts as one that tries again");
    }

    fn check_budget(&self, seed: u64, calls: u64, attempts: u64) {
        let granted = self.budget.snapshot().granted;
        assert!(attempts <= calls + granted, "seed {seed}: {attempts} of {calls} and {granted}");
        let most = calls / 5 + u64::from(CAPACITY);
        assert!(granted > 0 && granted <= most, "seed {seed}: {granted} further ones of {most}");
    }
}

fn index(call: &Call) -> usize {
    usize::from(call.target().map_or(0, Target::port) - 8000)
}

#[test]
fn a_service_goes_on_while_targets_die_and_return() {
    for seed in 1..=3 {
        let [minute, again] = ["once", "again"].map(|what| {
            let stack = Stack::new(leak(format!("soak.{seed}.{what}")), 5);
            let minute = minute(seed, &async |world, x| stack.call(world, x).await);
            stack.check(seed, &minute);
            minute
        });
        assert_eq!(again, minute, "seed {seed} decides everything");
    }
}

#[test]
fn a_budget_keeps_a_blackout_from_getting_worse() {
    // No breaker opens, or there would be nothing to try again.
    let stack = Stack::new("soak.blackout", u32::MAX);
    let blackout = Script::blackout(TARGETS, LENGTH);
    let Minute { counts, attempts, .. } =
        played(6, blackout, &async |world, x| stack.call(world, x).await);
    let (calls, attempts) = (counts.all(), attempts.iter().sum::<u64>());
    println!("{counts:?} {attempts} {}", stack.budget);
    assert_eq!((counts.of("well"), counts.of("rejected")), (0, 0), "{counts:?}");
    stack.check_budget(6, calls, attempts);
    assert!(attempts >= calls + calls / 6, "{attempts} of {calls}: there is a budget");
    assert!(stack.budget.snapshot().refused > calls / 2, "{}", stack.budget);
}

static PRICES: Balancer = Balancer::new("soak.attribute", &TARGETS_URLS)
    .breaker(Settings::new().fail_max(5).reset_timeout(Duration::from_millis(500)))
    .slow_start(Duration::from_secs(1));

#[service(
    deadline = 2s,
    metrics,
    timing,
    harness,
    timeout = 1s,
    rate = 100_000/1s,
    retry(4, backoff = 5ms..50ms, budget = 20%),
    retry_on_timeout,
    balance = PRICES,
    bulkhead("soak.attribute", limit = 64),
    attempt_timeout = 100ms,
    name = "soak.attribute"
)]
async fn price(call: &Call, world: &World, x: u64) -> Result<u64, Failed> {
    world.serve(index(call), x).await
}

#[test]
fn a_function_with_the_attribute_goes_on_as_well() {
    let minute = minute(5, &async |world, x| price(world, x).await);
    println!("{minute:?}");
    let Minute { counts, attempts, .. } = minute;
    let (calls, attempts) = (counts.all(), attempts.iter().sum::<u64>());
    let answered = calls - counts.of("given up") - counts.of("panicked");
    assert!(counts.of("well") * 1000 >= answered * 995, "{counts:?}");
    // By itself a budget grants ten a second more, and a hundred at the beginning.
    assert!(attempts > calls && attempts <= calls + calls / 5 + LENGTH / 100 + 100, "{attempts}");
    for target in &PRICES.snapshot().targets {
        let stands = (target.state, target.out, target.in_flight);
        assert_eq!(stands, ("closed", false, 0), "{target:?}");
    }
    let places = bulkhead::named("soak.attribute").expect("it is made").snapshot();
    let seen = metrics::of("soak.attribute").expect("it counts");
    assert_eq!((places.in_flight, seen.in_flight, seen.total.calls()), (0, 0, calls));
}
