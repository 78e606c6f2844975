//! What failures ask for, and what dyno itself turns away.

use std::cell::Cell;
use std::time::Duration;

use dyno::__private::{Asks, Attempts, Pause, Point};
use dyno::retry::{Retry, retry};
use dyno::{Deadline, Fault, Reason, Verdict, clock};

use super::support::{MS, Scribe};

static POINT: Point = Point::new(Some("retry::hints"), || "");

/// How many attempts are made when each asks this, how long it takes, and how it ends.
fn tried(retry: Retry, asks: Asks, scribe: &'static Scribe) -> (u32, Duration, String) {
    let start = clock::now();
    let retry = retry.listen(scribe);
    let mut attempts = Attempts::start(&POINT, &retry);
    let mut made = 1;
    while let Some(pause) = attempts.next(Verdict::Failure, || asks) {
        made += 1;
        Pause::block(pause);
    }
    (made, start.elapsed(), scribe.told().pop().unwrap_or_default())
}

#[test]
fn a_pause_is_at_least_what_the_failure_asks_for() {
    static SCRIBE: Scribe = Scribe::new();
    let _frozen = clock::freeze();
    let short = retry(3).delay(10 * MS);
    assert_eq!(tried(short, Asks::After(300 * MS), &SCRIBE).1, 600 * MS);
    assert_eq!(tried(short, Asks::After(MS), &SCRIBE).1, 20 * MS);
    assert_eq!(tried(retry(3), Asks::After(MS), &SCRIBE).1, 2 * MS);
}

#[test]
fn what_cannot_be_afforded_ends_it_at_once() {
    static SCRIBE: Scribe = Scribe::new();
    let _frozen = clock::freeze();
    let asks = Asks::After(300 * MS);
    let within = Deadline::within(300 * MS, || tried(retry(3), asks, &SCRIBE));
    assert_eq!(within, (1, Duration::ZERO, "gave up after 1: Deadline".into()));
    let (made, took, told) = tried(retry(3).max_elapsed(200 * MS), asks, &SCRIBE);
    assert_eq!((made, took, told.as_str()), (1, Duration::ZERO, "gave up after 1: Elapsed"));
}

#[test]
fn what_dyno_turns_away_is_tried_again_only_when_it_is_to_be() {
    static SCRIBE: Scribe = Scribe::new();
    let _frozen = clock::freeze();
    let asks = Asks::Rejected(Some(Reason::BreakerOpen), Some(300 * MS));
    let (made, took, told) = tried(retry(3).delay(MS), asks, &SCRIBE);
    assert_eq!((made, took, told.as_str()), (1, Duration::ZERO, "gave up after 1: Rejected"));
    let (made, took, _) = tried(retry(3).delay(MS).rejected(), asks, &SCRIBE);
    assert_eq!((made, took), (3, 600 * MS));
    let (made, took, _) = tried(retry(3).delay(MS).rejected(), Asks::Rejected(None, None), &SCRIBE);
    assert_eq!((made, took), (3, 2 * MS));
}

#[test]
fn a_time_out_is_a_failure_like_any_other() {
    static SCRIBE: Scribe = Scribe::new();
    let _frozen = clock::freeze();
    assert_eq!(tried(retry(3).delay(MS), Asks::TimedOut, &SCRIBE).0, 3);
}

#[test]
fn what_a_failure_asks_is_looked_at_after_a_failure_only() {
    let retry = Retry::new(3);
    for verdict in [Verdict::Success, Verdict::Ignored] {
        let mut attempts = Attempts::start(&POINT, &retry);
        let next = attempts.next(verdict, || unreachable!("nobody has failed"));
        assert!(next.is_none());
    }
}

#[test]
fn an_inline_retry_may_heed_dynos_own_word() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let calls = Cell::new(0);
    let rejected = || {
        calls.set(calls.get() + 1);
        Err::<(), _>(Fault::rejected("db", Reason::RateLimited, Some(40 * MS)))
    };
    assert!(retry(3).heeding().run(rejected).is_err());
    assert_eq!(calls.replace(0), 1);
    assert!(retry(3).rejected().heeding().run(rejected).is_err());
    assert_eq!((calls.get(), start.elapsed()), (3, 80 * MS));
}
