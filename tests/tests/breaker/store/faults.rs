//! What was wrong with storage in `PyBreaker` and insanic-infuse, and is not here.

use std::sync::atomic::Ordering;
use std::time::Duration;

use dyno::breaker::store::Sharing;
use dyno::breaker::{Breaker, State};
use dyno::clock;

use super::super::support::{SECOND, err, fail, failures, ok};
use super::support::{Flaky, KEY, changes, join, pair, record, take};

#[test]
fn adopting_a_remote_state_does_not_run_its_resets_again() {
    let frozen = clock::freeze();
    let (store, here, there) = pair(|breaker| breaker.fail_max(5).success_threshold(3));
    // "A peer noticing closed wiped the failures."
    here.trip();
    there.sync();
    here.reset();
    fail(&here, 2);
    let before = store.record();
    there.sync();
    assert_eq!((there.state(), failures(&there)), (State::Closed, 2));
    assert_eq!(store.record(), before);
    // "A peer noticing half-open wiped the successes, so that the threshold was never met."
    here.trip();
    there.sync();
    frozen.advance(SECOND * 60);
    assert_eq!((ok(&here), ok(&here)), (Ok(true), Ok(true)));
    there.sync();
    assert_eq!((store.record().successes, there.snapshot().successes), (2, 2));
    assert_eq!((ok(&there), there.state()), (Ok(true), State::Closed));
}

#[test]
fn the_first_to_touch_a_service_does_not_close_what_is_open() {
    let store = Flaky::new();
    join(Breaker::new("old"), &store).trip();
    let before = store.record().version;
    let new = join(Breaker::new("new"), &store);
    ok(&new).expect_err("it is open").fault();
    assert_eq!(store.record().version, before);
}

#[test]
fn a_reader_does_not_restart_the_time_out() {
    let frozen = clock::freeze();
    let (_store, here, there) = pair(|breaker| breaker.reset_timeout(SECOND));
    here.trip();
    for _ in 0..9 {
        frozen.advance(SECOND / 10);
        there.sync();
        ok(&there).expect_err("it is open").fault();
    }
    frozen.advance(SECOND / 10);
    assert_eq!(ok(&there), Ok(true), "half-open does come");
}

#[test]
fn an_unreachable_store_with_an_open_fallback_rejects_without_recursion() {
    let frozen = clock::freeze();
    let store = Flaky::new();
    store.away(true);
    let breaker = Breaker::new("open-fallback").reset_timeout(SECOND);
    breaker.share(store, Sharing::new(KEY).fallback(State::Open).refresh(Duration::ZERO));
    ok(&breaker).expect_err("rejected").fault();
    frozen.advance(SECOND);
    assert_eq!(ok(&breaker), Ok(true), "and tried after its time-out");
}

#[test]
fn an_unreachable_store_with_a_closed_fallback_still_opens() {
    let store = Flaky::new();
    store.away(true);
    let breaker = Breaker::new("closed-fallback").fail_max(3);
    breaker.share(store, Sharing::new(KEY).fallback(State::Closed));
    fail(&breaker, 3);
    assert_eq!((failures(&breaker), breaker.state()), (3, State::Open));
}

#[test]
fn an_open_state_of_unknown_moment_rejects_from_when_it_is_first_seen() {
    let frozen = clock::freeze();
    let store = Flaky::with(record(State::Open, |_| {}));
    let breaker = join(Breaker::new("unknown").reset_timeout(SECOND), &store);
    for _ in 0..3 {
        ok(&breaker).expect_err("not probed at once").fault();
        frozen.advance(SECOND / 4);
        breaker.sync();
    }
    frozen.advance(SECOND / 4);
    assert_eq!((ok(&breaker), store.record().state), (Ok(true), State::Closed));
}

#[test]
fn opening_is_one_write_of_state_count_and_moment() {
    let _frozen = clock::freeze();
    let store = Flaky::new();
    let breaker = join(Breaker::new("atomic").fail_max(1), &store);
    fail(&breaker, 1);
    let record = store.record();
    assert_eq!((store.written(), record.state, record.failures), (1, State::Open, 1));
    assert_eq!(record.since, Some(Duration::ZERO));
}

#[test]
fn a_lost_race_is_counted_again_on_what_the_other_has_written() {
    let store = Flaky::new();
    let breaker = join(Breaker::new("races").fail_max(100), &store);
    for count in 1..=20 {
        store.conflicts.store(count % 4, Ordering::Relaxed);
        fail(&breaker, 1);
        assert_eq!(store.record().failures, count);
    }
}

