//! What is wrong in the peers `failsafe` (F) and `recloser` (R), each shown right.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use dyno::breaker::{Breaker, Permit, State};
use dyno::{Reason, Verdict, clock};

use super::support::{
    Oops, SECOND, block_on, calls, end, err, fail, failures, hear, ok, on_all, seen, within_reason,
};

/// How many of many calls at once are let in while it is half-open; all stay inside.
pub(crate) fn let_in(breaker: &'static Breaker, threads: usize, each: usize) -> usize {
    let all_inside = Arc::new(Barrier::new(threads));
    let passed = on_all(threads, move |_| {
        let permits: Vec<_> = (0..each).filter_map(|_| breaker.acquire().ok()).collect();
        all_inside.wait();
        permits.len()
    });
    passed.into_iter().sum()
}

#[test]
fn f1_half_open_is_bounded() {
    static ONE: Breaker = Breaker::new("peers-one").starts(State::HalfOpen);
    static THREE: Breaker = Breaker::new("peers-three").starts(State::HalfOpen).trials(3);
    let _frozen = clock::freeze();
    assert_eq!(let_in(&ONE, 10, 100), 1);
    assert_eq!(let_in(&THREE, 10, 100), 3);
    // They were all dropped, which says nothing, and their places are free again.
    assert_eq!((ONE.state(), ONE.snapshot().trials), (State::HalfOpen, 0));
    assert_eq!(let_in(&ONE, 10, 100), 1);
}

#[test]
fn f2_what_began_before_the_outage_decides_no_trial() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("peers").fail_max(1).reset_timeout(SECOND);
    let (good, bad) = (breaker.acquire().expect("closed"), breaker.acquire().expect("closed"));
    fail(&breaker, 1);
    frozen.advance(SECOND);
    let probe = breaker.acquire().expect("the trial");
    good.success();
    assert_eq!(breaker.state(), State::HalfOpen);
    bad.failure();
    assert_eq!(breaker.state(), State::HalfOpen);
    probe.success();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn f3_panics_are_failures_and_a_limit_inside_the_call_is_one() {
    let breaker = Breaker::new("peers").fail_max(50).reset_timeout(SECOND);
    for _ in 0..50 {
        let panicked =
            catch_unwind(AssertUnwindSafe(|| breaker.call(|| -> Option<()> { panic!() })));
        assert!(panicked.is_err());
    }
    assert_eq!(breaker.state(), State::Open, "50 panics");

    // A backend that hangs: the limit belongs inside of the breaker, where its error counts.
    let _frozen = clock::freeze();
    let breaker = Breaker::new("peers").fail_max(1);
    let cut_off = block_on(breaker.call_async(|| async {
        tokio::select! {
            biased;
            () = std::future::pending() => Ok(()),
            () = clock::sleep_async(SECOND) => Err(Oops::Own("no answer")),
        }
    }));
    assert_eq!((cut_off, breaker.state()), (Err(Oops::Own("no answer")), State::Open));
}

#[test]
fn f3_or_slow_calls_tell_of_one_that_hangs() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("peers").slow(SECOND).min_calls(3);
    for _ in 0..3 {
        let permit = breaker.acquire().expect("closed");
        frozen.advance(SECOND * 2);
        permit.success();
    }
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn f4_a_listener_may_print_the_breaker_while_it_is_reset() {
    static BREAKER: Breaker = Breaker::new("peers-print").fail_max(1);
    let (_listening, heard) = hear(&BREAKER);
    let to = heard.clone();
    let _prints = BREAKER.listen(move |breaker: &Breaker, _: &dyno::breaker::Happened| {
        to.push(format!("{breaker:?}, {}", breaker.snapshot().failures));
    });
    within_reason(|| {
        BREAKER.trip();
        BREAKER.reset();
    });
    let closed = "Breaker(peers-print, closed), 0";
    assert_eq!(heard.count(closed), 2, "for the change and for the reset");
}

