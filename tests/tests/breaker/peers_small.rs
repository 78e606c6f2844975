//! What is wrong in smaller peers, each shown right: `breaker` (B), `breaker-machines` (M),
//! `throttle-net` (N), `circuitbreaker-rs` (C), and a few that have no letter.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use dyno::breaker::{self, Breaker, Happened, Permit, State};
use dyno::point::{self, Event};
use dyno::{Reason, clock};

use super::peers_failsafe::let_in;
use super::support::{
    Heard, SECOND, block_on, calls, err, fail, failures, hear_changes, ok, on_all, seen,
    within_reason,
};

fn breaker() -> Breaker {
    Breaker::new("peers").fail_max(5).reset_timeout(SECOND)
}

/// A call that is begun and cancelled.
fn cancel(breaker: &Breaker) {
    block_on(async {
        tokio::select! {
            biased;
            _ = breaker.call_async(std::future::pending::<Option<()>>) => {}
            () = std::future::ready(()) => {}
        }
    });
}

#[test]
fn b1_successes_begun_before_the_trip_close_nothing() {
    let frozen = clock::freeze();
    let breaker = breaker().success_threshold(3);
    let old: Vec<_> = (0..3).map(|_| breaker.acquire().expect("closed")).collect();
    fail(&breaker, 5);
    frozen.advance(SECOND);
    old.into_iter().for_each(Permit::success);
    assert_eq!(breaker.state(), State::Open, "no probe was sent");
    calls(&breaker, "ss");
    assert_eq!(breaker.snapshot().successes, 2);
}

#[test]
fn b2_n2_a_hung_probe_blocks_for_its_time_and_no_longer() {
    let frozen = clock::freeze();
    let breaker = breaker().probe_timeout(SECOND / 2);
    breaker.half_open();
    let _hung = breaker.acquire().expect("the probe");
    let refused = (0..20).filter(|_| breaker.acquire().is_err()).count();
    assert_eq!(refused, 20);
    frozen.advance(SECOND / 2);
    assert_eq!((0..20).filter(|_| ok(&breaker).is_ok()).count(), 20);
}

#[test]
fn b3_n1_cancelled_calls_are_neutral() {
    let breaker = breaker();
    fail(&breaker, 4);
    (0..5).for_each(|_| cancel(&breaker));
    assert_eq!((breaker.state(), failures(&breaker)), (State::Closed, 4));
}

#[test]
fn b4_events_carry_the_name_of_their_breaker() {
    let (one, other) = (Breaker::new("peers-b4-one"), Breaker::new("peers-b4-other"));
    let heard = Heard::default();
    let to = heard.clone();
    let watching = point::observe(move |point: &str, event: &Event<'_>| {
        if let ("peers-b4-one" | "peers-b4-other", Event::Breaker { to: state, .. }) =
            (point, event)
        {
            to.push(format!("{point} {state}"));
        }
    });
    one.trip();
    other.trip();
    one.reset();
    drop(watching);
    assert_eq!(heard.take(), ["peers-b4-one open", "peers-b4-other open", "peers-b4-one closed"]);
}

#[test]
fn b5_threads_that_succeed_do_not_wait_for_one_another() {
    static BREAKER: Breaker = Breaker::new("peers-b5").failure_rate(0.5).window_calls(1000);
    // All eight are inside, and each of them calls to the end while the others stand still.
    let turn = Arc::new(Barrier::new(8));
    let ended = on_all(8, move |_| {
        BREAKER.call(|| {
            turn.wait();
            for _ in 0..1000 {
                assert_eq!(ok(&BREAKER), Ok(true));
            }
            Some(turn.wait().is_leader())
        })
    });
    assert_eq!(ended.into_iter().flatten().count(), 8);
    assert_eq!(seen(&BREAKER), (1000, 0, 0));
}

#[test]
fn m1_recovery_clears_the_window() {
    let frozen = clock::freeze();
    let rate = Breaker::new("peers").window_calls(10).failure_rate(0.5).min_calls(5);
    for breaker in [breaker(), rate.reset_timeout(SECOND)] {
        calls(&breaker, "fffff");
        frozen.advance(SECOND);
        assert_eq!(ok(&breaker), Ok(true));
        calls(&breaker, "ffff");
        assert_eq!(breaker.state(), State::Closed, "four after it closed");
        calls(&breaker, "f");
        assert_eq!(breaker.state(), State::Open);
    }
}

