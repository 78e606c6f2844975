//! The scenarios of dace's `fault_tolerant`, by their numbers, in virtual time.

use std::error::Error;
use std::future::Future;
use std::io;
use std::sync::Mutex;
use std::time::Duration;

use super::super::{E, Tries, block_on, sendable};
use super::{MS, Watch, is_timed_out, reason};
use dyno::breaker::{self, State};
use dyno::limit::bulkhead;
use dyno::{Reason, clock, harness, metrics, service};

/// A future that nobody can wait for to the end.
async fn never() {
    std::future::pending::<()>().await;
}

both! { pause;
    #[service]
    fn usual(tries: &Tries, fails: u32) -> Result<u32, E> {
        tries.fail(fails)
    }

    #[service(defaults, timeout = 4s, name = "serving.dace.slow")]
    fn usual_slow(tries: &Tries, time: Duration) -> Result<u32, E> {
        let made = tries.fail(0)?;
        pause!(time);
        dyno::Deadline::check("serving.dace.slow")?;
        Ok(made)
    }

    #[service(retry(retries = 3))]
    fn retried(tries: &Tries) -> Result<u32, E> {
        tries.fail(9)
    }

    #[service(timeout = 1s)]
    fn once(tries: &Tries) -> Result<u32, E> {
        tries.fail(9)
    }

    #[service(timeout = 250ms, retry(retries = 3))]
    fn late(tries: &Tries) -> Result<u32, E> {
        pause!(100 * MS);
        tries.fail(9)
    }

    #[service(retry(retries = 3), fallback = |_| { stood.fail(0) })]
    fn falls_back(tries: &Tries, stood: &Tries, fails: u32) -> Result<u32, E> {
        tries.fail(fails).map(|made| made + 100)
    }

    #[service(fallback = Err(io::Error::new(io::ErrorKind::NotFound, "not in the cache")))]
    fn fails_twice() -> Result<u32, io::Error> {
        Err(io::Error::new(io::ErrorKind::ConnectionRefused, "down"))
    }

    #[service(breaker(fail_max = 2, reset_timeout = 10s, jitter = 0%))]
    fn tested(tries: &Tries, fails: u32) -> Result<u32, E> {
        tries.fail(fails)
    }

    #[service(breaker(fail_max = 1), fallback = Ok(7))]
    fn open_stood_in(tries: &Tries) -> Result<u32, E> {
        tries.fail(9)
    }

    #[service(breaker(fail_max = 1))]
    fn unhurried() -> Result<u32, E> {
        pause!(1000 * MS);
        Ok(1)
    }

    #[service(breaker(fail_max = 1), expected_in = 500ms)]
    fn expected() -> Result<u32, E> {
        pause!(1000 * MS);
        Ok(1)
    }

    #[service(harness, name = "serving.dace.prices")]
    fn told() -> Result<u32, E> {
        Err(E::Worse(503))
    }
}

/// The breaker of a function of these modules, by its path.
fn breaker_of(name: &str) -> &'static breaker::Breaker {
    breaker::named(&format!("{}::{name}", module_path!())).expect("it was called")
}

#[test]
fn da_01_the_usual_set() {
    let _frozen = clock::freeze();
    for (name, call) in [
        ("sync::usual", (|tries| sync::usual(tries, 9)) as fn(&Tries) -> _),
        ("later::usual", |tries| block_on(sendable(later::usual(tries, 9)))),
    ] {
        let (tries, watch) = (Tries::new(), Watch::start());
        // 3 retries, with growing pauses of which up to all is left to chance.
        assert_eq!((call(&tries), tries.made()), (Err(E::Bad), 4));
        assert!(watch.millis() <= 350, "{}", watch.millis());
        let breaker = breaker_of(name);
        assert_eq!(breaker.state(), State::Closed);
        // The fifth failure in a row opens the circuit, for 10 s.
        assert_eq!((reason(&call(&tries)), tries.made()), (Some(Reason::BreakerOpen), 5));
        assert_eq!(breaker.state(), State::Open);
        let left = breaker.snapshot().retry_after.expect("open").as_secs_f64();
        assert!((8.9..=11.1).contains(&left), "{left}");
        // 10 in flight, of which none is left behind.
        let path = format!("{}::{name}", module_path!());
        let places = bulkhead::named(&path).expect("it was called").snapshot();
        assert_eq!((places.limit, places.in_flight), (10, 0));
        // A refusal within the retry ends the call.
        let counts = metrics::of(&path).expect("it was called").total;
        assert_eq!((counts.failures, counts.rejected.total(), counts.policies.retried), (1, 1, 4));
    }
}

