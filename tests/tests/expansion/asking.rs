//! What an outcome asks of the policies around it, and what a refusal from further in says to them.

use super::block_on;
use dyno::breaker::{Breaker, Settings, State};
use dyno::retry::Retry;
use dyno::service::Service;
use dyno::{Fault, Outcome, Reason, breaker, clock, metrics, retry, service};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// An answer that says how long to leave the one who gave it alone.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{self:?}")]
enum Answer {
    Busy(u64),
    TurnedAway,
    Fine,
}

impl Outcome for Answer {
    type Failure = Self;
    fn failure(&self) -> Option<&Self> {
        (*self != Self::Fine).then_some(self)
    }
    fn split(self) -> Result<Self, Self> {
        if self == Self::Fine { Ok(self) } else { Err(self) }
    }
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy(seconds) => Some(Duration::from_secs(*seconds)),
            Self::TurnedAway | Self::Fine => None,
        }
    }
}

#[retry(3, delay = 10ms)]
fn tried(left: &mut Vec<Answer>) -> Answer {
    left.pop().unwrap_or(Answer::Fine)
}
#[retry(3, delay = 10ms)]
async fn tried_in_a_task(left: &mut Vec<Answer>) -> Answer {
    left.pop().unwrap_or(Answer::Fine)
}
#[retry(3, delay = 10ms, retry_after = |_| Some(2 * SECOND))]
fn tried_as_told(left: &mut Vec<Answer>) -> Answer {
    left.pop().unwrap_or(Answer::Fine)
}
#[service(retry(3, delay = 10ms), breaker(fail_max = 5), fallback = |_| Answer::TurnedAway)]
fn served(left: &mut Vec<Answer>) -> Answer {
    left.pop().unwrap_or(Answer::Fine)
}

static CALLED: Service =
    Service::builder("asking.called").retry(Retry::new(3).delay(Duration::from_millis(10))).build();
static OPENS: Service =
    Service::builder("asking.called-and-open").breaker(Settings::new().fail_max(1)).build();

fn called(service: &'static Service, left: &mut Vec<Answer>) -> Answer {
    service.or(|_| Answer::TurnedAway).call(|_| left.pop().unwrap_or(Answer::Fine))
}

#[test]
fn a_retry_comes_back_when_the_outcome_says() {
    let _frozen = clock::freeze();
    let answers = || vec![Answer::Fine, Answer::Busy(0), Answer::Busy(30)];
    let took = |call: &dyn Fn(&mut Vec<Answer>) -> Answer| {
        let began = clock::now();
        assert_eq!(call(&mut answers()), Answer::Fine);
        began.elapsed()
    };
    let first = 30 * SECOND + Duration::from_millis(10);
    assert_eq!(took(&|left| tried(left)), first);
    assert_eq!(took(&|left| block_on(tried_in_a_task(left))), first);
    assert_eq!(took(&|left| served(left)), first);
    assert_eq!(
        took(&|left| dyno::retry::retry(3)
            .delay(first.saturating_sub(30 * SECOND))
            .run(|| left.pop().unwrap())),
        first
    );
    let answers = || vec![Answer::Fine, Answer::Busy(30)];
    let began = clock::now();
    assert_eq!((called(&CALLED, &mut answers()), began.elapsed()), (Answer::Fine, 30 * SECOND));
    // What the attribute is told goes first.
    assert_eq!(took(&|left| tried_as_told(left)), 4 * SECOND);
}

#[breaker("asking.opens", fail_max = 1, reset_timeout = 15s, fallback = |_| Answer::TurnedAway)]
fn opens(answer: Answer) -> Answer {
    answer
}
#[breaker("asking.told", fail_max = 1, retry_after = |_| Some(SECOND), fallback = |_| Answer::TurnedAway)]
fn opens_as_told(answer: Answer) -> Answer {
    answer
}
#[breaker("asking.silent", fail_max = 1, retry_after = |_| None, fallback = |_| Answer::TurnedAway)]
fn opens_untold(answer: Answer) -> Answer {
    answer
}
#[service(
    balance(["http://asking-1:80", "http://asking-2:80"], max_ejected = 100%),
    breaker(fail_max = 1, reset_timeout = 1s),
    fallback = |_| Answer::TurnedAway,
    name = "asking.targets"
)]
fn balanced(answer: Answer) -> Answer {
    answer
}

#[test]
fn a_breaker_stays_open_as_long_as_the_outcome_says() {
    let frozen = clock::freeze();
    let open_for = |name| breaker::named(name).and_then(|it: &Breaker| it.snapshot().retry_after);
    let busy = || Answer::Busy(90);
    let answers = [opens(busy()), opens_as_told(busy()), opens_untold(busy()), balanced(busy())];
    assert_eq!(answers, [const { Answer::TurnedAway }; 4]);
    assert_eq!(open_for("asking.opens"), Some(90 * SECOND));
    assert_eq!(open_for("asking.told"), Some(SECOND));
    assert_eq!(open_for("asking.silent"), Some(90 * SECOND));
    assert_eq!(called(&OPENS, &mut vec![busy()]), Answer::TurnedAway);
    let seen = OPENS.snapshot().breaker.expect("it has one");
    assert_eq!((seen.state, seen.retry_after), (State::Open, Some(90 * SECOND)));
    let out = || dyno::balance::Balancer::named("asking.targets").map(|it| it.snapshot().out);
    frozen.advance(89 * SECOND);
    assert_eq!((balanced(Answer::Fine), balanced(Answer::Fine)), (Answer::Fine, Answer::Fine));
    assert_eq!(out(), Some(1));
    frozen.advance(2 * SECOND);
    assert_eq!((balanced(Answer::Fine), balanced(Answer::Fine)), (Answer::Fine, Answer::Fine));
    assert_eq!(out(), Some(0));
}

