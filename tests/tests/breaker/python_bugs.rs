//! What was wrong in `PyBreaker` and `infuse`, each shown right.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::task::{Context, Waker};
use std::time::Duration;

use dyno::breaker::{Breaker, Happened, Permit, State, TripError};
use dyno::{Reason, clock};

use super::support::{
    Oops, SECOND, block_on, err, fail, failures, hear, hear_changes, ok, on_all, within_reason,
};

const fn breaker() -> Breaker {
    Breaker::new("python").fail_max(1).reset_timeout(SECOND)
}

#[test]
fn a_call_may_wait_for_another_thread_that_uses_the_same_breaker() {
    static BREAKER: Breaker = Breaker::new("python-waits");
    let outcome =
        within_reason(|| BREAKER.call(|| dyno::spawn(|| ok(&BREAKER)).join().expect("no panic")));
    assert_eq!(outcome, Ok(true));
}

#[test]
fn a_hanging_trial_blocks_no_rejection_and_gives_its_place_away() {
    static BREAKER: Breaker = breaker();
    let frozen = clock::freeze();
    BREAKER.trip();
    frozen.advance(SECOND);
    let (inside, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (at, until) = (inside.clone(), go_on.clone());
    let hanging = dyno::spawn(move || {
        BREAKER.call(|| {
            at.wait();
            until.wait();
            Some(())
        })
    });
    inside.wait();
    let fault = within_reason(|| BREAKER.acquire().expect_err("busy"));
    assert_eq!(fault.reason(), Some(Reason::HalfOpenBusy));
    frozen.advance(SECOND);
    assert_eq!(ok(&BREAKER), Ok(true));
    assert_eq!(BREAKER.state(), State::Closed);
    go_on.wait();
    assert_eq!(hanging.join().expect("no panic"), Some(()));
    assert_eq!(BREAKER.state(), State::Closed);
}

#[test]
fn five_half_open_blocks_are_one_trial_and_four_rejections() {
    static BREAKER: Breaker = breaker();
    BREAKER.half_open();
    let all_inside = Arc::new(Barrier::new(5));
    let passed = on_all(5, move |_| {
        let permit = BREAKER.acquire();
        all_inside.wait();
        permit.map(Permit::success).is_ok()
    });
    assert_eq!(passed.into_iter().filter(|passed| *passed).count(), 1);
}

#[test]
fn a_late_success_of_a_half_open_era_closes_nothing() {
    let frozen = clock::freeze();
    let breaker = breaker().trials(2);
    breaker.half_open();
    let (late, failing) = (breaker.acquire().expect("a trial"), breaker.acquire());
    failing.expect("another trial").failure();
    assert_eq!(breaker.state(), State::Open);
    late.success();
    assert_eq!(breaker.state(), State::Open);
    frozen.advance(SECOND);
    assert_eq!(ok(&breaker), Ok(true));
}

#[test]
fn late_failures_start_no_clock_anew_and_are_no_changes() {
    let frozen = clock::freeze();
    let breaker = breaker();
    let late: Vec<_> = (0..5).map(|_| breaker.acquire().expect("closed")).collect();
    let (_listening, heard) = hear_changes(&breaker);
    fail(&breaker, 1);
    frozen.advance(SECOND / 2);
    late.into_iter().for_each(Permit::failure);
    assert_eq!((failures(&breaker), heard.take()), (1, vec!["closed -> open".to_owned()]));
    assert_eq!(breaker.snapshot().retry_after, Some(SECOND / 2));
}

#[test]
fn an_async_trial_runs_once() {
    let frozen = clock::freeze();
    let breaker = breaker();
    fail(&breaker, 1);
    frozen.advance(SECOND);
    let ran = AtomicU32::new(0);
    let trial = block_on(breaker.call_async(|| async {
        ran.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        Err::<(), _>(Oops::Own("down"))
    }));
    assert_eq!((trial, ran.into_inner()), (Err(Oops::Own("down")), 1));
    assert_eq!(breaker.state(), State::Open, "and its making was no success");
}

#[test]
fn no_lock_is_held_while_a_task_waits() {
    let breaker = breaker();
    let both = block_on(async {
        let inside = std::cell::Cell::new(0);
        // They meet inside: on one thread.
        let call = || {
            breaker.call_async(|| async {
                inside.set(inside.get() + 1);
                while inside.get() < 2 {
                    tokio::task::yield_now().await;
                }
                Some(())
            })
        };
        tokio::join!(call(), call())
    });
    assert_eq!(both, (Some(()), Some(())));
}

#[test]
fn a_panic_is_never_turned_into_another_error() {
    let breaker = breaker().trip_error(TripError::Rejected);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        breaker.call(|| -> Result<(), Oops> { panic_any("interrupted") })
    }));
    assert_eq!(panicked.expect_err("unchanged").downcast_ref(), Some(&"interrupted"));
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn a_failing_hook_stops_no_change_and_replaces_no_outcome() {
    let breaker = breaker();
    breaker.listen(|_: &Breaker, _: &Happened| panic!("the hook's own trouble")).keep();
    assert_eq!(ok(&breaker), Ok(true), "nor does that before a call");
    fail(&breaker, 1);
    assert_eq!((breaker.state(), failures(&breaker)), (State::Open, 1));
    assert!(breaker.snapshot().retry_after.is_some());
}

