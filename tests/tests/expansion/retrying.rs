//! All that `#[retry]` can be told, and that it does so.

use super::{E, Tries, block_on, sendable};
use dyno::breaker::Breaker;
use dyno::clock;
use dyno::point::{self, Event, Observing, Stop};
use dyno::retry::{Backoff, Budget, CompoundError, Listener, retry};
use dyno::{Deadline, Error, Fault, Reason, breaker, fallback, retry};
use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

/// Why the point called `name` gave up, each time.
fn stops(name: &'static str) -> (Observing, Arc<Mutex<Vec<Stop>>>) {
    let stops = Arc::new(Mutex::new(Vec::new()));
    let to = stops.clone();
    let watching = point::observe(move |point: &str, event: &Event<'_>| {
        if let (true, Event::GaveUp { why, .. }) = (point == name, event) {
            to.lock().expect("held briefly").push(*why);
        }
    });
    (watching, stops)
}

const MOST: u32 = 4;
#[retry(retries = 3)]
fn by_retries(tries: &Tries) -> Result<u32, E> {
    tries.fail(9)
}
#[retry(attempts = MOST)]
fn by_constant(tries: &Tries) -> Result<u32, E> {
    tries.fail(9)
}
#[retry(most, delay = pause)]
fn by_argument(tries: &Tries, most: u32, pause: Duration) -> Result<u32, E> {
    tries.fail(9)
}
#[retry(N)]
fn by_generic<const N: u32>(tries: &Tries) -> Result<u32, E> {
    tries.fail(9)
}

#[test]
fn how_many() {
    let frozen = clock::freeze();
    for call in
        [by_retries, by_constant, |tries: &Tries| by_argument(tries, 4, MS), by_generic::<4>]
    {
        let tries = Tries::new();
        assert_eq!(call(&tries), Err(E::Bad));
        assert_eq!(tries.made(), 4);
    }
    drop(frozen);
}

#[retry(5, backoff = 100ms..400ms, factor = 2, jitter = none)]
fn doubling(tries: &Tries) -> Result<u32, E> {
    tries.fail(9)
}
#[retry(4, backoff = 100ms..10s, factor = 3.0, jitter = none)]
fn tripling(tries: &Tries) -> Result<u32, E> {
    tries.fail(9)
}
#[retry(4, backoff = 100ms..200ms, jitter = equal)]
async fn half_by_chance(tries: &Tries) -> Result<u32, E> {
    tries.fail(9)
}
struct Linear;
impl Backoff for Linear {
    fn pause(&self, failed: u32, _previous: Duration) -> Option<Duration> {
        (failed < 3).then(|| failed * 10 * MS)
    }
}
static LINEAR: Linear = Linear;
#[retry(9, pauses = LINEAR, name = "retrying.linear")]
fn linear(tries: &Tries) -> Result<u32, E> {
    tries.fail(9)
}

#[test]
fn how_long_in_between() {
    let _frozen = clock::freeze();
    let (_watching, stops) = stops("retrying.linear");
    let took = |call: &dyn Fn(&Tries) -> Result<u32, E>| {
        let start = clock::now();
        let tries = Tries::new();
        assert_eq!(call(&tries), Err(E::Bad));
        (start.elapsed(), tries.made())
    };
    assert_eq!(took(&|tries| doubling(tries)), (1100 * MS, 5));
    assert_eq!(took(&|tries| tripling(tries)), (1300 * MS, 4));
    let (time, made) = took(&|tries| block_on(sendable(half_by_chance(tries))));
    assert!(time >= 250 * MS && time <= 500 * MS && made == 4, "{time:?}");
    assert_eq!(took(&|tries| linear(tries)), (30 * MS, 3));
    assert_eq!(*stops.lock().expect("held briefly"), [Stop::Pauses]);
}

#[retry(3, retry_if = |value| *value < 3)]
fn not_good_enough(tries: &Tries) -> Result<u32, E> {
    tries.fail(0)
}
#[retry(3, retry_if = String::is_empty, except = E::Worse(_))]
async fn some_text(tries: &Tries) -> Result<String, E> {
    match tries.fail(0)? {
        1 => Ok(String::new()),
        2 => Err(E::Bad),
        _ => Ok("text".to_owned()),
    }
}
#[retry(2, retry_if = |number| *number == 0)]
fn never_good() -> Option<u8> {
    Some(0)
}

#[test]
fn a_success_may_not_be_good_enough() {
    let tries = Tries::new();
    assert_eq!(not_good_enough(&tries), Ok(3));
    assert_eq!(not_good_enough(&tries), Ok(4));
    let tries = Tries::new();
    assert_eq!(block_on(sendable(some_text(&tries))), Ok("text".to_owned()));
    // The last one is returned as it is.
    assert_eq!(never_good(), Some(0));
}

