//! Iterators and streams that count as one call, from their making to their end.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

use dyno::breaker::{Breaker, State};
use dyno::{Reason, clock};
use futures_core::{FusedStream, Stream};

use super::support::{SECOND, fail, failures};

type Item = Result<u8, &'static str>;

fn breaker() -> Breaker {
    Breaker::new("guards").fail_max(2).reset_timeout(SECOND)
}

fn good() -> [Item; 2] {
    [Ok(1), Ok(2)]
}

/// Two failures, which count as one.
fn bad() -> [Item; 4] {
    [Ok(1), Err("cut off"), Ok(2), Err("again")]
}

#[test]
fn an_iterator_succeeds_when_it_has_come_to_its_end() {
    let breaker = breaker();
    fail(&breaker, 1);
    let mut items = breaker.guard_iter(good()).expect("closed");
    assert_eq!((items.next(), items.next()), (Some(Ok(1)), Some(Ok(2))));
    assert_eq!(failures(&breaker), 1, "it may fail yet");
    assert_eq!(items.next(), None);
    assert_eq!(failures(&breaker), 0);
}

#[test]
fn an_iterator_fails_once_with_its_first_failure() {
    let breaker = breaker();
    let mut items = breaker.guard_iter(bad()).expect("closed");
    assert_eq!(items.next(), Some(Ok(1)));
    assert_eq!(failures(&breaker), 0);
    assert_eq!(items.next(), Some(Err("cut off")));
    assert_eq!(failures(&breaker), 1);
    let rest: Vec<_> = items.collect();
    assert_eq!(rest, [Ok(2), Err("again")], "the rest passes through");
    assert_eq!(failures(&breaker), 1, "and its end is no success");
}

#[test]
fn enough_failing_iterators_open_it() {
    let breaker = breaker();
    for _ in 0..2 {
        assert_eq!(breaker.guard_iter(bad()).expect("closed").count(), 4);
    }
    assert_eq!(breaker.state(), State::Open);
}

/// Counts how often it is asked.
struct Asked<'a>(&'a AtomicU32);

impl Iterator for Asked<'_> {
    type Item = Item;
    fn next(&mut self) -> Option<Item> {
        self.0.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[test]
fn nothing_is_asked_of_an_iterator_that_is_turned_away() {
    let breaker = breaker();
    breaker.trip();
    let asked = AtomicU32::new(0);
    let fault = breaker.guard_iter(Asked(&asked)).expect_err("open");
    assert_eq!(fault.reason(), Some(Reason::BreakerOpen));
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[test]
fn an_iterator_that_has_ended_stays_at_its_end() {
    let breaker = breaker();
    let asked = AtomicU32::new(0);
    let mut items = breaker.guard_iter(Asked(&asked)).expect("closed");
    assert_eq!((items.next(), items.next()), (None, None));
    assert_eq!(items.size_hint(), (0, Some(0)));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn an_iterator_that_is_dropped_early_counts_nothing() {
    let breaker = breaker();
    fail(&breaker, 1);
    let before = breaker.snapshot();
    drop(breaker.guard_iter(good()));
    assert_eq!(breaker.guard_iter(good()).expect("closed").next(), Some(Ok(1)));
    for item in breaker.guard_iter(good()).expect("closed") {
        if item.is_ok() {
            break;
        }
    }
    assert_eq!(breaker.snapshot(), before);
}

#[test]
fn a_panic_of_the_loop_is_not_one_of_the_iterator() {
    let breaker = breaker();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut items = breaker.guard_iter(good()).expect("closed");
        panic_any(items.next());
    }));
    assert_eq!(
        panicked.expect_err("it goes on").downcast_ref::<Option<Item>>(),
        Some(&Some(Ok(1)))
    );
    assert_eq!(failures(&breaker), 0);
}

#[test]
fn a_panic_of_the_iterator_is_a_failure_and_goes_on_unchanged() {
    let breaker = breaker();
    let panics = [1_u8, 2].into_iter().map(|item| -> Item {
        if item == 2 { panic_any(77_u8) } else { Ok(item) }
    });
    let mut items = breaker.guard_iter(panics).expect("closed");
    assert_eq!(items.next(), Some(Ok(1)));
    let panicked = catch_unwind(AssertUnwindSafe(|| items.next())).expect_err("it goes on");
    assert_eq!(panicked.downcast_ref::<u8>(), Some(&77));
    assert_eq!(failures(&breaker), 1, "at once, not when it is dropped");
    assert_eq!(items.next(), None, "it has ended with that");
    drop(items);
    assert_eq!(failures(&breaker), 1);
}

#[test]
fn a_panic_that_is_under_way_already_is_not_counted() {
    struct CleanUp<'a>(&'a Breaker);
    impl Drop for CleanUp<'_> {
        fn drop(&mut self) {
            let mut items = self.0.guard_iter(good()).expect("closed");
            assert_eq!(items.next(), Some(Ok(1)));
        }
    }
    let breaker = breaker();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _clean_up = CleanUp(&breaker);
        resume_unwind(Box::new("boom"));
    }));
    assert!(panicked.is_err());
    assert_eq!(failures(&breaker), 0);
}

