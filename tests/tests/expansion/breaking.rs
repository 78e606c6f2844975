//! All that `#[breaker]` can be told, and that it does so.

use super::{E, block_on, sendable};
use dyno::breaker::{Breaker, Rule, Seen, State, named};
use dyno::clock::{self, Frozen};
use dyno::{Error, Fault, Reason, breaker};
use std::sync::Arc;
use std::time::Duration;

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn state(name: &str) -> Option<State> {
    named(name).map(Breaker::state)
}

fn fault<T>(result: Result<T, E>) -> Option<Fault> {
    match result {
        Err(E::Refused(fault)) => Some(fault),
        _ => None,
    }
}

fn retry_after<T>(result: Result<T, E>) -> Option<Duration> {
    fault(result)?.retry_after()
}

const CALLS: u32 = 4;
const SPAN: Duration = Duration::from_secs(10);
const HALF: f64 = 0.5;

#[breaker("breaking.calls", window = 4, failure_rate = 50%, min_calls = 4)]
fn by_calls(fails: bool) -> Result<u8, E> {
    if fails { Err(E::Bad) } else { Ok(1) }
}
#[breaker("breaking.time", window = 10s, failure_rate = HALF, min_calls = CALLS)]
fn by_time(fails: bool) -> Result<u8, E> {
    if fails { Err(E::Bad) } else { Ok(1) }
}
#[breaker(name = "breaking.constant", window = SPAN, min_calls = CALLS)]
fn by_constant(fails: bool) -> Result<u8, E> {
    if fails { Err(E::Bad) } else { Ok(1) }
}
#[breaker(name = "breaking.computed", window = 2 * CALLS, failure_rate = HALF * 2.0, min_calls = 4)]
fn by_expression(fails: bool) -> Result<u8, E> {
    if fails { Err(E::Bad) } else { Ok(1) }
}

#[test]
fn rates() {
    let _frozen = clock::freeze();
    for fails in [true, false, true, false] {
        let _ = (by_calls(fails), by_time(fails), by_constant(fails), by_expression(fails));
    }
    for name in ["breaking.calls", "breaking.time", "breaking.constant"] {
        // The fourth call was no failure.
        assert_eq!(state(name), Some(State::Closed), "{name}");
    }
    let _ = (by_calls(true), by_time(true), by_constant(true), by_expression(true));
    for name in ["breaking.calls", "breaking.time", "breaking.constant"] {
        assert_eq!(state(name), Some(State::Open), "{name}");
    }
    assert_eq!(state("breaking.computed"), Some(State::Closed));
}

/// Slow calls count where nothing can fail.
#[breaker(name = "breaking.slow", slow = 2s, slow_rate = 80%, window = 5, min_calls = 5, wrap)]
fn slow(frozen: &Frozen, seconds: u64) -> Result<u8, std::convert::Infallible> {
    frozen.advance(secs(seconds));
    Ok(1)
}

#[test]
fn slow_calls() {
    let frozen = clock::freeze();
    for seconds in [2, 3, 3, 3, 3] {
        assert_ne!(state("breaking.slow"), Some(State::Open));
        assert_eq!(slow(&frozen, seconds).ok(), Some(1));
    }
    assert_eq!(state("breaking.slow"), Some(State::Open));
    assert!(matches!(slow(&frozen, 1), Err(Error::Fault(_))));
}

#[breaker(fail_max = 1, reset_timeout = 1s..60s, jitter = 0%, probe_timeout = 5s)]
fn growing() -> Result<u8, E> {
    Err(E::Bad)
}
#[breaker(fail_max = 1, trials = 2, success_threshold = 4, success_rate = 50%)]
fn graded(fails: bool) -> Result<u8, E> {
    if fails { Err(E::Bad) } else { Ok(1) }
}
const TENTH: f64 = 0.1;
#[breaker("breaking.recover", fail_max = 1, reset_timeout = 10s, recover = [TENTH, 50%])]
fn recovering(fails: bool) -> Result<u8, E> {
    if fails { Err(E::Bad) } else { Ok(1) }
}
fn tenth() -> f64 {
    TENTH
}
#[breaker("breaking.computed_stages", fail_max = 1, recover = [tenth(), tenth() * 5.0])]
fn computed_stages() -> Result<u8, E> {
    Err(E::Bad)
}

