//! Futures under a limit.

use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use dyno::retry::retry;
use dyno::timeout::{Timeout, timeout};
use dyno::{Deadline, Reason, clock};

use crate::support::{MS, Slot, block_on, hear, taken};

/// DA-04.
#[test]
fn a_body_that_takes_too_long_is_ended_at_the_limit() {
    const SLOW: Timeout = timeout(MS.saturating_mul(200)).named("asynchronous::slow");
    let _frozen = clock::freeze();
    let heard = hear("asynchronous::slow");
    let start = clock::now();
    let fault = block_on(SLOW.run_async(clock::sleep_async(2000 * MS))).expect_err("late");
    assert!(fault.is_timed_out(), "{fault}");
    assert_eq!(fault.to_string(), "asynchronous::slow: no answer within 200ms");
    assert_eq!(start.elapsed(), 200 * MS);
    assert_eq!(heard.so_far(), ["timed out after 200.0ms, the limit being 200ms"]);
}

/// DA-05, with the limit around the attempts.
#[test]
fn a_limit_around_attempts_ends_them_all() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let mut started = 0;
    let attempts = retry(4).run_async(|| {
        started += 1;
        async {
            clock::sleep_async(100 * MS).await;
            Err::<(), _>("down")
        }
    });
    let outcome = block_on(timeout(250 * MS).run_async(attempts));
    assert!(outcome.expect_err("late").is_timed_out());
    assert_eq!((start.elapsed(), started), (250 * MS, 3));
}

#[test]
fn what_is_there_at_the_limit_is_not_late() {
    let _frozen = clock::freeze();
    let answer = async {
        clock::sleep_async(100 * MS).await;
        7
    };
    assert_eq!(block_on(timeout(100 * MS).run_async(answer)), Ok(7));
}

#[test]
fn a_result_that_is_there_wins_however_late_it_is_looked_at() {
    let frozen = clock::freeze();
    let mut there = false;
    let body = poll_fn(|_| {
        if there {
            Poll::Ready(7)
        } else {
            there = true;
            Poll::Pending
        }
    });
    let mut limited = pin!(timeout(MS).run_async(body));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(limited.as_mut().poll(&mut cx).is_pending());
    frozen.advance(1000 * MS);
    assert_eq!(limited.as_mut().poll(&mut cx), Poll::Ready(Ok(7)));
}

#[test]
fn a_thread_that_looks_late_says_how_late() {
    let frozen = clock::freeze();
    let mut limited =
        pin!(timeout(100 * MS).named("asynchronous::busy").run_async(pending::<()>()));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(limited.as_mut().poll(&mut cx).is_pending());
    frozen.advance(130 * MS);
    let Poll::Ready(Err(fault)) = limited.as_mut().poll(&mut cx) else { panic!("late") };
    let told = "asynchronous::busy: no answer within 100ms (told after 130.0ms)";
    assert_eq!(fault.to_string(), told);
}

#[test]
fn the_limit_begins_when_the_body_first_waits() {
    let frozen = clock::freeze();
    let start = clock::now();
    let body = async {
        frozen.advance(40 * MS); // It computes.
        pending::<()>().await;
    };
    assert!(block_on(timeout(100 * MS).run_async(body)).is_err());
    assert_eq!(start.elapsed(), 140 * MS);
}

#[test]
fn the_limit_begins_when_the_body_first_asks_for_it() {
    let frozen = clock::freeze();
    let start = clock::now();
    let body = async {
        frozen.advance(10 * MS);
        assert_eq!(Deadline::current(), Some(Deadline::at(start + 110 * MS)));
        frozen.advance(40 * MS);
        pending::<()>().await;
    };
    assert!(block_on(timeout(100 * MS).run_async(body)).is_err());
    assert_eq!(start.elapsed(), 110 * MS);
}

#[test]
fn the_body_sees_the_same_deadline_at_every_poll() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let body = async {
        for _ in 0..3 {
            clock::sleep_async(10 * MS).await;
            assert_eq!(Deadline::current(), Some(Deadline::at(start + 100 * MS)));
        }
    };
    assert_eq!(block_on(timeout(100 * MS).run_async(body)), Ok(()));
    assert_eq!(Deadline::current(), None);
}

