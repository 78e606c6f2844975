//! The one order, whatever the order of the keys: seen by what happens when, and by what each policy
//! makes of what happens further in.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::super::{E, Tries, block_on, sendable};
use super::log::Log;
use super::{MS, Watch, is_timed_out, reason};
use dyno::balance::Balancer;
use dyno::breaker::{self, Breaker, State};
use dyno::limit::bulkhead;
use dyno::point::{self, Event};
use dyno::{Deadline, Fault, Reason, clock, metrics, retry, service, timing};

/// What `#[service]` is given by the functions of this name, all of which tell a log of theirs.
macro_rules! told_by {
    ($name:literal) => {
        pub(super) static LOG: Log = Log::new();
        fn pick() -> Result<String, E> {
            LOG.note("pick");
            Ok(next_target())
        }
        static TARGETS: Balancer = Balancer::by($name, &pick);
        struct Told;
        impl retry::Listener for Told {
            fn attempt(&self, _: &str, attempt: u32) {
                LOG.note(format_args!("attempt {attempt}"));
            }
        }
        static TOLD: Told = Told;
        fn stand_in(error: &E) -> Result<u32, E> {
            let counted = metrics::of($name).map_or(0, |seen| seen.in_flight);
            LOG.note(format_args!("fallback for {error} in {counted} call"));
            Ok(7)
        }
    };
}

mod blocking {
    //! From the inside out, so that nothing comes of the text.
    use super::*;

    told_by! { "serving.order.blocking" }

    #[service(
        attempt_timeout = 100ms,
        bulkhead("serving.order.blocking", limit = 1, wait = 1s),
        balance = TARGETS,
        retry(3, delay = 10ms, listen = TOLD),
        rate("serving.order.blocking", rate = 1/50ms, burst = 1, wait = 1s),
        timeout = 900ms,
        harness(sink = |report| LOG.note(format_args!("report of {}", report.error()))),
        cache(ttl = 60s, key = sku),
        fallback = |error| stand_in(&error),
        timing("serving.order.blocking"),
        metrics,
        deadline = 2s,
        name = "serving.order.blocking"
    )]
    pub(super) fn price(sku: u32, times: [u32; 3], tries: &Tries) -> Result<u32, E> {
        let places = bulkhead::named("serving.order.blocking").expect("it is inside");
        let places = places.snapshot().in_flight;
        let made = tries.fail(99).unwrap_or_else(|_| tries.made());
        LOG.note(format_args!("call {made} in {places} place"));
        clock::sleep(times[made as usize - 1] * MS);
        if made == 3 { Ok(sku) } else { Err(E::Bad) }
    }
}

mod asynchronous {
    //! Mixed, for the same reason.
    use super::*;

    told_by! { "serving.order.asynchronous" }

    #[service(
        metrics,
        timing("serving.order.asynchronous"),
        attempt_timeout = 100ms,
        bulkhead("serving.order.asynchronous", limit = 1, wait = 1s),
        timeout = 900ms,
        balance = TARGETS,
        cache(ttl = 60s, key = sku),
        retry(3, delay = 10ms, listen = TOLD),
        deadline = 2s,
        rate("serving.order.asynchronous", rate = 1/50ms, burst = 1, wait = 1s),
        harness(sink = |report| LOG.note(format_args!("report of {}", report.error()))),
        fallback = |error| stand_in(&error),
        name = "serving.order.asynchronous"
    )]
    pub(super) async fn price(sku: u32, times: [u32; 3], tries: &Tries) -> Result<u32, E> {
        let places = bulkhead::named("serving.order.asynchronous").expect("it is inside");
        let places = places.snapshot().in_flight;
        let made = tries.fail(99).unwrap_or_else(|_| tries.made());
        LOG.note(format_args!("call {made} in {places} place"));
        clock::sleep_async(times[made as usize - 1] * MS).await;
        if made == 3 { Ok(sku) } else { Err(E::Bad) }
    }
}

/// Another one each time: none that was tried is asked for again.
fn next_target() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("http://target-{}:1", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// What the observers hear of a point goes into its log, but for what its own parts tell.
fn overhear(name: &'static str, log: &'static Log) -> point::Observing {
    point::observe(move |point: &str, event: &Event<'_>| {
        if point == name && !matches!(event, Event::Retry { .. }) {
            log.note(event);
        }
    })
}

type Price = fn(u32, [u32; 3], &Tries) -> Result<u32, E>;