#[test]
fn recovery() {
    let frozen = clock::freeze();
    assert_eq!(growing(), Err(E::Bad));
    assert_eq!(retry_after(growing()), Some(secs(1)));
    frozen.advance(secs(1));
    assert_eq!(growing(), Err(E::Bad));
    assert_eq!(retry_after(growing()), Some(secs(2)));

    assert_eq!(graded(true), Err(E::Bad));
    frozen.advance(secs(60));
    for fails in [true, false, true, false] {
        assert!(fault(graded(fails)).is_none());
    }
    assert_eq!(graded(false), Ok(1));

    assert_eq!(recovering(true), Err(E::Bad));
    frozen.advance(secs(10));
    assert_eq!(recovering(false), Ok(1));
    let share = named("breaking.recover").and_then(|breaker| breaker.snapshot().recovering);
    assert_eq!(share, Some(TENTH));
    assert_eq!(computed_stages(), Err(E::Bad));
}

struct Second;
impl Rule for Second {
    fn name(&self) -> &'static str {
        "the second failure ever"
    }
    fn opens(&self, seen: &Seen) -> bool {
        seen.failures >= 2
    }
}
mod rules {
    pub(super) static SECOND: super::Second = super::Second;
}

#[breaker("breaking.rule", rule = rules::SECOND)]
fn ruled(fails: bool) -> Result<u8, E> {
    if fails { Err(E::Bad) } else { Ok(1) }
}
#[breaker(fail_max = 1, trip_error = rejected)]
fn rejecting() -> Result<u8, E> {
    Err(E::Worse(500))
}
#[breaker(fail_max = 1, trip_error = own)]
fn its_own() -> Result<u8, E> {
    Err(E::Worse(500))
}
#[breaker(starts = forced_open)]
fn starts_open() -> Option<u8> {
    Some(1)
}
#[breaker("breaking.metrics", starts = metrics_only, fail_max = 1)]
fn measured() -> Option<u8> {
    None
}

#[test]
fn rules_words_and_states() {
    for fails in [true, false, true] {
        assert_eq!(fault(ruled(fails)), None);
    }
    assert_eq!(state("breaking.rule"), Some(State::Open));
    let said = fault(rejecting());
    assert_eq!(said.as_ref().and_then(Fault::reason), Some(Reason::BreakerOpen));
    assert_eq!(said.and_then(|fault| fault.last_error()).as_deref(), Some("Worse(500)"));
    assert_eq!(its_own(), Err(E::Worse(500)));
    assert!(fault(its_own()).is_some());
    assert_eq!(starts_open(), None);
    let _ = (measured(), measured());
    assert_eq!(state("breaking.metrics"), Some(State::MetricsOnly));
}

#[breaker("breaking.skip", fail_max = 1, skip = name.is_empty())]
fn skipping(name: String) -> Result<String, E> {
    if name.len() > 3 { Err(E::Bad) } else { Ok(name + "!") }
}
static SHARED: Breaker = Breaker::new("breaking.shared").fail_max(2);
#[breaker(SHARED, skip = *vip, only = E::Worse(_), excluded = success, retry_after = |_| Some(secs(7)))]
fn beside_a_static(vip: &bool, error: E) -> Result<u8, E> {
    if *vip { Ok(1) } else { Err(error) }
}

#[test]
fn skipped_and_excluded_calls() {
    assert_eq!(skipping("down".to_owned()), Err(E::Bad));
    assert!(fault(skipping("db".to_owned())).is_some());
    assert_eq!(skipping(String::new()).as_deref(), Ok("!"));

    let _frozen = clock::freeze();
    // A success between them: the failures are not in a row.
    for error in [E::Worse(1), E::Bad, E::Worse(2)] {
        assert_eq!(beside_a_static(&false, error.clone()), Err(error));
    }
    assert_eq!(SHARED.state(), State::Closed);
    let _ = beside_a_static(&false, E::Worse(3));
    assert_eq!(retry_after(beside_a_static(&false, E::Bad)), Some(secs(7)));
    assert_eq!(beside_a_static(&true, E::Bad), Ok(1));
}