#[test]
fn da_01_no_retry_on_a_time_out() {
    let _frozen = clock::freeze();
    let (tries, watch) = (Tries::new(), Watch::start());
    let out = block_on(sendable(later::usual_slow(&tries, 9000 * MS)));
    assert!(is_timed_out(&out), "{out:?}");
    assert_eq!((tries.made(), watch.millis()), (1, 4000));
    // What blocks is asked to be in time.
    let tries = Tries::new();
    let out = sync::usual_slow(&tries, 9000 * MS);
    assert_eq!((reason(&out), tries.made()), (Some(Reason::DeadlineSpent), 1));
}

#[test]
fn da_02_a_success_is_one_call() {
    let (tries, stood) = (Tries::new(), Tries::new());
    assert_eq!(sync::falls_back(&tries, &stood, 0), Ok(101));
    assert_eq!(block_on(sendable(later::falls_back(&tries, &stood, 0))), Ok(102));
    assert_eq!((tries.made(), stood.made()), (2, 0));
}

#[service(timeout(200ms, on_pool))]
fn left_behind() -> Result<u8, E> {
    clock::sleep(2000 * MS);
    Ok(1)
}
#[service(timeout = 200ms)]
async fn hangs() -> Result<u8, E> {
    clock::sleep_async(2000 * MS).await;
    Ok(1)
}

#[test]
fn da_04_what_takes_too_long_is_left() {
    let _frozen = clock::freeze();
    let watch = Watch::start();
    assert!(is_timed_out(&block_on(sendable(hangs()))));
    assert_eq!(watch.millis(), 200);
    assert!(is_timed_out(&left_behind()));
}

#[test]
fn da_05_the_limit_holds_for_all_attempts() {
    let _frozen = clock::freeze();
    let (tries, watch) = (Tries::new(), Watch::start());
    assert!(is_timed_out(&block_on(sendable(later::late(&tries)))));
    assert_eq!((tries.made(), watch.millis()), (2, 250), "the third was under way");
    // The one under way is not broken off, and none follows.
    let (tries, watch) = (Tries::new(), Watch::start());
    assert_eq!(sync::late(&tries), Err(E::Bad));
    assert_eq!((tries.made(), watch.millis()), (3, 300));
}

#[test]
fn da_07_three_retries_are_four_attempts() {
    let tries = Tries::new();
    assert_eq!((sync::retried(&tries), tries.made()), (Err(E::Bad), 4));
    assert_eq!((block_on(sendable(later::retried(&tries))), tries.made()), (Err(E::Bad), 8));
}

#[test]
fn da_08_no_retry_is_one_attempt() {
    let tries = Tries::new();
    assert_eq!((sync::once(&tries), tries.made()), (Err(E::Bad), 1));
    assert_eq!((block_on(sendable(later::once(&tries))), tries.made()), (Err(E::Bad), 2));
}

#[test]
fn da_11_the_fallback_runs_once_after_the_retries() {
    let (tries, stood) = (Tries::new(), Tries::new());
    assert_eq!(sync::falls_back(&tries, &stood, 99), Ok(1));
    assert_eq!((tries.made(), stood.made()), (4, 1));
    assert_eq!(block_on(sendable(later::falls_back(&tries, &stood, 99))), Ok(2));
    assert_eq!((tries.made(), stood.made()), (8, 2));
}

#[service(timeout = 50ms, fallback = Ok(7), retry = 2)]
async fn late_stood_in() -> Result<u32, E> {
    clock::sleep_async(100 * MS).await;
    Ok(1)
}
/// Its error can carry no refusal: the fallback takes them all.
#[service(timeout = 50ms, fallback = None, retry = 2, bulkhead = 1, breaker(fail_max = 9))]
async fn full_stood_in(wait: bool) -> Option<u32> {
    if wait {
        never().await;
    }
    Some(1)
}
#[service(bulkhead = 1, fallback = Ok(7))]
fn full_stood_in_sync(again: bool) -> Result<u32, E> {
    if again { full_stood_in_sync(false).map(|inner| inner + 1) } else { Ok(1) }
}