/// The rate is asked once for all attempts; one that is late is the last.
fn one_that_is_late(name: &'static str, log: &Log, price: Price) {
    log.begin();
    assert_eq!(price(2, [5, 130, 30], &Tries::new()), Ok(7));
    let blocks = name.ends_with("blocking");
    let mut lines = log.take();
    let late = lines.iter().position(|line| line.contains("limit being")).expect("it is told");
    let line = lines.remove(late);
    assert_eq!(line.starts_with("145 finished"), blocks, "{line}");
    assert_eq!(line.starts_with("115 timed out"), !blocks, "{line}");
    let (end, error) = if blocks {
        (145, "Bad".to_owned())
    } else {
        (115, E::from(Fault::timed_out(name, 100 * MS)).to_string())
    };
    assert_eq!(
        lines,
        [
            "0 cache miss".to_owned(),
            "0 attempt 1".to_owned(),
            "0 pick".to_owned(),
            "0 call 1 in 1 place".to_owned(),
            "15 attempt 2".to_owned(),
            "15 pick".to_owned(),
            "15 call 2 in 1 place".to_owned(),
            format!("{end} gave up after 2 attempts: its time limit ended the last one"),
            format!("{end} report of {error}"),
            format!("{end} failed, a fallback stands in"),
            format!("{end} fallback for {error} in 1 call"),
        ],
        "{name}"
    );
}

#[test]
fn what_happens_when() {
    let _frozen = clock::freeze();
    let stages: [(&str, &'static Log, Price); 2] = [
        ("serving.order.blocking", &blocking::LOG, blocking::price),
        ("serving.order.asynchronous", &asynchronous::LOG, |sku, times, tries| {
            block_on(sendable(asynchronous::price(sku, times, tries)))
        }),
    ];
    for (name, log, price) in stages {
        let _watching = overhear(name, log);
        log.begin();
        let (out, tree) = timing::record("root", || price(1, [5, 20, 30], &Tries::new()));
        assert_eq!(out, Ok(1));
        assert_eq!(
            log.take(),
            [
                "0 cache miss",
                "0 attempt 1",
                "0 pick",
                "0 call 1 in 1 place",
                "15 attempt 2",
                "15 pick",
                "15 call 2 in 1 place",
                "45 attempt 3",
                "45 pick",
                "45 call 3 in 1 place",
                "75 succeeded after 3 attempts",
            ],
            "{name}"
        );
        assert_eq!(tree.nodes()[1].duration().map(|it| it.as_millis()), Some(75), "{tree}");
        // A hit goes no further.
        log.begin();
        assert_eq!(price(1, [5, 20, 30], &Tries::new()), Ok(1));
        assert_eq!(log.take(), ["0 cache hit"], "{name}");
        one_that_is_late(name, log, price);
        let counts = metrics::of(name).expect("it was called").total;
        assert_eq!((counts.successes, counts.failures), (3, 0), "what stood in has succeeded");
    }
}

both! { pause;
    #[service(metrics, fallback = Ok(1), deadline = 1s, name = "serving.order.spent")]
    fn spent() -> Result<u32, E> {
        Ok(1)
    }

    #[service(cache(ttl = 60s, key = sku), fallback = Ok(7))]
    fn cached(tries: &Tries, sku: u32) -> Result<u32, E> {
        assert!(sku == 1);
        tries.fail(1)
    }

    #[service(timeout = 100ms, rate(1/1s, wait = 1s))]
    fn waits_for_leave() -> Result<u32, E> {
        Ok(1)
    }

    #[service(retry(3, delay = 1ms), breaker(fail_max = 2))]
    fn each_attempt_counts(tries: &Tries) -> Result<u32, E> {
        tries.fail(9)
    }

    #[service(breaker("serving.order.full", fail_max = 1), bulkhead("serving.order.full", limit = 1))]
    fn full(tries: &Tries) -> Result<u32, E> {
        tries.fail(0)
    }

    #[service(attempt_timeout = 10ms, breaker("serving.order.slow", fail_max = 1))]
    fn slow() -> Result<u32, E> {
        pause!(20 * MS);
        Deadline::check("serving.order.slow")?;
        Ok(1)
    }
}

#[test]
fn a_spent_deadline_refuses_before_anybody_hears_of_the_call() {
    let frozen = clock::freeze();
    for call in [sync::spent as fn() -> _, || block_on(sendable(later::spent()))] {
        let deadline = Deadline::after(MS);
        frozen.advance(MS);
        assert_eq!(reason(&deadline.run(call)), Some(Reason::DeadlineSpent));
    }
    assert!(metrics::of("serving.order.spent").is_none_or(|seen| seen.total.calls() == 0));
}

#[test]
fn what_stands_in_is_not_kept() {
    let tries = Tries::new();
    assert_eq!([sync::cached(&tries, 1), sync::cached(&tries, 1)], [Ok(7), Ok(2)]);
    assert_eq!((sync::cached(&tries, 1), tries.made()), (Ok(2), 2));
    let tries = Tries::new();
    let call = || block_on(sendable(later::cached(&tries, 1)));
    assert_eq!(([call(), call(), call()], tries.made()), ([Ok(7), Ok(2), Ok(2)], 2));
}

#[test]
fn waiting_for_leave_counts_in_the_limit_of_all() {
    let _frozen = clock::freeze();
    let calls: [fn() -> _; 2] =
        [sync::waits_for_leave, || block_on(sendable(later::waits_for_leave()))];
    for call in calls {
        assert_eq!(call(), Ok(1));
        let watch = Watch::start();
        // It is known at once that its turn comes when the limit is over.
        assert_eq!((reason(&call()), watch.millis()), (Some(Reason::DeadlineSpent), 0));
    }
}

#[test]
fn an_open_circuit_ends_the_attempts() {
    let _frozen = clock::freeze();
    let calls: [fn(&Tries) -> _; 2] =
        [sync::each_attempt_counts, |tries| block_on(sendable(later::each_attempt_counts(tries)))];
    for call in calls {
        let tries = Tries::new();
        assert_eq!((reason(&call(&tries)), tries.made()), (Some(Reason::BreakerOpen), 2));
    }
}

#[test]
fn a_full_house_is_no_failure_of_the_dependency() {
    let tries = Tries::new();
    assert_eq!(sync::full(&tries), Ok(1));
    let places = bulkhead::named("serving.order.full").expect("it was called");
    let held = places.enter().expect("it is free");
    assert_eq!(reason(&sync::full(&tries)), Some(Reason::BulkheadFull));
    assert_eq!(reason(&block_on(sendable(later::full(&tries)))), Some(Reason::BulkheadFull));
    let breaker = breaker::named("serving.order.full").expect("it was called");
    assert_eq!((breaker.state(), tries.made()), (State::Closed, 1));
    // The circuit is asked first: no place is taken, none refused.
    let before = places.snapshot().turned_away;
    breaker.force_open();
    assert_eq!(reason(&sync::full(&tries)), Some(Reason::ForcedOpen));
    assert_eq!(reason(&block_on(later::full(&tries))), Some(Reason::ForcedOpen));
    assert_eq!(places.snapshot().turned_away, before);
    drop(held);
    breaker.reset();
    assert_eq!(block_on(sendable(later::full(&tries))), Ok(2));
}

#[test]
fn a_late_attempt_counts_against_the_circuit() {
    let _frozen = clock::freeze();
    assert!(is_timed_out(&block_on(sendable(later::slow()))));
    let breaker = breaker::named("serving.order.slow").expect("it was called");
    assert_eq!(breaker.state(), State::Open);
    breaker.reset();
    assert_eq!(reason(&sync::slow()), Some(Reason::DeadlineSpent));
    assert_eq!(breaker.state(), State::Open);
}

static DB: Breaker = Breaker::new("serving.order.db");
static SHARED: Breaker = Breaker::new("serving.order.shared").fail_max(1);

/// The plan of dyno 0.2: is the circuit open? is the pool full? run; a time-out or a failure is the
/// fallback; record.
#[service(
    metrics,
    fallback = |error| { planned(&error) },
    timeout = 1s,
    breaker = DB,
    bulkhead("serving.order.pool", limit = 1),
    name = "serving.order.planned"
)]
async fn plan(tries: &Tries, time: Duration) -> Result<u32, E> {
    clock::sleep_async(time).await;
    tries.fail(1)
}
fn planned(error: &E) -> Result<u32, E> {
    match error {
        E::Refused(fault) if fault.is_timed_out() => Ok(1000),
        E::Refused(fault) => match fault.reason() {
            Some(Reason::BulkheadFull) => Ok(2000),
            Some(_) => Ok(3000),
            None => Ok(4000),
        },
        _ => Ok(5000),
    }
}