#[test]
fn m2_calls_need_no_exclusive_access() {
    static BREAKER: Breaker = Breaker::new("peers-m2");
    let all_inside = Arc::new(Barrier::new(4));
    let met = on_all(4, move |_| BREAKER.call(|| Some(all_inside.wait().is_leader())));
    assert_eq!(met.into_iter().flatten().filter(|leader| *leader).count(), 1);
}

#[test]
fn m3_c3_c4_half_open_is_never_locked() {
    let frozen = clock::freeze();
    // Two at a time, five needed: a healthy backend closes it by five calls in turn.
    let breaker = breaker().trials(2).success_threshold(5);
    breaker.half_open();
    (0..6).for_each(|_| cancel(&breaker));
    assert_eq!((breaker.state(), breaker.snapshot().trials), (State::HalfOpen, 0));
    std::mem::forget((breaker.acquire(), breaker.acquire()));
    assert!(breaker.acquire().is_err());
    frozen.advance(SECOND);
    for good in 1..=4 {
        assert_eq!(ok(&breaker), Ok(true));
        assert_eq!(breaker.snapshot().successes, good);
    }
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn m4_a_time_window_holds_all_calls_of_its_time() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("peers").window_time(SECOND * 60).failure_rate(1.0);
    for _ in 0..50_000 {
        calls(&breaker, "sf");
        frozen.advance(Duration::from_millis(1));
    }
    assert_eq!(seen(&breaker), (100_000, 50_000, 0), "of 50 s at 2 kHz");
}

#[test]
fn c1_every_kind_of_rule_is_fed() {
    let made: [fn() -> Breaker; 4] = [
        || Breaker::new("peers").fail_max(20),
        || Breaker::new("peers").failure_rate(0.5),
        || Breaker::new("peers").window_time(SECOND * 10),
        || Breaker::new("peers").slow(SECOND).fail_max(20),
    ];
    let _frozen = clock::freeze();
    for make in made {
        let breaker = make();
        let passed = (0..10_000).filter(|_| breaker.call(|| None::<()>).is_none());
        assert_eq!(passed.count(), 10_000);
        assert_eq!(breaker.state(), State::Open);
        let breaker = make();
        calls(&breaker, &"f".repeat(20));
        assert_eq!(breaker.state(), State::Open, "at the twentieth");
    }
}

#[test]
fn c2_a_rate_is_not_taken_since_the_start() {
    let breaker = Breaker::new("peers").failure_rate(0.5).window_calls(100);
    (0..10_000).for_each(|_| drop(ok(&breaker)));
    let mut since = 0;
    while breaker.state() == State::Closed {
        calls(&breaker, if since % 4 == 0 { "s" } else { "f" });
        since += 1;
    }
    assert_eq!(since, 67, "50 failures of the last 100, at three in four");
}

#[test]
fn c5_trials_are_never_more_than_allowed_however_threads_race() {
    static BREAKER: Breaker =
        Breaker::new("peers-c5").starts(State::HalfOpen).trials(3).success_threshold(4000);
    static INSIDE: AtomicU32 = AtomicU32::new(0);
    let _frozen = clock::freeze();
    let let_in = on_all(8, |_| {
        let mut let_in = 0;
        for _ in 0..20_000 {
            if let Ok(permit) = BREAKER.acquire() {
                assert!(INSIDE.fetch_add(1, Ordering::AcqRel) < 3);
                INSIDE.fetch_sub(1, Ordering::AcqRel);
                permit.ignored();
                let_in += 1;
            }
        }
        let_in
    });
    assert!(let_in.into_iter().sum::<u32>() > 20_000, "it was exercised");
    assert_eq!((BREAKER.snapshot().trials, BREAKER.state()), (0, State::HalfOpen));
}

#[test]
fn c6_no_raced_trip_skips_its_time() {
    static BREAKER: Breaker =
        Breaker::new("peers-c6").fail_max(1).reset_timeout(Duration::from_secs(2));
    const ROUNDS: usize = 2000;
    let frozen = clock::freeze();
    let gate = Arc::new(Barrier::new(9));
    let racing: Vec<_> = (0..8)
        .map(|_| {
            let gate = gate.clone();
            dyno::spawn(move || {
                let mut early = 0;
                for _ in 0..ROUNDS {
                    gate.wait();
                    let _ = err(&BREAKER);
                    // Whoever comes now finds it open, whatever the others are at.
                    early += usize::from(BREAKER.acquire().is_ok());
                    gate.wait();
                }
                early
            })
        })
        .collect();
    for _ in 0..ROUNDS {
        BREAKER.reset();
        frozen.advance(SECOND * 3600);
        gate.wait();
        gate.wait();
        assert_eq!(BREAKER.snapshot().retry_after, Some(SECOND * 2));
    }
    let early: usize = racing.into_iter().map(|thread| thread.join().expect("no panic")).sum();
    assert_eq!(early, 0);
}