#[derive(Debug, thiserror::Error)]
enum E {
    #[error("bad")]
    Bad,
    #[error(transparent)]
    Refused(#[from] Fault),
}

fn refused() -> E {
    E::Refused(Fault::rejected("further-in", Reason::BulkheadFull, None))
}

#[metrics]
#[breaker("asking.around", fail_max = 1)]
fn around(error: Option<E>) -> Result<u8, E> {
    error.map_or(Ok(1), Err)
}
#[metrics]
#[breaker("asking.around-told", fail_max = 1, retry_after = |_| Some(SECOND), trip_error = rejected)]
async fn around_in_a_task(error: Option<E>) -> Result<u8, E> {
    error.map_or(Ok(1), Err)
}
#[breaker("asking.wrapped", fail_max = 1, wrap)]
fn wrapped(error: Option<std::io::Error>) -> Result<u8, std::io::Error> {
    error.map_or(Ok(1), Err)
}
#[service(balance = ["http://asking-3:80"], breaker(fail_max = 1), name = "asking.further-in")]
fn targeted(error: Option<E>) -> Result<u8, E> {
    error.map_or(Ok(1), Err)
}

#[test]
fn what_was_turned_away_further_in_moves_no_circuit() {
    let _frozen = clock::freeze();
    let state = |name| breaker::named(name).map(Breaker::state);
    let late = || E::Refused(Fault::timed_out("further-in", SECOND));
    for _ in 0..3 {
        assert!(around(Some(refused())).is_err());
        assert!(block_on(around_in_a_task(Some(refused()))).is_err());
        assert!(wrapped(Some(Fault::rejected("further-in", Reason::Shed, None).into())).is_err());
        assert!(targeted(Some(refused())).is_err());
    }
    for name in ["asking.around", "asking.around-told", "asking.wrapped"] {
        assert_eq!(state(name), Some(State::Closed), "{name}");
    }
    assert_eq!(targeted(None).ok(), Some(1));
    let counted = metrics::of(concat!(module_path!(), "::around")).expect("it is counted").total;
    assert_eq!((counted.failures, counted.rejected.bulkhead_full), (0, 3));

    // What took too long there is a failure, and so is all else.
    assert!(around(Some(late())).is_err());
    assert!(block_on(around_in_a_task(Some(E::Bad))).is_err());
    assert!(wrapped(Some(std::io::ErrorKind::TimedOut.into())).is_err());
    assert!(targeted(Some(E::Bad)).is_err());
    for name in ["asking.around", "asking.around-told", "asking.wrapped"] {
        assert_eq!(state(name), Some(State::Open), "{name}");
    }
}

/// An error that borrows, which nobody can look into but by its sources.
#[derive(Debug, thiserror::Error)]
#[error("{name} is away")]
struct Away<'a> {
    name: &'a str,
    source: Option<Fault>,
}

impl From<Fault> for Away<'_> {
    fn from(fault: Fault) -> Self {
        Self { name: "it", source: Some(fault) }
    }
}

#[metrics]
#[retry(3)]
#[breaker("asking.borrowing", fail_max = 1)]
fn borrowing<'a>(name: &'a str, made: &mut u32, source: Option<Fault>) -> Result<u8, Away<'a>> {
    *made += 1;
    Err(Away { name, source })
}
#[metrics]
#[breaker("asking.boxed", fail_max = 1)]
fn boxed<'a>(error: Away<'a>) -> Result<u8, Box<dyn std::error::Error + Send + Sync + 'a>> {
    Err(error.into())
}

#[test]
fn errors_that_borrow_are_read_by_their_sources() {
    let _frozen = clock::freeze();
    let name = String::from("stock");
    let refusal = || Some(Fault::rejected("further-in", Reason::RateLimited, None));
    let state = |name| breaker::named(name).map(Breaker::state);

    let mut made = 0;
    assert!(borrowing(&name, &mut made, refusal()).is_err());
    assert!(boxed(Away { name: &name, source: refusal() }).is_err());
    assert_eq!(made, 1);
    assert_eq!(
        (state("asking.borrowing"), state("asking.boxed")),
        (Some(State::Closed), Some(State::Closed))
    );

    assert!(borrowing(&name, &mut made, None).is_err());
    assert_eq!(made, 2, "the further attempt is turned away");
    assert!(boxed(Away { name: &name, source: None }).is_err());
    assert_eq!(
        (state("asking.borrowing"), state("asking.boxed")),
        (Some(State::Open), Some(State::Open))
    );
}