#[test]
fn the_plan_of_dyno_0_2() {
    let _frozen = clock::freeze();
    let tries = Tries::new();
    let call = |time: u32| block_on(sendable(plan(&tries, time * MS)));
    assert_eq!((call(0), tries.made()), (Ok(5000), 1), "a failure");
    assert_eq!((call(2000), tries.made()), (Ok(1000), 1), "a time-out");
    let places = bulkhead::named("serving.order.pool").expect("it was called");
    let held = places.enter().expect("it is free");
    assert_eq!((call(0), tries.made()), (Ok(2000), 1), "the pool is full");
    DB.force_open();
    assert_eq!((call(0), tries.made()), (Ok(3000), 1), "the circuit is open: nobody asks the pool");
    assert_eq!(places.snapshot().turned_away, 1);
    DB.reset();
    drop(held);
    assert_eq!((call(0), tries.made()), (Ok(2), 2), "it succeeds");
    let recorded = metrics::of("serving.order.planned").expect("it was called").total;
    assert_eq!((recorded.successes, recorded.failures), (5, 0));
}

#[retry(2)]
#[service(breaker = SHARED, fallback(only = E::Worse(_), with = Ok(7)))]
fn below_a_retry(tries: &Tries) -> Result<u32, E> {
    tries.fail(1)
}
#[service(retry = 2)]
#[dyno::breaker(fail_max = 1)]
async fn above_a_breaker(tries: &Tries) -> Result<u32, E> {
    tries.fail(9)
}

#[test]
fn other_attributes_stand_where_they_are_written() {
    let tries = Tries::new();
    assert_eq!(reason(&below_a_retry(&tries)), Some(Reason::BreakerOpen));
    SHARED.reset();
    assert_eq!((below_a_retry(&tries), tries.made()), (Ok(2), 2));
    let tries = Tries::new();
    assert_eq!(reason(&block_on(sendable(above_a_breaker(&tries)))), Some(Reason::BreakerOpen));
    assert_eq!(tries.made(), 1);
}
