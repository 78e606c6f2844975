//! The errors of all attempts in one: DY-67, DY-70.

use std::error::Error;
use std::io;
use std::time::Duration;

use dyno::__private::{Asks, Attempts, Errors, Pause, Point, asks};
use dyno::point::Stop;
use dyno::retry::{Budget, CompoundError, Retry};
use dyno::{Fault, Outcome, Reason, Verdict, clock};

use super::support::MS;

static POINT: Point = Point::new(Some("retry::compound"), || "");

#[derive(Debug, thiserror::Error)]
enum Shop {
    #[error("no answer from {0}")]
    Wire(&'static str, #[source] io::Error),
    #[error("sold out")]
    SoldOut,
    #[error(transparent)]
    Dyno(#[from] Fault),
}

fn wire(host: &'static str) -> Shop {
    Shop::Wire(host, io::ErrorKind::ConnectionReset.into())
}

/// As an expansion does it.
fn compounded<E>(
    retry: Retry,
    mut body: impl FnMut() -> Result<u8, E>,
    asks: fn(Option<&E>) -> Asks,
) -> Result<u8, CompoundError<E>> {
    let mut attempts = Attempts::start(&POINT, &retry);
    let mut errors = Errors::new();
    loop {
        let out = body();
        match Attempts::next(&mut attempts, Verdict::of(&out), || asks(out.failure())) {
            None => break Errors::end(errors, out, &attempts),
            Some(pause) => {
                Errors::keep(&mut errors, out, &pause);
                Pause::block(pause);
            }
        }
    }
}

/// Fails with these errors, first to last, then succeeds.
fn failing<E>(retry: Retry, errors: Vec<E>) -> Result<u8, CompoundError<E>> {
    let mut errors = errors.into_iter();
    compounded(retry, || errors.next().map_or(Ok(7), Err), |_| Asks::Nothing)
}

#[test]
fn dy67_three_failures_of_two_kinds() {
    let error = failing(Retry::new(3), vec![wire("a"), wire("b"), Shop::SoldOut]);
    let error = error.expect_err("all fail");
    assert_eq!((error.len(), error.kinds()), (3, 2));
    let told: Vec<String> = error.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["no answer from a", "no answer from b", "sold out"]);
    assert!(matches!((error.first(), error.last()), (Shop::Wire("a", _), Shop::SoldOut)));
    assert!(error.iter().any(|error| matches!(error, Shop::Wire("b", _))));
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("sold out"));
    assert_eq!(error.stop(), Some(Stop::Attempts));
}

#[test]
fn dy70_a_general_error_and_a_more_specific_one_form_a_compound() {
    let general: Box<dyn Error + Send + Sync> = "general".into();
    let specific: Box<dyn Error + Send + Sync> = wire("a").into();
    let error = failing(Retry::new(2), vec![general, specific]).expect_err("both fail");
    assert_eq!(error.to_string(), "all 2 attempts failed (no more are allowed): no answer from a");
    assert!(error.last().downcast_ref::<Shop>().is_some());
    assert_eq!(error.kinds(), 1);
}

#[test]
fn every_kind_is_found_among_the_errors_and_their_sources() {
    let error = failing(Retry::new(2), vec![Shop::SoldOut, wire("a")]).expect_err("both fail");
    let found: &io::Error = error.find().expect("the source of the second");
    assert_eq!(found.kind(), io::ErrorKind::ConnectionReset);
    assert!(matches!(error.find::<Shop>(), Some(Shop::SoldOut)), "the first of those");
    assert!(error.find::<std::fmt::Error>().is_none());
}

#[test]
fn it_is_iterated_both_ways_lent_and_owned() {
    let error = failing(Retry::new(3), vec![1, 2, 3]).expect_err("all fail");
    assert_eq!((&error).into_iter().rev().copied().collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(error.iter().len(), 3);
    let mut ends = error.iter();
    assert_eq!(
        (ends.next_back(), ends.next(), ends.next(), ends.next()),
        (Some(&3), Some(&1), Some(&2), None)
    );
    assert_eq!(error.clone().into_iter().len(), 3);
    assert_eq!(error.clone().into_iter().rev().collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(error.clone().into_last(), 3);
    assert_eq!(error.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_success_at_last_leaves_no_trace() {
    let done = failing(Retry::new(3), vec![wire("a"), wire("b")]);
    assert_eq!(done.expect("the third"), 7);
}

#[test]
fn in_full_it_tells_of_each_attempt_and_pause() {
    let _frozen = clock::freeze();
    let error = failing(Retry::new(3).delay(250 * MS), vec!["busy", "busy", "down"]);
    let error = error.expect_err("all fail");
    assert_eq!(error.pauses().collect::<Vec<_>>(), [250 * MS; 2]);
    assert_eq!(error.to_string(), "all 3 attempts failed (no more are allowed): down");
    assert_eq!(
        format!("{error:#}"),
        "all 3 attempts failed (no more are allowed)\n  1: busy\n     … 250.0ms\n  2: busy\n     \
         … 250.0ms\n  3: down"
    );
    assert_eq!(format!("{error:?}"), r#"CompoundError ["busy", "busy", "down"]"#);
}

#[test]
fn it_is_marked_with_what_ended_it() {
    static EMPTY: Budget = Budget::new().capacity(1).reserve(0).share(0.0);
    let budgeted = failing(Retry::new(5).budget(&EMPTY), vec![1, 2, 3]).expect_err("spent");
    assert_eq!((budgeted.len(), budgeted.stop()), (2, Some(Stop::Budget)));
    assert!(budgeted.to_string().contains("the retry budget is spent"));
    let rejected = || Err(Fault::rejected("db", Reason::BreakerOpen, None));
    let rejected = compounded(Retry::new(5), rejected, |failure| asks!(failure));
    let rejected = rejected.expect_err("turned away");
    assert_eq!((rejected.len(), rejected.stop()), (1, Some(Stop::Rejected)));
    let _frozen = clock::freeze();
    let late = Retry::new(5).delay(MS).max_elapsed(Duration::from_nanos(1));
    let late = failing(late, vec![1, 2]).expect_err("late");
    assert_eq!((late.len(), late.stop()), (1, Some(Stop::Elapsed)));
}

#[test]
fn an_ignored_failure_is_one_of_its_own() {
    let retry = Retry::new(3);
    let mut attempts = Attempts::start(&POINT, &retry);
    let out: Result<u8, _> = Err("not found");
    assert!(Attempts::next(&mut attempts, Verdict::Ignored, || asks!(out.failure())).is_none());
    let error = Errors::end(Errors::new(), out, &attempts).expect_err("it failed");
    assert_eq!((error.len(), error.stop()), (1, None));
    assert_eq!(error.to_string(), "failed at the only attempt: not found");
}

#[test]
fn dynos_own_word_becomes_one() {
    let fault = Fault::rejected("db", Reason::BreakerOpen, None);
    let error = CompoundError::<Shop>::from(fault.clone());
    assert_eq!(error.len(), 1);
    assert!(matches!(error.last(), Shop::Dyno(inside) if *inside == fault));
}
