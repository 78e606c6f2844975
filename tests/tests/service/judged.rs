//! What an outcome stands for.

use std::cell::Cell;
use std::error::Error;
use std::io;
use std::time::Duration;

use dyno::breaker::{Settings, State};
use dyno::retry::Retry;
use dyno::service::Service;
use dyno::{Fault, Outcome, Reason, Verdict, clock};

use super::support::{Answer, MS, SECOND, Shop, Step, block_on, both};

type Any = Box<dyn Error + Send + Sync>;
type Local = Box<dyn Error>;

fn failing(name: &'static str) -> Service {
    let breaker = Settings::new().fail_max(2);
    Service::builder(name).retry(Retry::new(2)).breaker(breaker).metrics().build()
}

/// What the service has seen: how often it was called, its failures in a row.
fn tried<R: Outcome>(
    service: &Service,
    out: impl Fn() -> R,
    call: impl Fn(&Service, &dyn Fn() -> R) -> R,
) -> (u32, u32) {
    let calls = Cell::new(0);
    let _outcome = call(service, &|| {
        calls.set(calls.get() + 1);
        out()
    });
    (calls.get(), service.snapshot().breaker.map_or(0, |it| it.failures))
}

macro_rules! tried {
    ($service:expr, $out:expr) => {
        tried(&$service, || $out, |service, out| service.call(|_| out()))
    };
}

fn spent() -> Fault {
    Fault::rejected("database", Reason::BreakerOpen, None)
}

/// A reply that tells when to ask again, and how long it took.
#[derive(Debug)]
struct Accepted;

impl Outcome for Accepted {
    type Failure = Fault;
    fn failure(&self) -> Option<&Fault> {
        None
    }
    fn split(self) -> Result<Self, Fault> {
        Ok(self)
    }
    fn retry_after(&self) -> Option<Duration> {
        Some(3600 * SECOND)
    }
}

impl dyno::Refuse for Accepted {
    fn refuse(fault: Fault) -> Self {
        panic!("{fault}")
    }
}

#[test]
fn what_a_success_asks_for_holds_no_breaker_open() {
    static SLOW: Service = Service::builder("judged-slow")
        .breaker(Settings::new().slow(MS).slow_rate(0.5).window_calls(2).min_calls(2))
        .build();
    let _frozen = clock::freeze();
    let slow = || {
        SLOW.call(|_| {
            clock::sleep(2 * MS);
            Accepted
        })
    };
    let seen = || SLOW.snapshot().breaker.expect("it has one");
    let _accepted = (slow(), slow());
    let minute = 60 * SECOND;
    assert_eq!((seen().state, seen().retry_after), (State::Open, Some(minute)));
    clock::sleep(minute);
    // Nor does it when it is a trial.
    let _accepted = slow();
    assert_eq!(seen().state, State::Open);
    assert!(seen().retry_after.expect("it is open") <= 10 * minute);
}

#[test]
fn errors_of_many_types_are_read() {
    assert_eq!(tried!(failing("judged-1"), Err::<u8, _>("down".to_owned())), (2, 2));
    assert_eq!(tried!(failing("judged-3"), Err::<u8, _>(io::Error::other("down"))), (2, 2));
    assert_eq!(tried!(failing("judged-4"), Err::<u8, Any>("down".into())), (2, 2));
    assert_eq!(tried!(failing("judged-5"), Err::<u8, Local>("down".into())), (2, 2));
    assert_eq!(tried!(failing("judged-6"), None::<u8>), (2, 2));
    assert_eq!(
        tried!(failing("judged-7"), Err::<u8, dyno::Error<Shop>>(dyno::Error::Inner(Shop::Down))),
        (2, 2)
    );
}

#[test]
fn what_dyno_turned_away_further_in_is_no_failure_of_the_dependency() {
    // Neither tried again nor counted, wherever the word is found.
    assert_eq!(tried!(failing("judged-11"), Err::<u8, _>(spent())), (1, 0));
    assert_eq!(tried!(failing("judged-12"), Err::<u8, _>(Shop::from(spent()))), (1, 0));
    assert_eq!(tried!(failing("judged-13"), Err::<u8, _>(io::Error::from(spent()))), (1, 0));
    assert_eq!(tried!(failing("judged-14"), Err::<u8, Any>(spent().into())), (1, 0));
    let service = failing("judged-15");
    assert_eq!(tried!(service, Err::<u8, _>(Shop::from(spent()))), (1, 0));
    let seen = service.snapshot().metrics.expect("it counts").total;
    assert_eq!((seen.failures, seen.rejected.breaker_open), (0, 1));
}