#[test]
fn f5_a_window_that_is_too_short_is_refused() {
    let made = |time| catch_unwind(move || Breaker::new("peers").window_time(time)).is_ok();
    for millis in [0, 1, 5, 99] {
        assert!(!made(Duration::from_millis(millis)), "{millis} ms");
    }
    // The shortest counts to a tenth of it.
    assert!(made(Duration::from_millis(100)));
    let frozen = clock::freeze();
    let breaker = Breaker::new("peers").window_time(SECOND / 10).failure_rate(0.5).min_calls(2);
    calls(&breaker, "s");
    frozen.advance(SECOND / 10);
    assert_eq!(seen(&breaker), (0, 0, 0));
    calls(&breaker, "ff");
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn f6_time_outs_under_a_second_grow_and_jitter() {
    let frozen = clock::freeze();
    let (first, last) = (Duration::from_micros(3), Duration::from_millis(1));
    let breaker = Breaker::new("peers").fail_max(1).reset_backoff(first..last).jitter(1.0);
    fail(&breaker, 1);
    for _ in 0..100 {
        let left = breaker.snapshot().retry_after.expect("it ends");
        assert!(left <= last, "{left:?}");
        frozen.advance(left);
        fail(&breaker, 1);
    }
}

#[test]
fn f7_a_time_window_never_stretches() {
    let frozen = clock::freeze();
    let window = SECOND * 10;
    let breaker = Breaker::new("peers").window_time(window).failure_rate(1.0).min_calls(1000);
    for _ in 0..100 {
        end(&breaker, Verdict::Success);
        let (calls, ..) = seen(&breaker);
        assert!(calls <= 3, "one call every 3.99 s makes 3 in 10 s at the most: {calls}");
        frozen.advance(Duration::from_millis(3990));
    }
    assert!((2..=3).contains(&seen(&breaker).0));
}

#[test]
fn f8_a_rate_sees_from_the_first_call_after_each_close() {
    let frozen = clock::freeze();
    let rules = || Breaker::new("peers").failure_rate(0.5).min_calls(20).reset_timeout(SECOND);
    for breaker in [rules().window_time(SECOND * 30), rules().window_calls(3000)] {
        for _ in 0..3 {
            let mut passed = 0;
            while err(&breaker) == Err(Oops::Own("down")) {
                passed += 1;
                frozen.advance(Duration::from_millis(10));
            }
            assert_eq!(passed, 20, "and not those of a whole window");
            frozen.advance(SECOND);
            assert_eq!(ok(&breaker), Ok(true));
        }
    }
}

#[test]
fn f9_a_stream_is_turned_away_once_and_not_at_each_poll() {
    let breaker = Breaker::new("peers");
    breaker.trip();
    let items = [Ok::<_, Oops>(1), Ok(2)];
    // There is no stream to poll: a consumer that loops has nothing to spin on.
    assert!(breaker.guard_iter(items).is_err());
    breaker.reset();
    let mut guarded = breaker.guard_iter([Ok::<_, Oops>(1), Ok(2)]).expect("closed");
    breaker.trip();
    assert_eq!((guarded.next(), guarded.next(), guarded.next()), (Some(Ok(1)), Some(Ok(2)), None));
}

#[test]
fn r1_one_trial_is_one_trial() {
    static BREAKER: Breaker = Breaker::new("peers-r1").fail_max(1).reset_timeout(SECOND);
    static REACHED: AtomicU32 = AtomicU32::new(0);
    let frozen = clock::freeze();
    BREAKER.trip();
    frozen.advance(SECOND);
    let all_asked = Arc::new(Barrier::new(8));
    on_all(8, move |_| {
        let permits: Vec<_> = (0..125).filter_map(|_| BREAKER.acquire().ok()).collect();
        REACHED.fetch_add(u32::try_from(permits.len()).expect("few"), Ordering::Relaxed);
        all_asked.wait();
        permits.into_iter().for_each(Permit::success);
    });
    assert_eq!(REACHED.load(Ordering::Relaxed), 1, "of 1000");
    assert_eq!(BREAKER.state(), State::Closed);
}

// R2, memory that leaks with each change, is shown in `allocations.rs`.

#[test]
fn r3_a_size_of_nothing_is_refused_and_no_call_spins() {
    assert!(catch_unwind(|| Breaker::new("peers").window_calls(0)).is_err());
    let one = Breaker::new("peers").window_calls(1);
    let state = within_reason(move || {
        calls(&one, "sssf");
        one.state()
    });
    assert_eq!(state, State::Open);
}

#[test]
fn r4_it_opens_at_the_fewest_calls_and_outcomes_age() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("peers").failure_rate(0.5).min_calls(5).window_calls(100);
    calls(&breaker, "fffff");
    assert_eq!(breaker.state(), State::Open, "at the fifth, not at the hundred and first");
    let breaker = Breaker::new("peers").window_time(SECOND * 10).failure_rate(0.5).min_calls(5);
    calls(&breaker, "ffff");
    frozen.advance(SECOND * 11);
    calls(&breaker, "f");
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn r5_a_success_never_opens_it() {
    let breaker = Breaker::new("peers").window_calls(10).failure_rate(0.3).min_calls(10);
    calls(&breaker, "fffffffff");
    for _ in 0..7 {
        calls(&breaker, "s");
        assert_eq!(breaker.state(), State::Closed);
    }
}

#[test]
fn r6_a_slow_call_holds_up_nobody() {
    static BREAKER: Breaker = Breaker::new("peers-r6").fail_max(1).reset_timeout(SECOND);
    let _frozen = clock::freeze();
    let (inside, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (at, until) = (inside.clone(), go_on.clone());
    let slow = dyno::spawn(move || {
        BREAKER.call(|| {
            at.wait();
            until.wait();
            Some(())
        })
    });
    inside.wait();
    within_reason(move || {
        for _ in 0..1000 {
            fail(&BREAKER, 1);
            clock::sleep(SECOND);
            assert_eq!(ok(&BREAKER), Ok(true));
            BREAKER.change(|settings| settings.fail_max(1));
        }
    });
    go_on.wait();
    assert_eq!(slow.join().expect("no panic"), Some(()));
}

#[test]
fn r7_cancelled_calls_are_seen() {
    let breaker = Breaker::new("peers");
    let (_listening, heard) = hear(&breaker);
    block_on(async {
        tokio::select! {
            biased;
            _ = breaker.call_async(std::future::pending::<Option<()>>) => {}
            () = std::future::ready(()) => {}
        }
    });
    assert_eq!(heard.take(), ["a call begins", "a call does not count"]);
    assert_eq!(failures(&breaker), 0);
}

#[test]
fn r8_a_clock_that_steps_back_harms_nobody() {
    let breaker = Breaker::new("peers").fail_max(1).reset_timeout(SECOND).slow(SECOND);
    let ahead = clock::freeze();
    ahead.advance(SECOND * 3600);
    let under_way = breaker.acquire().expect("closed");
    drop(ahead);
    let frozen = clock::freeze();
    under_way.failure();
    assert_eq!(seen(&breaker).2, 0, "it took no time at all, rather than centuries");
    assert_eq!(breaker.state(), State::Open);
    frozen.advance(SECOND);
    assert_eq!(ok(&breaker), Ok(true));
}

#[test]
fn r10_its_state_can_be_read_and_set() {
    let breaker = Breaker::new("peers");
    breaker.trip();
    assert_eq!(breaker.state(), State::Open);
    let fault = breaker.acquire().expect_err("open");
    assert_eq!(fault.reason(), Some(Reason::BreakerOpen));
    breaker.reset();
    assert_eq!(breaker.state(), State::Closed);
}