#[retry(3, backoff = 1ms..2ms, retry_after = |error| match error { E::Worse(ms) => Some(u32::from(*ms) * MS), _ => None })]
fn asks_for_time(tries: &Tries) -> Result<u32, E> {
    tries.fail(2).map_err(|_| E::Worse(500))
}
#[retry(9, delay = 40ms, max_elapsed = 100ms, name = "retrying.elapsed")]
fn not_for_long(tries: &Tries) -> Result<u32, E> {
    tries.fail(99)
}
#[retry(9, delay = 40ms, name = "retrying.deadline")]
async fn until_the_deadline(tries: &Tries) -> Result<u32, E> {
    tries.fail(99)
}

#[test]
fn what_the_error_asks_for_and_what_time_allows() {
    let _frozen = clock::freeze();
    let start = clock::now();
    assert_eq!(asks_for_time(&Tries::new()), Ok(3));
    assert_eq!(start.elapsed(), 1000 * MS);
    let (_watching, elapsed) = stops("retrying.elapsed");
    let tries = Tries::new();
    assert_eq!(not_for_long(&tries), Err(E::Bad));
    assert_eq!(tries.made(), 3);
    assert_eq!(*elapsed.lock().expect("held briefly"), [Stop::Elapsed]);
    let (_watching, deadline) = stops("retrying.deadline");
    let tries = Tries::new();
    let out = block_on(Deadline::within_async(100 * MS, until_the_deadline(&tries)));
    assert_eq!((out, tries.made()), (Err(E::Bad), 3));
    assert_eq!(*deadline.lock().expect("held briefly"), [Stop::Deadline]);
}

static SMALL: Budget = Budget::new().capacity(2).reserve(0).share(0.1);
#[retry(3, budget = SMALL, name = "retrying.budget")]
fn on_a_budget(tries: &Tries) -> Result<u32, E> {
    tries.fail(99)
}
#[retry(3, budget = &SMALL)]
async fn on_the_same_budget(tries: &Tries) -> Result<u32, E> {
    tries.fail(99)
}
#[retry(3, budget = "retrying.shared")]
fn shared_by_name(tries: &Tries) -> Result<u32, E> {
    tries.fail(99)
}
#[retry(3, budget = "retrying.shared")]
fn shared_by_name_too(tries: &Tries) -> Result<u32, E> {
    tries.fail(99)
}
#[retry(3, budget = 20%)]
fn own_budget(tries: &Tries) -> Result<u32, E> {
    tries.fail(99)
}
#[retry(3, budget = Budget::global())]
fn of_the_process(tries: &Tries) -> Result<u32, E> {
    tries.fail(99)
}

#[test]
fn budgets() {
    let _frozen = clock::freeze();
    let (_watching, stops) = stops("retrying.budget");
    let tries = Tries::new();
    // Two retries are there, and each call brings a tenth of one.
    assert_eq!(on_a_budget(&tries), Err(E::Bad));
    assert_eq!(on_a_budget(&tries), Err(E::Bad));
    assert_eq!(block_on(sendable(on_the_same_budget(&tries))), Err(E::Bad));
    assert_eq!(tries.made(), 3 + 1 + 1);
    assert_eq!(*stops.lock().expect("held briefly"), [Stop::Attempts, Stop::Budget]);
    for call in [shared_by_name, shared_by_name_too, own_budget, of_the_process] {
        let tries = Tries::new();
        assert_eq!(call(&tries), Err(E::Bad));
        assert_eq!(tries.made(), 3);
    }
    assert_eq!(Budget::named("retrying.shared").snapshot().granted, 4);
}

const SOON: Duration = Duration::from_millis(15);
static REJECTING: Breaker = Breaker::new("retrying.rejecting").fail_max(1).reset_timeout(SOON);
#[retry(3, rejected = retry)]
#[breaker(REJECTING)]
fn in_spite_of_the_breaker(tries: &Tries) -> Result<u32, E> {
    tries.fail(1)
}
static HELD: Breaker = Breaker::new("retrying.held").fail_max(1);
static ABOVE: Breaker = Breaker::new("retrying.above").fail_max(1);
#[breaker(ABOVE)]
#[retry(2, rejected = retry)]
#[breaker(HELD)]
async fn held() -> Result<u32, E> {
    Ok(1)
}

#[test]
fn a_rejection_is_tried_again_when_that_is_asked_for() {
    let _frozen = clock::freeze();
    let start = clock::now();
    // The first failure opens it; the rejection says how long that lasts.
    assert_eq!(in_spite_of_the_breaker(&Tries::new()), Ok(2));
    assert!(start.elapsed() >= 15 * MS);
    HELD.force_open();
    let out = block_on(sendable(held()));
    assert!(matches!(out, Err(E::Refused(fault)) if fault.reason() == Some(Reason::ForcedOpen)));
    assert_eq!(ABOVE.state(), dyno::breaker::State::Closed, "a rejection is no failure");
}

