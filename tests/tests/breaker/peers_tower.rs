//! What is wrong in the peers `tower-resilience` (T) and `seatbelt` (S), each shown right.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use dyno::breaker::{Breaker, Counting, Happened, Keyed, Permit, Settings, State};
use dyno::{Reason, clock};

use super::support::{
    SECOND, block_on, calls, fail, failures, hear_changes, ok, on_all, within_reason,
};

#[test]
fn t1_the_count_window_slides_however_long_all_was_well() {
    for healthy in [0, 1_000, 10_000, 100_000] {
        let breaker = Breaker::new("peers").window_calls(10).failure_rate(0.5);
        (0..healthy).for_each(|_| drop(ok(&breaker)));
        let mut in_a_row = 0;
        while breaker.state() == State::Closed {
            calls(&breaker, "f");
            in_a_row += 1;
        }
        // With nothing in it yet, the window has to fill first.
        assert_eq!(in_a_row, if healthy == 0 { 10 } else { 5 }, "after {healthy}");
    }
}

#[test]
fn t2_a_time_window_costs_the_same_however_many_it_holds() {
    // A hundred thousand calls would take hours if each looked at all of them.
    let _frozen = clock::freeze();
    let breaker = Breaker::new("peers").window_time(SECOND * 3600).failure_rate(1.0);
    within_reason(move || {
        for _ in 0..100_000 {
            calls(&breaker, "fs");
            clock::sleep(Duration::from_micros(10));
        }
        let window = breaker.snapshot().window;
        assert_eq!((window.calls, window.failures), (200_000, 100_000));
    });
}

#[test]
fn t3_trials_further_apart_than_the_window_do_not_wedge_it() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("peers")
        .window_time(SECOND)
        .failure_rate(0.5)
        .trials(3)
        .success_threshold(3)
        .reset_timeout(SECOND);
    breaker.half_open();
    for _ in 0..2 {
        assert_eq!(ok(&breaker), Ok(true));
        frozen.advance(SECOND * 60);
    }
    assert_eq!(breaker.snapshot().successes, 2);
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn t4_a_hung_probe_keeps_nobody_out() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("peers").fail_max(1).reset_timeout(SECOND);
    breaker.half_open();
    let hung: Vec<_> = (0..20)
        .map(|_| {
            let probe = breaker.acquire().expect("each wait lets one try");
            assert_eq!(breaker.acquire().expect_err("busy").reason(), Some(Reason::HalfOpenBusy));
            frozen.advance(SECOND);
            probe
        })
        .collect();
    assert_eq!(ok(&breaker), Ok(true));
    hung.into_iter().for_each(Permit::failure);
    assert_eq!((breaker.state(), failures(&breaker)), (State::Closed, 0));
}

#[test]
fn t5_a_failure_from_before_the_trip_does_not_open_it_again() {
    let breaker = Breaker::new("peers").fail_max(1);
    let old: Vec<_> = (0..50).map(|_| breaker.acquire().expect("closed")).collect();
    fail(&breaker, 1);
    breaker.half_open();
    old.into_iter().for_each(Permit::failure);
    assert_eq!((breaker.state(), failures(&breaker)), (State::HalfOpen, 0));
}

#[test]
fn t6_a_breaker_is_one_wherever_it_is_used() {
    static SHARED: Breaker = Breaker::new("peers-shared").fail_max(2);
    let (one, other) = (|| ok(&SHARED), || SHARED.call(|| None::<()>));
    assert_eq!((other(), other()), (None, None));
    assert!(one().is_err(), "what one has seen holds for the other");
}