#[test]
fn a_rejection_is_tried_again_where_it_is_to_be() {
    let retry = Retry::new(3).rejected();
    both(
        "judged-again",
        |it| it.retry(retry).bulkhead(1),
        |way| {
            let (calls, answer) = way.attempts(|_| Step(MS, Err(spent().into())));
            assert_eq!((calls, answer), (3, Err(spent().into())));
        },
    );
}

#[test]
fn excluded_errors_say_nothing() {
    let service = failing("judged-except");
    let calls = Cell::new(0);
    let fine = |error: &Shop| *error == Shop::NotFound;
    let answer = service.except(fine).call(|_| {
        calls.set(calls.get() + 1);
        Answer::Err(Shop::NotFound)
    });
    assert_eq!((answer, calls.get()), (Err(Shop::NotFound), 1));
    let task = service.except(fine).call_async(async |_| {
        calls.set(calls.get() + 1);
        Answer::Err(Shop::NotFound)
    });
    assert_eq!((block_on(task), calls.get()), (Err(Shop::NotFound), 2));
    let seen = service.snapshot();
    assert_eq!(seen.breaker.map(|it| it.failures), Some(0));
    let counted = seen.metrics.expect("it counts").total;
    assert_eq!((counted.failures, counted.successes, counted.ignored), (0, 0, 2));

    let answer = service.except(fine).call(|_| Answer::Err(Shop::Down));
    assert_eq!(answer, Err(Shop::Down));
    assert_eq!(service.snapshot().breaker.map(|it| it.state), Some(State::Open));
}

#[derive(Debug, PartialEq)]
enum Reply {
    Page(u16),
    Refused(Fault),
}

impl Outcome for Reply {
    type Failure = Self;
    fn failure(&self) -> Option<&Self> {
        matches!(self, Self::Page(500..) | Self::Refused(_)).then_some(self)
    }
    fn split(self) -> Result<Self, Self> {
        if self.failure().is_some() { Err(self) } else { Ok(self) }
    }
}

impl dyno::Refuse for Reply {
    fn refuse(fault: Fault) -> Self {
        Self::Refused(fault)
    }
}

#[test]
fn an_outcome_of_any_type_is_judged() {
    let judge = |reply: &Reply| match reply {
        Reply::Page(500..) => Verdict::Failure,
        Reply::Page(404) => Verdict::Ignored,
        _ => Verdict::Success,
    };
    let service = failing("judged-by");
    let mut pages = vec![Reply::Page(200), Reply::Page(503)];
    let reply = service.judge(judge).call(|_| pages.pop().expect("two attempts"));
    assert_eq!(reply, Reply::Page(200));
    let reply = service.judge(judge).call_async(async |_| Reply::Page(404));
    assert_eq!(block_on(reply), Reply::Page(404));
    let seen = service.snapshot().metrics.expect("it counts").total;
    assert_eq!((seen.successes, seen.ignored, seen.failures), (1, 1, 0));

    let reply = service.judge(judge).call(|_| Reply::Page(500));
    assert_eq!(reply, Reply::Page(500));
    let Reply::Refused(fault) = service.judge(judge).call(|_| Reply::Page(200)) else {
        panic!("it is open")
    };
    assert_eq!(fault.last_error().as_deref(), Some("it was judged to be a failure"));
}

#[test]
fn a_time_out_among_the_sources_is_one() {
    #[derive(Debug, thiserror::Error)]
    #[error("no price")]
    struct NoPrice(#[source] Shop);
    let late = || NoPrice(Shop::from(Fault::timed_out("database", SECOND)));
    // A failure of the dependency, and not tried again.
    assert_eq!(tried_late(&failing("judged-late"), late), (1, 1));
}

fn tried_late<E: Error + 'static>(service: &Service, late: impl Fn() -> E) -> (u32, u32) {
    let calls = Cell::new(0);
    let answer = service.or(|_: dyno::Error<E>| Ok(1)).call(|_| {
        calls.set(calls.get() + 1);
        Err::<u8, E>(late())
    });
    assert!(answer.is_ok());
    (calls.get(), service.snapshot().breaker.map_or(0, |it| it.failures))
}