#[breaker(fail_max = 1, retry_after = |error| error.after)]
fn polite(after: Option<Duration>) -> Result<u8, Busy> {
    Err(Busy { after, fault: None })
}
#[derive(Debug, PartialEq)]
struct Busy {
    after: Option<Duration>,
    fault: Option<Fault>,
}
impl From<Fault> for Busy {
    fn from(fault: Fault) -> Self {
        Self { after: None, fault: Some(fault) }
    }
}
impl Busy {
    fn after(&self) -> Option<Duration> {
        self.after
    }
}
#[breaker(fail_max = 1, retry_after = Busy::after, wrap)]
async fn polite_wrapped(after: Duration) -> Result<u8, Busy> {
    Err(Busy { after: Some(after), fault: None })
}
#[breaker(fail_max = 1, retry_after = |_| Some(after))]
async fn by_an_argument(after: Duration) -> Result<u8, E> {
    Err(E::Bad)
}

#[test]
fn a_failure_says_when_to_come_back() {
    let _frozen = clock::freeze();
    let _ = polite(Some(secs(90)));
    let refused = polite(None).err().and_then(|busy| busy.fault);
    assert_eq!(refused.and_then(|fault| fault.retry_after()), Some(secs(90)));

    let _ = block_on(sendable(polite_wrapped(secs(30))));
    let refused = block_on(sendable(polite_wrapped(secs(30))));
    assert!(matches!(refused, Err(Error::Fault(fault)) if fault.retry_after() == Some(secs(30))));
    let _ = block_on(by_an_argument(secs(20)));
    assert_eq!(retry_after(block_on(by_an_argument(secs(20)))), Some(secs(20)));
}

/// Nothing is known of the error but that it can carry a fault.
#[breaker("breaking.generic", fail_max = 1)]
fn generic<T, X: From<Fault>>(error: X) -> Result<T, X> {
    Err(error)
}
#[breaker("breaking.borrowed", fail_max = 1, wrap)]
async fn borrowed<'a>(text: &'a str) -> Result<u8, &'a (dyn std::error::Error + Sync + 'a)> {
    let _ = text;
    Err(&E::Bad)
}
#[breaker("breaking.boxed", fail_max = 1)]
fn boxed() -> Result<u8, Box<dyn std::error::Error + Send + Sync>> {
    Ok("down".parse()?)
}
#[breaker("breaking.nothing", fail_max = 1)]
fn nothing() -> Option<u8> {
    None
}

#[test]
fn errors_of_every_kind_are_told() {
    let _ = generic::<u8, E>(E::Bad);
    let _ = block_on(sendable(borrowed("text")));
    let _ = (boxed(), nothing());
    for (name, part) in [
        ("breaking.generic", "::E"),
        ("breaking.borrowed", "Bad"),
        ("breaking.boxed", "invalid digit"),
        ("breaking.nothing", "there is nothing"),
    ] {
        let told = named(name).and_then(|breaker| breaker.snapshot().last_error);
        assert!(told.as_ref().is_some_and(|text| text.contains(part)), "{name}: {told:?}");
    }
}

struct Client {
    breaker: Arc<Breaker>,
    own: Breaker,
}
impl Client {
    fn breaker(&self) -> Arc<Breaker> {
        Arc::clone(&self.breaker)
    }
    #[breaker(self.breaker(), skip = self.own.state() == State::ForcedOpen)]
    async fn fetch(&self, fails: bool) -> Result<u8, E> {
        if fails { Err(E::Bad) } else { Ok(1) }
    }
    #[breaker(self.own, except_if = |e| *e == E::Bad, excluded = success)]
    fn push(&mut self, error: E) -> Result<u8, E> {
        Err(error)
    }
    #[breaker(fail_max = 1, trip_error = rejected)]
    fn take(self: Box<Self>) -> Result<u8, E> {
        Err(E::Bad)
    }
}

#[test]
fn methods() {
    let breaker = || Breaker::new("breaking.client").fail_max(1);
    let mut client = Client { breaker: Arc::new(breaker()), own: breaker() };
    assert_eq!(block_on(sendable(client.fetch(false))), Ok(1));
    assert_eq!(block_on(client.fetch(true)), Err(E::Bad));
    assert!(fault(block_on(client.fetch(false))).is_some());
    assert_eq!(client.push(E::Bad), Err(E::Bad));
    assert_eq!(client.push(E::Worse(1)), Err(E::Worse(1)));
    assert!(fault(client.push(E::Bad)).is_some());
    client.own.force_open();
    assert_eq!(block_on(client.fetch(false)), Ok(1));
    assert!(fault(Box::new(client).take()).is_some());
}