#[test]
fn a_hook_reads_the_new_state_and_the_counts_that_go_with_it() {
    static BREAKER: Breaker = breaker().fail_max(2);
    let (told, _heard) = hear(&BREAKER);
    drop(told);
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let to = seen.clone();
    let _listening = BREAKER.listen(move |breaker: &Breaker, happened: &Happened| {
        if let Happened::Failure { .. } | Happened::StateChange { .. } = happened {
            to.lock().expect("held briefly").push((breaker.state(), failures(breaker)));
        }
    });
    fail(&BREAKER, 2);
    let seen = seen.lock().expect("held briefly");
    assert_eq!(seen[0], (State::Closed, 1));
    assert_eq!(seen[2], (State::Open, 2));
}

#[test]
fn rejections_are_heard() {
    let breaker = breaker();
    let (_listening, heard) = hear(&breaker);
    breaker.force_open();
    assert!(ok(&breaker).is_err());
    let told = "a call was turned away: python: the breaker is held open by hand";
    assert_eq!(heard.count(told), 1);
}

#[test]
fn a_rejection_says_who_why_and_for_how_long() {
    let frozen = clock::freeze();
    let breaker = breaker();
    fail(&breaker, 1);
    frozen.advance(Duration::from_millis(300));
    let fault = breaker.acquire().expect_err("open");
    assert_eq!(fault.retry_after(), Some(Duration::from_millis(700)));
    assert_eq!(fault.to_string(), "python: the breaker is open, try again in 700.0ms");
}

#[test]
fn reading_the_state_changes_nothing() {
    let frozen = clock::freeze();
    let breaker = breaker();
    let (_listening, heard) = hear(&breaker);
    fail(&breaker, 1);
    frozen.advance(SECOND * 10);
    heard.take();
    for _ in 0..3 {
        assert_eq!((breaker.state(), breaker.snapshot().state), (State::Open, State::Open));
        assert_eq!(format!("{breaker:?}"), "Breaker(python, open)");
    }
    assert_eq!(heard.take(), [""; 0]);
}

#[test]
fn a_trial_never_comes_early_by_a_rounded_clock() {
    let frozen = clock::freeze();
    let breaker = breaker().reset_timeout(Duration::from_nanos(1_000_000_001));
    fail(&breaker, 1);
    frozen.advance(SECOND);
    assert!(breaker.acquire().is_err(), "a nanosecond is missing");
    frozen.advance(Duration::from_micros(1));
    assert!(breaker.acquire().is_ok());
}