#[test]
fn what_the_body_held_is_gone_when_its_lateness_is_told() {
    let _frozen = clock::freeze();
    let slots = Arc::new(());
    let seen = Arc::new(std::sync::Mutex::new(None));
    let (there, watched) = (seen.clone(), slots.clone());
    let _watching = dyno::point::observe(move |point: &str, _: &dyno::point::Event<'_>| {
        if point == "asynchronous::permit" {
            // One is the watcher's own.
            *there.lock().expect("held briefly") = Some(taken(&watched) - 1);
        }
    });
    let slot = Slot::of(&slots);
    let body = async move {
        pending::<()>().await;
        drop(slot);
    };
    let limited = timeout(MS).named("asynchronous::permit").run_async(body);
    assert!(block_on(limited).is_err());
    assert_eq!(*seen.lock().expect("held briefly"), Some(0));
}

#[test]
fn dropping_it_drops_the_body_and_its_timer_and_says_nothing() {
    let frozen = clock::freeze();
    let heard = hear("asynchronous::cancelled");
    let slots = Arc::new(());
    let slot = Slot::of(&slots);
    let body = async move {
        pending::<()>().await;
        drop(slot);
    };
    {
        let mut limited = pin!(timeout(MS).named("asynchronous::cancelled").run_async(body));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(limited.as_mut().poll(&mut cx).is_pending());
        assert_eq!((taken(&slots), frozen.sleepers()), (1, 1));
    }
    assert_eq!((taken(&slots), frozen.sleepers()), (0, 0));
    assert!(heard.so_far().is_empty());
}

#[test]
fn a_panic_passes_through_and_leaves_no_deadline_behind() {
    let _frozen = clock::freeze();
    let body = async {
        clock::sleep_async(MS).await;
        panic!("its own");
    };
    let limited = timeout(10 * MS).run_async(body);
    let panic = catch_unwind(AssertUnwindSafe(|| block_on(limited))).expect_err("a panic");
    assert_eq!(panic.downcast_ref(), Some(&"its own"));
    assert_eq!(Deadline::current(), None);
}

#[test]
fn under_a_spent_deadline_the_body_is_not_polled() {
    let _frozen = clock::freeze();
    let heard = hear("asynchronous::spent");
    let body = poll_fn(|_| -> Poll<()> { panic!("polled") });
    let limited = timeout(MS).named("asynchronous::spent").run_async(body);
    let outcome = block_on(Deadline::at(clock::now()).run_async(limited));
    assert_eq!(outcome.expect_err("spent").reason(), Some(Reason::DeadlineSpent));
    let told = "rejected: asynchronous::spent: the deadline is spent";
    assert_eq!(heard.so_far(), [told]);
}

#[test]
fn a_ready_body_makes_no_timer() {
    let frozen = clock::freeze();
    let mut limited = pin!(timeout(MS).run_async(ready(7)));
    let polled = limited.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!((polled, frozen.sleepers()), (Poll::Ready(Ok(7)), 0));
}

#[test]
fn without_a_name_it_is_called_by_its_place() {
    let _frozen = clock::freeze();
    let line = line!() + 1;
    let fault = block_on(timeout(MS).run_async(pending::<()>())).expect_err("late");
    assert!(fault.to_string().contains(&format!("asynchronous.rs:{line}: no answer")), "{fault}");
}

#[test]
fn a_limit_without_end_makes_no_trouble() {
    let _frozen = clock::freeze();
    let sleep = clock::sleep_async(MS);
    assert_eq!(block_on(timeout(std::time::Duration::MAX).run_async(sleep)), Ok(()));
}

#[test]
#[should_panic(expected = "timeout: `limit` must be above zero")]
fn no_time_at_all_is_refused() {
    let _ = timeout(std::time::Duration::ZERO);
}

#[test]
fn it_may_go_to_other_threads() {
    fn sendable<T: Send>(_: &T) {}
    sendable(&timeout(MS).run_async(pending::<()>()));
}