#[test]
fn half_open_lets_in_as_many_iterators_as_trials() {
    let frozen = clock::freeze();
    let breaker = breaker();
    fail(&breaker, 2);
    frozen.advance(SECOND);
    let trial = breaker.guard_iter(good()).expect("the trial");
    for _ in 0..5 {
        let fault = breaker.guard_iter(good()).expect_err("the trial is under way");
        assert_eq!(fault.reason(), Some(Reason::HalfOpenBusy));
    }
    drop(trial);
    assert_eq!(breaker.state(), State::HalfOpen, "a dropped one makes room and decides nothing");
    assert_eq!(breaker.guard_iter(good()).expect("the next trial").count(), 2);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn the_end_of_an_iterator_of_an_earlier_state_decides_nothing() {
    let frozen = clock::freeze();
    let breaker = breaker();
    let from_closed = breaker.guard_iter(good()).expect("closed");
    let failing = breaker.guard_iter(bad()).expect("closed");
    fail(&breaker, 2);
    let open = breaker.snapshot();
    assert_eq!((from_closed.count(), failing.count()), (2, 4));
    assert_eq!(breaker.snapshot(), open);

    frozen.advance(SECOND);
    let from_trial = breaker.guard_iter(good()).expect("the trial");
    breaker.trip();
    let open = breaker.snapshot();
    assert_eq!(from_trial.count(), 2);
    assert_eq!(breaker.snapshot(), open, "it does not close what has opened again");
}

#[test]
fn size_hints_pass_through() {
    let breaker = breaker();
    let mut items = breaker.guard_iter(good()).expect("closed");
    assert_eq!(items.size_hint(), (2, Some(2)));
    items.next();
    assert_eq!(items.size_hint(), (1, Some(1)));
    let stream = breaker.guard_stream(Script::of([])).expect("closed");
    assert_eq!(Stream::size_hint(&stream), (3, Some(5)));
}

/// A stream that answers as it is told to, and panics when it is asked once more.
struct Script(std::vec::IntoIter<Poll<Option<Item>>>);

impl Script {
    fn of<const N: usize>(answers: [Poll<Option<Item>>; N]) -> Self {
        Self(Vec::from(answers).into_iter())
    }
}

impl Stream for Script {
    type Item = Item;
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Item>> {
        self.0.next().expect("it is polled too often")
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        (3, Some(5))
    }
}

const ITEM: Poll<Option<Item>> = Poll::Ready(Some(Ok(1)));
const FAILURE: Poll<Option<Item>> = Poll::Ready(Some(Err("cut off")));
const END: Poll<Option<Item>> = Poll::Ready(None);

fn poll<S: Stream>(stream: Pin<&mut S>) -> Poll<Option<S::Item>> {
    stream.poll_next(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_stream_succeeds_when_it_has_come_to_its_end_and_stays_there() {
    let breaker = breaker();
    fail(&breaker, 1);
    let script = Script::of([Poll::Pending, ITEM, Poll::Pending, END]);
    let mut stream = pin!(breaker.guard_stream(script).expect("closed"));
    for answer in [Poll::Pending, ITEM, Poll::Pending] {
        assert_eq!(poll(stream.as_mut()), answer);
        assert_eq!((failures(&breaker), stream.is_terminated()), (1, false));
    }
    for _ in 0..3 {
        assert_eq!(poll(stream.as_mut()), END);
        assert_eq!((failures(&breaker), stream.is_terminated()), (0, true));
    }
    assert_eq!(Stream::size_hint(&*stream), (0, Some(0)));
}

#[test]
fn a_stream_fails_once_with_its_first_failure() {
    let breaker = breaker();
    let script = Script::of([ITEM, FAILURE, Poll::Pending, FAILURE, ITEM, END]);
    let mut stream = pin!(breaker.guard_stream(script).expect("closed"));
    for (answer, counted) in
        [(ITEM, 0), (FAILURE, 1), (Poll::Pending, 1), (FAILURE, 1), (ITEM, 1), (END, 1), (END, 1)]
    {
        assert_eq!(poll(stream.as_mut()), answer);
        assert_eq!(failures(&breaker), counted);
    }
}

#[test]
fn a_stream_that_is_turned_away_is_never_polled() {
    let breaker = breaker();
    breaker.trip();
    let fault = breaker.guard_stream(Script::of([])).expect_err("open");
    assert_eq!(fault.reason(), Some(Reason::BreakerOpen));
}

#[test]
fn a_stream_that_is_dropped_early_counts_nothing_and_makes_room() {
    let frozen = clock::freeze();
    let breaker = breaker();
    fail(&breaker, 2);
    frozen.advance(SECOND);
    for script in [Script::of([]), Script::of([ITEM]), Script::of([Poll::Pending])] {
        let polls = script.0.len();
        let mut trial = Box::pin(breaker.guard_stream(script).expect("the trial"));
        for _ in 0..polls {
            let _ = poll(trial.as_mut());
        }
        assert!(breaker.guard_stream(Script::of([])).is_err(), "the trial is under way");
        drop(trial);
        assert_eq!(breaker.state(), State::HalfOpen);
    }
    let mut trial = pin!(breaker.guard_stream(Script::of([END])).expect("the trial"));
    assert_eq!(poll(trial.as_mut()), END);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_panic_of_a_stream_is_a_failure_and_ends_it() {
    let breaker = breaker();
    let mut stream = pin!(breaker.guard_stream(Script::of([])).expect("closed"));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(stream.as_mut()))).is_err());
    assert_eq!(failures(&breaker), 1);
    assert_eq!(poll(stream.as_mut()), END);
}

#[test]
fn a_guarded_stream_may_travel_between_threads() {
    fn travels<T: Send>(_: &T) {}
    static BREAKER: Breaker = Breaker::new("guards-travel");
    travels(&BREAKER.guard_stream(Script::of([])).expect("closed"));
    travels(&BREAKER.guard_iter(good()).expect("closed"));
}