#[test]
fn da_13_a_fallback_for_what_dyno_refuses() {
    let _frozen = clock::freeze();
    assert_eq!(block_on(sendable(late_stood_in())), Ok(7));
    let tries = Tries::new();
    assert_eq!([sync::open_stood_in(&tries), sync::open_stood_in(&tries)], [Ok(7), Ok(7)]);
    assert_eq!(tries.made(), 1, "the second was not made");
    let tries = Tries::new();
    let open = || block_on(sendable(later::open_stood_in(&tries)));
    assert_eq!(([open(), open()], tries.made()), ([Ok(7), Ok(7)], 1));
    // A full house: the one within is turned away at once.
    assert_eq!(full_stood_in_sync(true), Ok(8));
    let mut first = Box::pin(full_stood_in(true));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(first.as_mut().poll(&mut cx).is_pending());
    assert_eq!(block_on(full_stood_in(false)), None);
    drop(first);
    assert_eq!(block_on(full_stood_in(false)), Some(1));
}

#[test]
fn da_14_a_fallback_that_fails_keeps_what_it_stood_in_for() {
    for out in [sync::fails_twice(), block_on(sendable(later::fails_twice()))] {
        let error = out.expect_err("both failed");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        assert_eq!(source.map(io::Error::kind), Some(io::ErrorKind::ConnectionRefused));
    }
}

#[test]
fn da_16_after_its_time_the_circuit_is_tested_once() {
    type Tested = fn(&Tries, u32) -> Result<u32, E>;
    let frozen = clock::freeze();
    let calls: [Tested; 2] =
        [sync::tested, |tries, fails| block_on(sendable(later::tested(tries, fails)))];
    for call in calls {
        let tries = Tries::new();
        assert_eq!([call(&tries, 9), call(&tries, 9)], [Err(E::Bad), Err(E::Bad)]);
        frozen.advance(9_999 * MS);
        assert_eq!(reason(&call(&tries, 9)), Some(Reason::BreakerOpen));
        frozen.advance(MS);
        // The trial fails: it is open for as long again.
        assert_eq!((call(&tries, 9), tries.made()), (Err(E::Bad), 3));
        assert_eq!(reason(&call(&tries, 9)), Some(Reason::BreakerOpen));
        frozen.advance(10_000 * MS);
        assert_eq!((call(&tries, 0), call(&tries, 0)), (Ok(4), Ok(5)));
    }
}

#[test]
fn da_19_a_success_may_take_its_time() {
    let _frozen = clock::freeze();
    for _ in 0..3 {
        assert_eq!(sync::unhurried(), Ok(1));
        assert_eq!(block_on(sendable(later::unhurried())), Ok(1));
    }
}

#[test]
fn da_18_a_success_that_takes_longer_than_expected_counts_as_a_failure() {
    let _frozen = clock::freeze();
    assert_eq!((sync::expected(), reason(&sync::expected())), (Ok(1), Some(Reason::BreakerOpen)));
    assert_eq!(block_on(sendable(later::expected())), Ok(1));
    assert_eq!(reason(&block_on(later::expected())), Some(Reason::BreakerOpen));
}

#[service(bulkhead = 10)]
async fn ten_at_a_time() -> Result<u8, E> {
    never().await;
    Ok(1)
}

#[test]
fn da_20_the_eleventh_is_refused_at_once() {
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let mut calls: Vec<_> = (0..10).map(|_| Box::pin(ten_at_a_time())).collect();
    for call in &mut calls {
        assert!(call.as_mut().poll(&mut cx).is_pending());
    }
    assert_eq!(reason(&block_on(ten_at_a_time())), Some(Reason::BulkheadFull));
    drop(calls.pop());
    let mut next = Box::pin(ten_at_a_time());
    assert!(next.as_mut().poll(&mut cx).is_pending());
}

static REPORTED: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[test]
fn da_26_what_fails_is_reported_under_the_name_of_the_dependency() {
    let _sink = harness::sink(|report: &harness::Report| {
        if report.point() == "serving.dace.prices" {
            REPORTED.lock().expect("held briefly").push(report.to_string());
        }
    });
    assert_eq!(sync::told(), Err(E::Worse(503)));
    assert_eq!(block_on(sendable(later::told())), Err(E::Worse(503)));
    let reported = REPORTED.lock().expect("held briefly");
    assert_eq!(reported.len(), 2);
    assert!(reported[0].contains("Worse(503)"), "{reported:?}");
}