#[derive(Debug, thiserror::Error)]
enum Shop {
    #[error(transparent)]
    Dyno(#[from] Fault),
}
static DOWN: Breaker = Breaker::new("retrying.down");
#[breaker(DOWN)]
fn stock() -> Result<u32, Shop> {
    Ok(1)
}
#[retry(3, name = "retrying.inner_refused")]
fn order(tries: &Tries) -> Result<u32, Shop> {
    let _ = tries.fail(0);
    stock()
}

#[test]
fn what_dyno_refused_elsewhere_is_not_tried_again() {
    let (_watching, stops) = stops("retrying.inner_refused");
    DOWN.force_open();
    let tries = Tries::new();
    assert!(order(&tries).is_err());
    assert_eq!(
        (tries.made(), stops.lock().expect("held briefly").pop()),
        (1, Some(Stop::Rejected))
    );
}

#[retry(3)]
fn outer(tries: &Tries) -> Result<u32, E> {
    inner(tries)
}
#[retry(3, name = "retrying.inner")]
fn inner(tries: &Tries) -> Result<u32, E> {
    tries.fail(99)
}
#[retry(3)]
fn outermost(tries: &Tries) -> Result<u32, E> {
    outer(tries)
}
#[retry(2)]
fn outer_of_all(tries: &Tries) -> Result<u32, E> {
    multiplying(tries)
}
#[retry(3, nested = allow)]
fn multiplying(tries: &Tries) -> Result<u32, E> {
    tries.fail(99)
}
#[retry(3)]
async fn outer_async(tries: &Tries) -> Result<u32, E> {
    inner_async(tries).await
}
#[retry(3, idempotent)]
async fn inner_async(tries: &Tries) -> Result<u32, E> {
    retry(3).run_async(async || tries.fail(99)).await
}

#[test]
fn nested_retries_do_not_multiply() {
    let (_watching, stops) = stops("retrying.inner");
    let made = |call: &dyn Fn(&Tries) -> Result<u32, E>| {
        let tries = Tries::new();
        assert_eq!(call(&tries), Err(E::Bad));
        tries.made()
    };
    // All three within the first attempt of the outer one, one in each of the others.
    assert_eq!(made(&|tries| outer(tries)), 3 + 1 + 1);
    let all = stops.lock().expect("held briefly").clone();
    assert_eq!(all, [Stop::Attempts, Stop::Nested, Stop::Nested]);
    assert_eq!(made(&|tries| outermost(tries)), (3 + 1 + 1) + 1 + 1, "and not 27");
    assert_eq!(made(&|tries| outer_of_all(tries)), 6);
    assert_eq!(made(&|tries| block_on(sendable(outer_async(tries)))), (3 + 1 + 1) + 1 + 1);
    assert_eq!(made(&|tries| inner(tries)), 3, "nothing is left of it");
}

#[retry(3, delay = 10ms, compound)]
fn all_errors(tries: &Tries) -> Result<u32, E> {
    match tries.fail(99) {
        Err(E::Bad) if tries.made() == 3 => Err(E::Worse(503)),
        out => out,
    }
}
#[retry(2, compound, wrap, except = E::Worse(_))]
async fn wrapped(fails: bool) -> Result<u32, E> {
    if fails { Err(E::Worse(1)) } else { Ok(1) }
}
#[fallback(|errors| Ok(u32::try_from(errors.len()).unwrap_or(0)))]
#[breaker(fail_max = 1)]
#[retry(2, compound)]
fn counted() -> Result<u32, E> {
    Err(E::Bad)
}

#[test]
fn all_errors_may_be_had() {
    let _frozen = clock::freeze();
    let errors: CompoundError<E> = all_errors(&Tries::new()).expect_err("it fails each time");
    assert_eq!(errors.iter().collect::<Vec<_>>(), [&E::Bad, &E::Bad, &E::Worse(503)]);
    assert_eq!((errors.len(), errors.kinds(), errors.last()), (3, 2, &E::Worse(503)));
    assert_eq!(errors.stop(), Some(Stop::Attempts));
    assert_eq!(errors.source().map(ToString::to_string), Some("Worse(503)".to_owned()));
    assert_eq!(all_errors(&Tries::new()).map_err(|e| e.find::<Fault>().cloned()), Err(None));
    let one = block_on(sendable(wrapped(true))).expect_err("excepted");
    assert_eq!((one.len(), one.last()), (1, &Error::Inner(E::Worse(1))));
    assert_eq!(block_on(wrapped(false)).ok(), Some(1));
    // The breaker refuses in the same type.
    assert_eq!((counted(), counted()), (Ok(2), Ok(1)));
}

struct Log(Mutex<Vec<String>>);
impl Listener for Log {
    fn retry(&self, point: &str, attempt: u32, after: Duration) {
        self.0.lock().expect("held briefly").push(format!("{point}: {attempt}, then {after:?}"));
    }
    fn succeeded(&self, point: &str, attempts: u32) {
        self.0.lock().expect("held briefly").push(format!("{point}: {attempts} took it"));
    }
}
static LOG: Log = Log(Mutex::new(Vec::new()));
#[retry(3, delay = 1ms, listen = LOG, name = "retrying.heard")]
fn heard(tries: &Tries) -> Result<u32, E> {
    tries.fail(1)
}

#[test]
fn a_listener_hears_of_it() {
    let _frozen = clock::freeze();
    assert_eq!(heard(&Tries::new()), Ok(2));
    let said = LOG.0.lock().expect("held briefly").join("; ");
    assert_eq!(said, "retrying.heard: 1, then 1ms; retrying.heard: 2 took it");
}