#[test]
fn what_makes_no_sense_is_refused_when_it_is_given() {
    type Given = fn() -> Breaker;
    let refused: [(&str, Given); 12] = [
        ("fail_max", || breaker().fail_max(0)),
        ("reset_timeout", || breaker().reset_timeout(Duration::ZERO)),
        ("success_threshold", || breaker().success_threshold(0)),
        ("success_rate", || breaker().success_rate(f64::NAN)),
        ("trials", || breaker().trials(65)),
        ("probe_timeout", || breaker().probe_timeout(Duration::ZERO)),
        ("window", || breaker().window_calls(0)),
        ("failure_rate", || breaker().failure_rate(0.0)),
        ("min_calls", || breaker().min_calls(0)),
        ("slow", || breaker().slow(Duration::ZERO)),
        ("jitter", || breaker().jitter(1.1)),
        ("recover", || breaker().recover(&[0.5, 0.5])),
    ];
    for (name, given) in refused {
        let panicked = catch_unwind(given).expect_err(name);
        let text = panicked.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panicked.downcast_ref::<&str>().copied()).expect("a text");
        assert!(text.starts_with("breaker: ") && text.contains(&format!("`{name}`")), "{text}");
    }
}

fn poll_once(future: Pin<&mut impl Future>) {
    assert!(future.poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

#[test]
fn five_tasks_of_one_loop_are_one_trial() {
    let breaker = breaker();
    breaker.half_open();
    let (_listening, heard) = hear_changes(&breaker);
    let begun = AtomicU32::new(0);
    let outcomes = block_on(async {
        let call = || {
            breaker.call_async(|| async {
                begun.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Some(())
            })
        };
        tokio::join!(call(), call(), call(), call(), call())
    });
    assert_eq!(begun.into_inner(), 1);
    assert_eq!(outcomes, (Some(()), None, None, None, None));
    assert_eq!(heard.take(), ["half-open -> closed"], "and no half-open -> half-open");
}

#[test]
fn ten_failures_at_once_are_three_and_one_trip() {
    static BREAKER: Breaker = Breaker::new("python-ten").fail_max(3);
    let (_listening, heard) = hear_changes(&BREAKER);
    let all_inside = Arc::new(Barrier::new(10));
    on_all(10, move |_| {
        BREAKER.call(|| {
            all_inside.wait();
            None::<()>
        })
    });
    assert_eq!((failures(&BREAKER), heard.take().len()), (3, 1));
}

#[test]
fn cancelling_a_call_is_no_failure() {
    let breaker = breaker();
    for state in [State::Closed, State::HalfOpen] {
        let mut call = Box::pin(breaker.call_async(std::future::pending::<Result<(), Oops>>));
        poll_once(call.as_mut());
        drop(call);
        let now = breaker.snapshot();
        assert_eq!((now.state, now.failures, now.trials), (state, 0, 0));
        breaker.half_open();
    }
    drop(breaker.call_async(std::future::pending::<Result<(), Oops>>));
    assert_eq!(breaker.snapshot().trials, 0);
}

#[test]
fn one_that_starts_open_is_open_for_its_time() {
    let frozen = clock::freeze();
    let breaker = breaker().starts(State::Open);
    let fault = err(&breaker).expect_err("open").fault();
    assert_eq!((fault.reason(), fault.retry_after()), (Some(Reason::BreakerOpen), Some(SECOND)));
    frozen.advance(Duration::from_micros(999_999));
    assert!(ok(&breaker).is_err());
    frozen.advance(Duration::from_micros(1));
    assert_eq!(ok(&breaker), Ok(true));
}

#[test]
fn a_skip_is_one_call_and_no_more() {
    let breaker = breaker();
    drop(breaker.unguarded());
    fail(&breaker, 1);
    breaker.unguarded().success();
    assert_eq!(breaker.state(), State::Open);
    assert!(ok(&breaker).is_err());
}