#[test]
fn t7_calls_run_side_by_side_also_while_a_listener_is_slow() {
    static BREAKER: Breaker = Breaker::new("peers-t7");
    let (inside, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (at, until, first) = (inside.clone(), go_on.clone(), AtomicU32::new(0));
    let _listening = BREAKER.listen(move |_: &Breaker, _: &Happened| {
        if first.fetch_add(1, Ordering::Relaxed) == 0 {
            at.wait();
            until.wait();
        }
    });
    let slow = dyno::spawn(|| drop(ok(&BREAKER)));
    inside.wait();
    // All eight meet inside of their calls while that listener is at it.
    let all_inside = Arc::new(Barrier::new(8));
    on_all(8, move |_| BREAKER.call(|| Some(all_inside.wait().is_leader())));
    go_on.wait();
    slow.join().expect("no panic");
}

#[test]
fn t8_panics_and_cancelled_calls_are_seen() {
    let (breaker, counting) = (Breaker::new("peers"), Counting::new());
    let _listening = breaker.listen(counting.clone());
    let panicked = catch_unwind(AssertUnwindSafe(|| breaker.call(|| -> Option<()> { panic!() })));
    assert!(panicked.is_err());
    block_on(async {
        tokio::select! {
            biased;
            _ = breaker.call_async(std::future::pending::<Option<()>>) => {}
            () = std::future::ready(()) => {}
        }
    });
    let counts = counting.counts();
    assert_eq!((counts.calls, counts.failures, counts.ignored), (2, 1, 1));
}

#[test]
fn t9_it_is_in_one_state_at_a_time() {
    let breaker = Breaker::new("peers");
    let (_listening, heard) = hear_changes(&breaker);
    for change in [Breaker::trip, Breaker::half_open, Breaker::disable, Breaker::reset] {
        change(&breaker);
    }
    let told = heard.take();
    let mut last = State::Closed.as_str();
    for change in &told {
        let (from, to) = change.split_once(" -> ").expect("a change");
        assert_eq!(from, last, "it leaves the state that it was in");
        last = to;
    }
    assert_eq!((told.len(), last), (4, "closed"));
}

#[test]
fn t10_a_panic_is_told_as_one() {
    let breaker = Breaker::new("peers").fail_max(1);
    let called = || breaker.call(|| -> Option<()> { panic!("at once") });
    assert!(catch_unwind(AssertUnwindSafe(called)).is_err());
    let fault = breaker.acquire().expect_err("open");
    assert_eq!(fault.last_error().as_deref(), Some("it panicked"));
}

#[test]
fn s1_the_ends_of_a_share_are_what_they_say() {
    let all = Breaker::new("peers").failure_rate(1.0).window_calls(4);
    calls(&all, "sfff");
    assert_eq!(all.state(), State::Closed);
    calls(&all, "f");
    assert_eq!(all.state(), State::Open, "all of the last four");
    for share in [0.0, -0.1, 1.000_001, f64::NAN, f64::INFINITY] {
        let refused = catch_unwind(|| Breaker::new("peers").failure_rate(share));
        let panicked = refused.expect_err("refused");
        let text = panicked.downcast_ref::<String>().expect("a text");
        assert!(text.contains("`failure_rate` must be above 0 and at most 1"), "{text}");
    }
}

#[test]
fn s2_a_probe_of_one_episode_decides_no_other() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("peers").fail_max(1).reset_timeout(SECOND);
    fail(&breaker, 1);
    frozen.advance(SECOND);
    let late = breaker.acquire().expect("the probe of the first");
    frozen.advance(SECOND);
    fail(&breaker, 1);
    assert_eq!(breaker.state(), State::Open, "another took its place and failed");
    frozen.advance(SECOND);
    let probe = breaker.acquire().expect("the probe of the second");
    late.success();
    assert_eq!((breaker.state(), breaker.snapshot().trials), (State::HalfOpen, 1));
    assert!(breaker.acquire().is_err());
    probe.success();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn s3_one_good_trial_lets_all_traffic_back_at_once() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("peers").fail_max(1).reset_timeout(SECOND * 5);
    fail(&breaker, 1);
    frozen.advance(SECOND * 5);
    assert_eq!((0..1000).filter(|_| ok(&breaker).is_ok()).count(), 1000);
    // Stages are asked for, and take one time-out in all.
    let graded = Breaker::new("peers").fail_max(1).reset_timeout(SECOND * 5);
    let graded = graded.recover(&[0.01, 0.1, 0.5]);
    graded.half_open();
    assert_eq!(ok(&graded), Ok(true));
    frozen.advance(SECOND * 5);
    assert_eq!((0..1000).filter(|_| ok(&graded).is_ok()).count(), 1000);
}

#[test]
fn s4_keys_that_come_from_requests_do_not_grow_memory_without_bound() {
    static KEYED: Keyed = Keyed::new("peers", Settings::new()).keys(100);
    for key in 0..10_000 {
        drop(KEYED.get(&key));
    }
    assert_eq!((KEYED.len(), KEYED.all().len()), (100, 100));
}

#[test]
fn s5_nothing_is_poisoned_by_a_panic() {
    let breaker = Breaker::new("peers").fail_max(100);
    breaker.listen(|_: &Breaker, _: &Happened| panic!("a listener")).keep();
    for _ in 0..3 {
        let call = || breaker.call(|| -> Option<()> { panic!("a call") });
        assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
        let change = || breaker.change(|_| panic!("a change"));
        assert!(catch_unwind(AssertUnwindSafe(change)).is_err());
    }
    assert_eq!(ok(&breaker), Ok(true));
    breaker.change(|settings| settings.fail_max(1));
    fail(&breaker, 1);
    assert_eq!(breaker.state(), State::Open);
}