#[test]
fn c7_a_listener_may_ask_for_breakers_by_name() {
    static BREAKER: Breaker = Breaker::new("peers-c7");
    BREAKER.list();
    let heard = Heard::default();
    let to = heard.clone();
    let _listening = BREAKER.listen(move |_: &Breaker, happened: &Happened| {
        if let Happened::StateChange { .. } = happened {
            let found = breaker::named("peers-c7").expect("listed");
            assert!(breaker::all().iter().any(|other| std::ptr::eq(*other, found)));
            to.push(found.state().as_str());
        }
    });
    within_reason(|| BREAKER.trip());
    assert_eq!(heard.take(), ["open"]);
}

#[test]
fn do_recovery_never_deadlocks() {
    let _frozen = clock::freeze();
    let breaker = breaker().fail_max(1);
    let state = within_reason(move || {
        fail(&breaker, 1);
        clock::sleep(SECOND);
        assert_eq!(ok(&breaker), Ok(true));
        breaker.state()
    });
    assert_eq!(state, State::Closed);
}

#[test]
fn rs_it_rejects_while_it_is_open_also_inside_of_another() {
    let (outer, inner) = (Breaker::new("peers-outer").fail_max(1000), breaker());
    let mut reached = 0;
    for _ in 0..100 {
        let _: Option<()> = outer.call(|| {
            inner.call(|| {
                reached += 1;
                None
            })
        });
    }
    assert_eq!((reached, inner.state()), (5, State::Open));
}

#[test]
fn nl_an_old_success_closes_nothing_that_is_open_and_cancelled_probes_lock_nothing() {
    let frozen = clock::freeze();
    let breaker = breaker();
    let old = breaker.acquire().expect("closed");
    fail(&breaker, 5);
    old.success();
    assert_eq!(breaker.state(), State::Open);
    frozen.advance(SECOND);
    (0..3).for_each(|_| cancel(&breaker));
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn cb_failures_far_apart_do_not_add_up() {
    let breaker = breaker().fail_max(3);
    for call in 0..2000 {
        calls(&breaker, if call % 700 == 0 { "f" } else { "s" });
    }
    assert_eq!((breaker.state(), failures(&breaker)), (State::Closed, 0));
}

#[test]
fn cb_a_callback_may_read_the_state_and_may_panic() {
    static BREAKER: Breaker = Breaker::new("peers-cb").fail_max(1);
    let heard = Heard::default();
    let to = heard.clone();
    BREAKER
        .listen(move |breaker: &Breaker, _: &Happened| {
            to.push(breaker.state().as_str());
            panic!("the callback's own trouble");
        })
        .keep();
    within_reason(|| fail(&BREAKER, 1));
    assert_eq!(heard.take(), ["closed", "open", "open"]);
    assert_eq!(BREAKER.acquire().expect_err("open").reason(), Some(Reason::BreakerOpen));
}

#[test]
fn nb_old_failures_do_not_start_the_time_out_anew() {
    let frozen = clock::freeze();
    let breaker = breaker().fail_max(1);
    let old: Vec<_> = (0..9).map(|_| breaker.acquire().expect("closed")).collect();
    fail(&breaker, 1);
    for (tenths, permit) in (1..).zip(old) {
        frozen.advance(SECOND / 10);
        permit.failure();
        assert_eq!(breaker.snapshot().retry_after, Some(SECOND * (10 - tenths) / 10));
    }
    frozen.advance(SECOND / 10);
    assert_eq!(ok(&breaker), Ok(true));
}

#[test]
fn rk_nb_half_open_admits_its_trials_and_nobody_else() {
    static BREAKER: Breaker = Breaker::new("peers-rk").starts(State::HalfOpen);
    let _frozen = clock::freeze();
    assert_eq!(let_in(&BREAKER, 8, 1000), 1);
}

#[test]
fn one_trip_is_one_event_however_many_fail_at_once() {
    static BREAKER: Breaker = Breaker::new("peers-trip").fail_max(8);
    let (_listening, heard) = hear_changes(&BREAKER);
    for _ in 0..200 {
        on_all(8, |_| drop(err(&BREAKER)));
        assert_eq!(heard.take(), ["closed -> open"]);
        BREAKER.reset();
        assert_eq!(heard.take(), ["open -> closed"]);
    }
}
