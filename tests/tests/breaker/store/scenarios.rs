//! Scenarios of `PyBreaker` (PB) and insanic-infuse (IN) about storage, by their numbers. The call that
//! opens the breaker returns the function's own error here.

use std::sync::atomic::Ordering;
use std::time::Duration;

use dyno::breaker::store::Sharing;
use dyno::breaker::{Breaker, State};
use dyno::clock;

use super::super::support::{Oops, SECOND, err, fail, failures, ok};
use super::support::{Flaky, KEY, changes, join, record, take};

const STATES: [State; 3] = [State::Open, State::Closed, State::HalfOpen];

fn shared() -> Breaker {
    join(Breaker::new("pb").fail_max(3).reset_timeout(SECOND / 10), &Flaky::new())
}

#[test]
fn pb_01_02_in_01_02_calls_pass_and_failures_count() {
    let breaker = shared();
    assert_eq!((ok(&breaker), failures(&breaker)), (Ok(true), 0));
    assert_eq!((err(&breaker), failures(&breaker)), (Err(Oops::Own("down")), 1));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn pb_05_in_04_failures_in_a_row_open_it() {
    let breaker = shared();
    fail(&breaker, 3);
    assert_eq!((failures(&breaker), breaker.state()), (3, State::Open));
    err(&breaker).expect_err("turned away").fault();
    assert_eq!((failures(&breaker), breaker.state()), (3, State::Open));
}

#[test]
fn in_07_it_closes_after_the_time_out() {
    let frozen = clock::freeze();
    let breaker = shared();
    fail(&breaker, 3);
    ok(&breaker).expect_err("turned away").fault();
    frozen.advance(SECOND);
    assert_eq!((ok(&breaker), failures(&breaker)), (Ok(true), 0));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn pb_08_10_in_08_a_failed_trial_opens_it_again() {
    let frozen = clock::freeze();
    let breaker = shared();
    fail(&breaker, 3);
    frozen.advance(SECOND);
    fail(&breaker, 1);
    assert_eq!(breaker.snapshot().retry_after, Some(SECOND / 10), "for the whole time");
    breaker.half_open();
    assert_eq!((failures(&breaker), breaker.state()), (0, State::HalfOpen));
    fail(&breaker, 1);
    assert_eq!((failures(&breaker), breaker.state()), (1, State::Open));
}

#[test]
fn in_10_it_is_closed_by_hand() {
    let breaker = shared();
    fail(&breaker, 3);
    err(&breaker).expect_err("turned away").fault();
    assert_eq!((failures(&breaker), breaker.state()), (3, State::Open));
    breaker.reset();
    assert_eq!((failures(&breaker), breaker.state()), (0, State::Closed));
}

#[test]
fn pb_13_in_11_listeners_hear_of_each_change() {
    let breaker = shared();
    let heard = changes(&breaker);
    breaker.trip();
    breaker.half_open();
    breaker.reset();
    assert_eq!(take(&heard), ["closed -> open", "open -> half-open", "half-open -> closed"]);
}

#[test]
fn pb_20_56_a_new_breaker_is_in_the_state_that_is_stored_and_tells_nobody() {
    for state in STATES {
        let store = Flaky::with(record(state, |_| {}));
        let breaker = Breaker::new("pb-20");
        let heard = changes(&breaker);
        let breaker = join(breaker, &store);
        assert_eq!((breaker.state(), store.written()), (state, 0));
        assert!(take(&heard).is_empty());
    }
}

#[test]
fn pb_58_59_what_is_stored_is_left_as_it_is() {
    let frozen = clock::freeze();
    for state in STATES {
        let store = Flaky::with(record(state, |record| {
            (record.failures, record.since) = (1, Some(SECOND));
        }));
        let before = store.record();
        frozen.advance(SECOND);
        let breaker = join(Breaker::new("pb-58"), &store);
        assert_eq!((breaker.state(), failures(&breaker)), (state, 1));
        assert_eq!(store.record(), before.older(SECOND), "since when it is so, too");
        if state == State::Open {
            assert_eq!(breaker.snapshot().retry_after, Some(SECOND * 58));
        }
    }
}

#[test]
fn pb_50_trials_count_until_the_threshold() {
    let frozen = clock::freeze();
    let store = Flaky::new();
    let breaker = Breaker::new("pb-50").fail_max(3).reset_timeout(SECOND / 10);
    let breaker = join(breaker.success_threshold(2), &store);
    fail(&breaker, 3);
    frozen.advance(SECOND / 5);
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!((breaker.state(), breaker.snapshot().successes), (State::HalfOpen, 1));
    assert_eq!((store.record().state, store.record().successes), (State::HalfOpen, 1));
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!((breaker.state(), breaker.snapshot().successes), (State::Closed, 0));
}

#[test]
fn pb_61_in_41_the_fallback_holds_while_reading_fails() {
    let frozen = clock::freeze();
    let store = Flaky::with(record(State::Closed, |_| {}));
    store.away(true);
    let breaker = Breaker::new("pb-61").reset_timeout(SECOND);
    breaker.share(store.clone(), Sharing::new(KEY).fallback(State::Open));
    assert_eq!(breaker.state(), State::Open);
    frozen.advance(Duration::from_millis(999));
    ok(&breaker).expect_err("turned away, not tried at once").fault();
    store.away(false);
    breaker.sync();
    assert_eq!(breaker.state(), State::Closed, "what is stored holds as soon as it can be read");
    assert_eq!(store.written(), 0);
}

#[test]
fn pb_62_the_fallback_stays_when_nothing_is_read() {
    let store = Flaky::with(record(State::Closed, |record| record.failures = 1));
    store.away(true);
    let breaker = Breaker::new("pb-62");
    breaker.share(store.clone(), Sharing::new(KEY).fallback(State::Open));
    store.memory.remove(KEY);
    store.away(false);
    breaker.sync();
    assert_eq!((breaker.state(), failures(&breaker)), (State::Open, 0));
    assert_eq!(store.memory.get(KEY), None, "and is not written");
}

#[test]
fn in_40_one_failure_makes_one_record_under_the_key() {
    let store = Flaky::new();
    let breaker = Breaker::new("in-40");
    breaker.share(store.clone(), Sharing::new("my_app/in-40"));
    assert!(store.memory.keys().is_empty());
    fail(&breaker, 1);
    assert_eq!(store.memory.keys(), ["my_app/in-40"]);
}

#[test]
fn in_65_a_record_that_is_lost_is_written_back_with_the_next_change() {
    let frozen = clock::freeze();
    let store = Flaky::new();
    let breaker = join(Breaker::new("in-65").fail_max(2).reset_timeout(SECOND), &store);
    fail(&breaker, 2);
    store.memory.remove(KEY);
    breaker.sync();
    ok(&breaker).expect_err("it is open all the same").fault();
    assert_eq!(store.memory.get(KEY), None);
    frozen.advance(SECOND);
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(store.record().state, State::Closed);

    fail(&breaker, 1);
    store.memory.remove(KEY);
    fail(&breaker, 1);
    assert_eq!((store.record().state, store.record().failures), (State::Open, 2));
}

#[test]
fn in_66_a_success_with_nothing_to_forget_writes_nothing() {
    let store = Flaky::new();
    let breaker = join(Breaker::new("in-66"), &store);
    for _ in 0..9 {
        assert_eq!(ok(&breaker), Ok(true));
    }
    assert_eq!(store.updates.load(Ordering::Relaxed), 0, "nor does it try");
    fail(&breaker, 1);
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!((ok(&breaker), store.written()), (Ok(true), 2));
}
