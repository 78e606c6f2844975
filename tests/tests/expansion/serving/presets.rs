//! `#[service("pricing")]`, `#[service(PRICING)]`: the policies of a service made elsewhere.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::super::{E, Tries, block_on, sendable};
use super::{MS, Watch, is_timed_out, reason};
use dyno::balance::{Balancer, Policy};
use dyno::breaker::Settings;
use dyno::retry::Retry;
use dyno::service::{Call, Service};
use dyno::{Error, Reason, clock, harness, metrics, service, timing};

static PLAIN: Service = Service::builder("serving.presets.plain").build();
static ALL: Service = Service::builder("serving.presets.all")
    .deadline(Duration::from_secs(2))
    .timeout(Duration::from_secs(1))
    .attempt_timeout(Duration::from_millis(100))
    .retry(Retry::new(3).delay(Duration::from_millis(10)))
    .breaker(Settings::new().fail_max(4))
    .bulkhead(1)
    .rate(1000, Duration::from_secs(1))
    .timing()
    .harness()
    .metrics()
    .build();

both! { pause;
    #[service(PLAIN)]
    fn plain(call: &Call, text: String) -> Result<String, E> {
        assert!(call.target().is_none());
        Ok(format!("{text}{}", call.attempt()))
    }

    #[service(ALL)]
    fn all(tries: &Tries, time: Duration) -> Result<u32, E> {
        let made = tries.fail(2);
        pause!(time);
        dyno::Deadline::check("serving.presets.all")?;
        made
    }

    #[service(ALL, fallback = |_| Ok(7), except = E::Worse(_), name = "serving.presets.worse")]
    fn worse(tries: &Tries) -> Result<u32, E> {
        let _ = tries.fail(9);
        Err(E::Worse(404))
    }

    #[service("serving.presets.named", cache(ttl = 60s, key = sku), timing, harness)]
    fn named(tries: &Tries, sku: u32) -> Result<u32, E> {
        tries.fail(1).map(|made| made + sku)
    }

    #[service(PLAIN, wrap)]
    fn wrapped(fails: bool) -> Result<u32, std::fmt::Error> {
        if fails { Err(std::fmt::Error) } else { Ok(1) }
    }
}

#[test]
fn what_a_preset_lacks_is_not_there() {
    assert_eq!(sync::plain("x".into()), Ok("x1".into()));
    assert_eq!(block_on(sendable(later::plain("x".into()))), Ok("x1".into()));
    assert!(matches!(sync::wrapped(true), Err(Error::Inner(_))));
    assert!(matches!(block_on(sendable(later::wrapped(false))), Ok(1)));
    assert!(metrics::of("serving.presets.plain").is_none());
}

#[test]
fn every_policy_of_a_preset_is_in_force() {
    let _frozen = clock::freeze();
    for call in [sync::all as fn(&Tries, Duration) -> Result<u32, E>, |tries, time| {
        block_on(sendable(later::all(tries, time)))
    }] {
        let (tries, watch) = (Tries::new(), Watch::start());
        let (out, tree) = timing::record("root", || call(&tries, MS));
        assert_eq!((out, watch.millis()), (Ok(3), 23));
        let span = tree.nodes()[1].duration().map(|it| it.as_millis());
        assert_eq!(span, Some(23), "{tree}");
        // One that is late is the last.
        let tries = Tries::new();
        let out = call(&tries, 130 * MS);
        assert!(is_timed_out(&out) || reason(&out) == Some(Reason::DeadlineSpent), "{out:?}");
        assert_eq!(tries.made(), 1);
    }
    let counts = metrics::of("serving.presets.all").expect("it was called").total;
    assert_eq!((counts.successes, counts.failures + counts.rejected.total()), (2, 2));
    let reports = harness::of("serving.presets.all").expect("it reported").counts();
    assert_eq!(reports.failed + reports.rejected + reports.timed_out, 2);
    // What is excluded neither is tried again nor counts, and the fallback takes it.
    let tries = Tries::new();
    for _ in 0..9 {
        assert_eq!(sync::worse(&tries), Ok(7));
    }
    assert_eq!((block_on(sendable(later::worse(&tries))), tries.made()), (Ok(7), 10));
}

#[test]
fn a_preset_is_found_by_its_name() {
    let _service = Service::builder("serving.presets.named").retry(Retry::new(2)).share();
    let tries = Tries::new();
    assert_eq!((sync::named(&tries, 10), tries.made()), (Ok(12), 2));
    assert_eq!((sync::named(&tries, 10), tries.made()), (Ok(12), 2));
    assert_eq!((block_on(sendable(later::named(&tries, 20))), tries.made()), (Ok(23), 3));
}

static BLOCKING: Service = Service::builder("serving.presets.blocking")
    .retry(Retry::new(2))
    .attempt_timeout(Duration::from_millis(50))
    .build();

#[service(BLOCKING, pool("serving.presets.io", size = 4, queue = 1))]
fn on_a_pool(call: &Call, text: String, time: Duration) -> Result<String, E> {
    clock::sleep(time);
    if call.attempt() == 1 { Err(E::Bad) } else { Ok(text) }
}

#[test]
fn a_preset_on_a_pool() {
    let _frozen = clock::freeze();
    assert_eq!(on_a_pool("x".into(), MS), Ok("x".into()));
    assert!(is_timed_out(&on_a_pool("x".into(), 60 * MS)));
}

static TARGETS: Balancer = Balancer::new("serving.presets.targets", &["http://a:1", "http://b:2"])
    .policy(Policy::RoundRobin)
    .breaker(Settings::new().fail_max(1));
static BALANCED: Service = Service::builder("serving.presets.balanced")
    .balance(&TARGETS)
    .retry(Retry::new(2))
    .bulkhead(1)
    .build();
static MADE: AtomicU32 = AtomicU32::new(0);

#[service(BALANCED)]
async fn balanced(call: &Call) -> Result<String, E> {
    let target = call.target().expect("there is one").authority().to_owned();
    let _ = MADE.fetch_add(1, Ordering::SeqCst);
    if target == "a:1" { Err(E::Bad) } else { Ok(target) }
}
#[service(BALANCED, balance(key = user))]
fn sticky(user: &str, call: &Call) -> Result<String, E> {
    Ok(call.target().expect("there is one").authority().to_owned())
}

#[test]
fn a_preset_that_balances() {
    let _frozen = clock::freeze();
    for _ in 0..6 {
        assert_eq!(block_on(sendable(balanced())), Ok("b:2".into()));
    }
    // One failure has put the first target out.
    assert_eq!(MADE.load(Ordering::SeqCst), 7);
    assert_eq!(sticky("me"), Ok("b:2".into()));
}

static BY_TARGET: Service = Service::builder("serving.presets.by-target")
    .breaker(Settings::new().fail_max(1))
    .bulkhead(1)
    .per_target()
    .build();

#[service(BY_TARGET)]
fn by_target() -> Result<u8, E> {
    Ok(1)
}
#[service(BY_TARGET)]
async fn by_target_in_a_task() -> Result<u8, E> {
    Ok(1)
}

/// Its breaker would be nobody's.
#[test]
fn a_preset_that_keeps_its_state_by_target_needs_a_balancer() {
    for call in [by_target, || block_on(by_target_in_a_task())] {
        let panic = std::panic::catch_unwind(call).expect_err("there is no target");
        let told = panic.downcast_ref::<String>().expect("text");
        assert!(
            told.contains("\"serving.presets.by-target\": it keeps its state by target"),
            "{told}"
        );
        assert!(told.contains("give it a balancer"), "{told}");
    }
}
