//! What passes, what is turned away, and what is told of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use dyno::clock;
use dyno::limit::Bulkhead;
use dyno::limit::bulkhead::Permit;
use dyno::point::{self, Event};
use dyno::{Deadline, Fault, Reason};

const MS: Duration = Duration::from_millis(1);

#[test]
fn a_third_of_two_is_turned_away_at_once_and_two_pass_again_afterwards() {
    // DY-14: nested entries.
    let two = Bulkhead::new("two", 2);
    let nested: Result<(), Fault> = two.call(|| {
        two.call(|| {
            let third: Result<(), Fault> = two.call(|| panic!("it must not run"));
            assert_eq!(third, Err(Fault::rejected("two", Reason::BulkheadFull, None)));
            Ok(())
        })
    });
    assert_eq!(nested, Ok(()));
    let (first, second) = (two.try_acquire(), two.try_acquire());
    assert!(first.is_ok() && second.is_ok());
    assert!(two.try_acquire().is_err());
}

#[test]
fn a_limit_of_one_is_what_dyno_had_by_default() {
    // DY-16.
    static ONE: Bulkhead = Bulkhead::new("one", 1);
    let permit: Permit<'static> = ONE.acquire().expect("it is free");
    assert_eq!(ONE.acquire().expect_err("taken").reason(), Some(Reason::BulkheadFull));
    // To another thread, which gives it back.
    thread::spawn(move || drop(permit)).join().expect("it ends");
    assert!(ONE.acquire().is_ok());
}

#[test]
fn what_is_inside_finishes_whatever_is_set_meanwhile() {
    // DY-13, for a limit: who is in ends by himself, the next entry goes by what has been set.
    let two = Bulkhead::new("shrinks", 2);
    let (first, second) = (two.acquire(), two.acquire());
    two.resize(1);
    let now = two.snapshot();
    assert_eq!((now.limit, now.in_flight), (1, 2));
    drop(first);
    assert!(two.try_acquire().is_err(), "one is in, and one may be");
    drop(second);
    let one = two.try_acquire();
    assert!(one.is_ok());
    assert!(two.try_acquire().is_err());
    two.resize(3);
    let (second, third) = (two.try_acquire(), two.try_acquire());
    assert!(second.is_ok() && third.is_ok());
    assert!(two.try_acquire().is_err());
}

#[test]
fn a_place_given_back_once_is_one_place() {
    // dyno 0.2's extra release raised its capacity for ever: here there is nothing to call twice.
    let one = Bulkhead::new("bounded", 1);
    for _ in 0..3 {
        drop(one.acquire().expect("it is free"));
    }
    let _taken = one.acquire().expect("it is free");
    assert!(one.try_acquire().is_err());
}

#[test]
fn a_panic_goes_on_unchanged_and_gives_the_place_back() {
    let one = Bulkhead::new("panics", 1);
    let payload = catch_unwind(AssertUnwindSafe(|| {
        let _: Option<()> = one.call(|| panic!("boom"));
    }));
    let payload = payload.expect_err("it panicked");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"boom"));
    assert_eq!(one.snapshot().in_flight, 0);
}

#[test]
fn a_future_that_is_dropped_gives_its_place_back() {
    let one = Bulkhead::new("cancelled", 1);
    {
        let mut call = pin!(one.call_async(std::future::pending::<Option<()>>));
        assert_eq!(one.snapshot().in_flight, 0, "the place is taken when the call is made");
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(one.snapshot().in_flight, 1);
    }
    assert_eq!(one.snapshot().in_flight, 0);
}

#[test]
fn a_caller_that_is_ready_and_does_nothing_starves_nobody() {
    // peers L2: a service that takes its place when it is ready, and is then parked.
    let one = Bulkhead::new("ready", 1);
    let parked = one.call_async(|| async { Some("parked") });
    assert_eq!(one.call(|| Some("passes")), Some("passes"));
    drop(parked);
}

#[test]
fn a_call_that_has_ended_keeps_no_place() {
    // opendal 7346, linkerd2-proxy 751: neither by what it returns nor by its future.
    let one = Bulkhead::new("ended", 1);
    let mut call = pin!(one.call_async(|| async { Some(std::iter::repeat(7)) }));
    let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(one.snapshot().in_flight, 0, "its future is still there");
    let std::task::Poll::Ready(Some(mut body)) = polled else { panic!("it is ready") };
    assert!(one.try_acquire().is_ok(), "and so is its body");
    assert_eq!(body.next(), Some(7));
}

#[test]
fn a_permit_that_is_forgotten_is_lost_and_a_larger_limit_makes_up_for_it() {
    let one = Bulkhead::new("forgotten", 1);
    std::mem::forget(one.acquire());
    assert!(one.acquire().is_err());
    one.resize(2);
    assert!(one.acquire().is_ok());
}

