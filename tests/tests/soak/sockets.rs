//! The same with real servers of this machine, through the HTTP client. How many requests have been
//! made says what dies and returns; with `DYNO_SOAK=60`, how much of so many seconds has passed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use dyno::balance::Balancer;
use dyno::breaker::Settings;
use dyno::http::{Client, Error};
use dyno::metrics;
use dyno::retry::{Budget, Retry};
use dyno_tests::loopback::{Loopback, Reply};

use crate::counts::Counts;
use crate::script::{Health, Script};

const SERVERS: usize = 5;
const REQUESTS: u64 = 2000;
/// Requests at a time.
const CALLERS: u64 = 8;
const MS: Duration = Duration::from_millis(1);

/// What the script is at.
enum Pace {
    Requests { made: AtomicU64 },
    Time { began: Instant, length: Duration },
}

impl Pace {
    fn new() -> Self {
        let seconds = std::env::var("DYNO_SOAK").ok();
        match seconds.map(|seconds| seconds.parse().expect("`DYNO_SOAK` is a number of seconds")) {
            Some(seconds) => {
                Self::Time { began: Instant::now(), length: Duration::from_secs(seconds) }
            }
            None => Self::Requests { made: AtomicU64::new(0) },
        }
    }

    fn steps(&self) -> u64 {
        match self {
            Self::Requests { .. } => REQUESTS,
            Self::Time { length, .. } => millis(*length),
        }
    }

    /// The step of the next request; none when it is over.
    fn next(&self) -> Option<u64> {
        let step = match self {
            Self::Requests { made } => made.fetch_add(1, Ordering::Relaxed),
            Self::Time { began, .. } => millis(began.elapsed()),
        };
        (step < self.steps()).then_some(step)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

struct Soak {
    seed: u64,
    pace: Pace,
    script: Script,
    servers: Vec<Loopback>,
    /// How the servers are, since which step.
    health: Mutex<([Health; SERVERS], u64)>,
    balancer: &'static Balancer,
    budget: &'static Budget,
    name: &'static str,
    client: Client,
    seen: Mutex<Counts>,
}

impl Soak {
    fn new(seed: u64) -> Self {
        let name = leak(format!("soak.http.{seed}"));
        let servers: Vec<_> = (0..SERVERS).map(|_| Loopback::start()).collect();
        let urls = servers.iter().map(|server| leak(server.origin()).as_str());
        let settings = Settings::new().fail_max(3).reset_timeout(100 * MS);
        let balancer = Balancer::new(name, leak(urls.collect::<Vec<_>>())).breaker(settings);
        let balancer = leak(balancer.slow_start(100 * MS));
        let budget = leak(Budget::new().share(0.2).reserve(0).capacity(50));
        let retry = Retry::new(4).backoff(MS..20 * MS).budget(budget);
        let client = Client::builder(name).balance(balancer).retry(retry).retry_on_timeout(true);
        let client = client.timeout(20_000 * MS).attempt_timeout(500 * MS);
        let client = client.max_open(32).pool_size(32).build().expect("settings that it allows");
        let pace = Pace::new();
        let script = Script::new(seed, SERVERS, pace.steps());
        let health = Mutex::new(([Health::Well; SERVERS], 0));
        Self {
            seed,
            pace,
            script,
            servers,
            health,
            balancer,
            budget,
            name,
            client,
            seen: Mutex::default(),
        }
    }

    /// The servers become what the script says they are at that step.
    fn turn(&self, step: u64) {
        let mut now = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let (health, since) = &mut *now;
        if step < *since {
            return;
        }
        *since = step;
        for (at, server) in self.servers.iter().enumerate() {
            let next = self.script.health(at, step);
            if next == health[at] {
                continue;
            }
            health[at] = next;
            server.otherwise(match next {
                Health::Slow => Reply::text("ok").after(20 * MS),
                Health::Hanging => Reply::never(),
                Health::Failing => Reply::status(503),
                Health::Well | Health::Refusing => Reply::text("ok"),
            });
            match next {
                Health::Refusing => server.stop(),
                _ => server.restart(),
            }
        }
    }

    /// A caller: one request in twenty has little patience.
    async fn caller(&self, number: u64) {
        let mut dice = fastrand::Rng::with_seed(self.seed << 8 | number);
        while let Some(step) = self.pace.next() {
            self.turn(step);
            let patience = if dice.u8(..20) == 0 { dice.u32(..3) * MS } else { 60_000 * MS };
            let what = match tokio::time::timeout(patience, self.ask()).await {
                Ok(Ok(())) => "well",
                Ok(Err(error)) => self.failed(&error),
                Err(_) => "given up",
            };
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).add(what);
        }
    }

    async fn ask(&self) -> Result<(), Error> {
        let answer = self.client.get("/").send().await?.error_for_status()?;
        assert_eq!(answer.text().await?, "ok");
        Ok(())
    }

    fn failed(&self, error: &Error) -> &'static str {
        println!("seed {}: {error}", self.seed);
        "failed"
    }

    /// All servers are well: it asks until all are called again.
    async fn recovers(&self) -> u64 {
        self.turn(self.pace.steps());
        let mut asked = 0;
        while self.balancer.snapshot().targets.iter().any(|it| it.out || it.state != "closed") {
            asked += 1;
            assert!(asked < 5000, "seed {}: {}", self.seed, self.balancer.snapshot());
            self.ask().await.expect("all are well");
        }
        asked
    }

    fn check(&self, asked: u64) {
        let (seed, counts) = (self.seed, self.seen.lock().expect("nobody panicked").clone());
        let attempts: usize = self.servers.iter().map(|server| server.counts().requests).sum();
        println!("seed {seed}: {counts:?}, {attempts} requests, {}", self.budget);
        let answered = counts.all() - counts.of("given up");
        assert!(counts.of("well") * 1000 >= answered * 990, "seed {seed}: {counts:?}");
        let (calls, granted) = (counts.all() + asked, self.budget.snapshot().granted);
        assert!(attempts as u64 <= calls + granted, "seed {seed}: {attempts} of {calls}");
        assert!(granted > 0 && granted <= calls / 5 + 50, "seed {seed}: {granted} of {calls}");
        let balancer = self.balancer.snapshot();
        assert!(balancer.targets.iter().all(|it| it.in_flight == 0), "seed {seed}: {balancer}");
        let metrics = metrics::of(self.name).expect("it counts");
        assert_eq!((metrics.in_flight, metrics.total.calls()), (0, calls), "seed {seed}");
    }
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

async fn soak(seed: u64) {
    let soak = Soak::new(seed);
    futures_util::future::join_all((0..CALLERS).map(|number| soak.caller(number))).await;
    let asked = soak.recovers().await;
    soak.check(asked);
    // What was asked of those that hang is given up with its connection.
    let Soak { servers, client, .. } = soak;
    drop(client);
    for server in &servers {
        let counts = server.until(|counts| counts.open == 0 && counts.in_flight == 0).await;
        assert!(counts.connections > 0, "seed {seed}: {counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_goes_on_while_servers_die_and_return() {
    for seed in 1..=2 {
        soak(seed).await;
    }
}