#[test]
fn the_time_out_is_not_over_early_and_hosts_clocks_are_not_compared() {
    let frozen = clock::freeze();
    // Of another host, which may have any time of day: only its age is known.
    let store = Flaky::with(record(State::Open, |record| {
        record.since = Some(Duration::from_nanos(999_999_999));
    }));
    let breaker = join(Breaker::new("early").reset_timeout(SECOND), &store);
    ok(&breaker).expect_err("a nanosecond is left").fault();
    frozen.advance(Duration::from_micros(1));
    assert_eq!(ok(&breaker), Ok(true));
    // One that is older than this process.
    let store = Flaky::with(record(State::Open, |record| {
        record.since = Some(Duration::from_secs(365 * 24 * 3600));
    }));
    let breaker = join(Breaker::new("old"), &store);
    assert_eq!(ok(&breaker), Ok(true));
}

#[test]
fn by_the_clock_of_the_store_it_may_be_open_for_longer() {
    let frozen = clock::freeze();
    let store = Flaky::new();
    let breaker = join(Breaker::new("drift").reset_timeout(SECOND), &store);
    breaker.trip();
    frozen.advance(SECOND);
    // Its clock has gone slower than the one here.
    let mut record = store.record();
    record.since = Some(Duration::from_millis(999));
    store.memory.put(KEY, record);
    let fault = ok(&breaker).expect_err("it decides").fault();
    assert_eq!(fault.retry_after(), Some(Duration::from_millis(1)));
    let updates = store.updates.load(Ordering::Relaxed);
    ok(&breaker).expect_err("that is known here now").fault();
    assert_eq!(store.updates.load(Ordering::Relaxed), updates);
    frozen.advance(Duration::from_millis(1));
    assert_eq!(ok(&breaker), Ok(true));
}

#[test]
fn a_late_result_of_an_earlier_state_decides_nothing_anywhere() {
    let (store, here, there) = pair(|breaker| breaker.fail_max(1));
    let (one, two) = (here.acquire().expect("closed"), there.acquire().expect("closed"));
    let heard = changes(&there);
    one.failure();
    let opened = store.record().version;
    two.failure();
    assert_eq!(store.record().version, opened, "its clock is not restarted");
    assert_eq!(take(&heard), ["closed -> open remotely"]);
    let late = record(State::Closed, |record| record.epoch = 9);
    store.memory.put(KEY, late);
    here.sync();
    assert_eq!(here.state(), State::Closed);
}

#[test]
fn a_view_that_is_out_of_date_is_not_taken_over() {
    let (store, here, _) = pair(|breaker| breaker.fail_max(2));
    fail(&here, 1);
    store.stand_still();
    fail(&here, 1);
    let heard = changes(&here);
    here.sync();
    assert_eq!((here.state(), take(&heard)), (State::Open, Vec::<String>::new()));
}

#[test]
fn cancelling_is_neutral_and_gives_the_trial_back() {
    let frozen = clock::freeze();
    let (store, here, there) = pair(|breaker| breaker.fail_max(1).reset_timeout(SECOND));
    drop(here.acquire().expect("closed"));
    assert_eq!((store.memory.get(KEY), here.state()), (None, State::Closed));
    fail(&here, 1);
    frozen.advance(SECOND);
    drop(here.acquire().expect("the trial"));
    assert_eq!((store.record().state, store.record().trials), (State::HalfOpen, 0));
    there.sync();
    assert_eq!(ok(&there), Ok(true));
}

#[test]
fn breakers_on_one_store_do_not_share_by_accident() {
    let store = Flaky::new();
    let (db, mail) = (Breaker::new("db").fail_max(1), Breaker::new("mail").fail_max(1));
    db.share(store.clone(), Sharing::default());
    mail.share(store.clone(), Sharing::default());
    drop(err(&db));
    mail.sync();
    assert_eq!((db.state(), mail.state()), (State::Open, State::Closed));
    assert_eq!(store.memory.keys(), ["db"]);
}

#[test]
fn a_start_that_cannot_reach_the_store_is_no_error() {
    let store = Flaky::with(record(State::ForcedOpen, |_| {}));
    store.away(true);
    let breaker = join(Breaker::new("start"), &store);
    assert_eq!(ok(&breaker), Ok(true));
    store.away(false);
    breaker.sync();
    assert_eq!(breaker.state(), State::ForcedOpen);
}

#[test]
fn a_hook_sees_the_state_that_is_stored() {
    let store = Flaky::new();
    let breaker = join(Breaker::new("hook").fail_max(1), &store);
    let seen = store.clone();
    let listener = move |breaker: &Breaker, happened: &dyno::breaker::Happened| {
        if matches!(happened, dyno::breaker::Happened::StateChange { .. }) {
            assert_eq!(breaker.state(), seen.record().state);
        }
    };
    breaker.listen(listener).keep();
    let heard = changes(&breaker);
    fail(&breaker, 1);
    breaker.reset();
    assert_eq!(take(&heard).len(), 2);
}