#[test]
fn a_permit_of_a_shared_one_borrows_nothing() {
    let shared = Arc::new(Bulkhead::new("owned", 1));
    let permit = shared.acquire_owned().expect("it is free");
    assert_eq!(permit.bulkhead().name(), "owned");
    assert!(shared.acquire_owned().is_err());
    let held = thread::spawn(move || drop(permit));
    held.join().expect("it ends");
    assert_eq!(shared.snapshot().in_flight, 0);
    let mut again = pin!(shared.acquire_owned_async());
    let polled = again.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, std::task::Poll::Ready(Ok(_))));
}

#[test]
fn who_is_turned_away_learns_how_long_a_place_lately_took() {
    let frozen = clock::freeze();
    let one = Bulkhead::new("hints", 1);
    let after = || one.try_acquire().expect_err("it is taken").retry_after();
    let permit = one.acquire();
    frozen.advance(100 * MS);
    assert_eq!(after(), None, "nobody has left since");
    frozen.advance(8 * MS);
    assert_eq!(after(), None);
    drop(permit);
    // Idle: nobody waits, nothing is measured.
    frozen.advance(1000 * MS);
    drop(one.acquire());
    let permit = one.acquire();
    assert_eq!(after(), Some(8 * MS), "from the first one turned away to the next that left");
    frozen.advance(16 * MS);
    drop(permit);
    let _permit = one.acquire();
    assert_eq!(after(), Some(10 * MS), "a quarter of the new, three of the old");
    assert_eq!(one.snapshot().retry_after, Some(10 * MS));
    let text = one.try_acquire().expect_err("it is taken").to_string();
    assert_eq!(text, "hints: the bulkhead is full, try again in 10.0ms");
}

#[test]
fn rejections_are_counted_and_told() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = told.clone();
    let _observing = point::observe(move |point: &str, event: &Event<'_>| {
        if point == "observed" {
            hears.lock().expect("whole").push(event.to_string());
        }
    });
    let one = Bulkhead::new("observed", 1);
    let permit = one.acquire();
    assert_eq!(one.call(|| Some(1)), None);
    assert!(one.try_acquire().is_err());
    drop(permit);
    assert_eq!(one.call(|| Some(1)), Some(1));
    assert_eq!(one.snapshot().turned_away, 2);
    let told = told.lock().expect("whole").clone();
    assert_eq!(told, ["rejected: observed: the bulkhead is full"; 2]);
}

#[test]
fn a_deadline_that_has_passed_is_told_where_a_call_would_have_to_wait() {
    let frozen = clock::freeze();
    let one = Bulkhead::new("spent", 1).wait(50 * MS);
    Deadline::within(5 * MS, || {
        frozen.advance(5 * MS);
        let permit = one.acquire();
        assert!(permit.is_ok(), "where there is a place no clock is read");
        let fault = one.acquire().expect_err("it is taken");
        assert_eq!(fault.reason(), Some(Reason::DeadlineSpent));
        assert_eq!(one.snapshot().turned_away, 1);
        let try_now = one.try_acquire().expect_err("it is taken");
        assert_eq!(try_now.reason(), Some(Reason::BulkheadFull));
    });
}

#[test]
fn it_reads_as_a_person_would_say_it() {
    let two = Bulkhead::new("db", 2);
    let permit = two.acquire().expect("it is free");
    assert_eq!(format!("{two:?} {permit:?}"), "Bulkhead(db, 1 of 2) Permit(db)");
    assert!(two.location().file().ends_with("limits/bulkhead.rs"));
    let refused = Bulkhead::try_enter(&two).map(std::mem::forget);
    assert!(refused.is_ok());
    let refused = Bulkhead::try_enter(&two).expect_err("it is taken");
    assert_eq!(format!("{refused:?}"), "Refused(db: the bulkhead is full)");
    assert_eq!(size_of_val(&Bulkhead::try_enter(&two)), 16, "in two registers");
}

#[test]
#[should_panic(expected = "bulkhead: the limit must be at least 1, else no call ever passes")]
fn no_place_at_all_is_refused() {
    drop(Bulkhead::new("none", std::hint::black_box(0)));
}

#[test]
#[should_panic(expected = "bulkhead: the limit must be at least 1")]
fn nor_is_it_set_later() {
    Bulkhead::new("none", 1).resize(0);
}

#[test]
#[should_panic(expected = "bulkhead: `wait` must be above zero: leave it out")]
fn no_wait_at_all_is_refused() {
    drop(Bulkhead::new("none", 1).wait(Duration::ZERO));
}

#[test]
#[should_panic(expected = "bulkhead: `queue` must be at least 1: leave out `wait`")]
fn no_queue_at_all_is_refused() {
    drop(Bulkhead::new("none", 1).queue(0));
}
