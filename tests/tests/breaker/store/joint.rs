//! Two breakers, one state.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use dyno::breaker::store::{Memory, Sharing};
use dyno::breaker::{Breaker, Report, State};
use dyno::{Reason, Verdict, clock};

use super::super::support::{SECOND, fail, failures, ok};
use super::support::{Flaky, KEY, changes, join, pair, take};

const REFRESH: Duration = Duration::from_millis(100);

type Set = fn(&Breaker);

fn reason(breaker: &Breaker) -> Option<Reason> {
    ok(breaker).err().and_then(|error| error.fault().reason())
}

#[test]
fn two_breakers_agree_within_the_refresh() {
    let frozen = clock::freeze();
    let (store, here, there) = pair(|breaker| breaker.fail_max(2));
    let heard = changes(&there);
    fail(&here, 2);
    assert_eq!((here.state(), there.state()), (State::Open, State::Closed));
    assert_eq!(ok(&there), Ok(true), "it has not looked yet");
    let written = store.written();
    frozen.advance(REFRESH);
    assert_eq!(reason(&there), Some(Reason::BreakerOpen));
    assert_eq!(take(&heard), ["closed -> open remotely"]);
    assert_eq!((failures(&there), store.written()), (2, written), "and wrote nothing");
    assert_eq!(there.snapshot().retry_after, Some(Duration::from_millis(59_900)));
    assert_eq!(reason(&there), Some(Reason::BreakerOpen));
    assert!(take(&heard).is_empty(), "told once");
}

#[test]
fn sync_looks_at_once_and_reading_never_does() {
    let _frozen = clock::freeze();
    let (store, here, there) = pair(|breaker| breaker);
    here.force_open();
    let loads = store.loads.load(Ordering::Relaxed);
    assert_eq!((there.state(), there.snapshot().state), (State::Closed, State::Closed));
    assert_eq!(store.loads.load(Ordering::Relaxed), loads);
    there.sync();
    assert_eq!(there.state(), State::ForcedOpen);
    assert_eq!(reason(&there), Some(Reason::ForcedOpen));
    there.reset();
    here.sync();
    assert_eq!((here.state(), ok(&here)), (State::Closed, Ok(true)));
    // One that shares nothing has nothing to look at.
    Breaker::new("alone").sync();
}

#[test]
fn failures_of_both_count_together() {
    let (store, here, there) = pair(|breaker| breaker.fail_max(3));
    let heard = changes(&there);
    fail(&here, 1);
    fail(&there, 1);
    assert_eq!((store.record().failures, failures(&there)), (2, 2));
    fail(&there, 1);
    assert_eq!((there.state(), store.record().state), (State::Open, State::Open));
    assert_eq!(take(&heard), ["closed -> open"], "it was this one");
    // One that does not know yet counts nowhere any more.
    fail(&here, 1);
    assert_eq!((here.state(), store.record().failures), (State::Open, 3));
}

#[test]
fn a_success_forgets_the_failures_of_both() {
    let (store, here, there) = pair(|breaker| breaker.fail_max(3));
    fail(&here, 2);
    assert_eq!(ok(&there), Ok(true), "it does not know of them");
    there.sync();
    assert_eq!(ok(&there), Ok(true));
    assert_eq!(store.record().failures, 0);
    fail(&here, 2);
    assert_eq!((here.state(), failures(&here)), (State::Closed, 2), "two in a row, not four");
}

#[test]
fn one_trial_of_all_closes_it_for_all() {
    let frozen = clock::freeze();
    let (store, here, there) = pair(|breaker| breaker.fail_max(1).reset_timeout(SECOND));
    let (heard, remote) = (changes(&here), changes(&there));
    fail(&here, 1);
    there.sync();
    frozen.advance(SECOND);
    let trial = here.acquire().expect("the trial");
    assert_eq!(there.acquire().expect_err("busy").reason(), Some(Reason::HalfOpenBusy));
    assert_eq!((there.state(), there.snapshot().trials), (State::HalfOpen, 1));
    trial.success();
    assert_eq!((here.state(), store.record().state), (State::Closed, State::Closed));
    assert_eq!(reason(&there), Some(Reason::HalfOpenBusy), "it does not know yet");
    frozen.advance(REFRESH);
    assert_eq!(ok(&there), Ok(true));
    assert_eq!(take(&heard), ["closed -> open", "open -> half-open", "half-open -> closed"]);
    let remotely = ["closed -> open", "open -> half-open", "half-open -> closed"];
    assert_eq!(take(&remote), remotely.map(|change| format!("{change} remotely")));
}

#[test]
fn a_lost_trial_gives_its_place_back() {
    let frozen = clock::freeze();
    let probing = |breaker: Breaker| breaker.reset_timeout(SECOND).probe_timeout(SECOND * 5);
    let (store, here, there) = pair(probing);
    here.trip();
    frozen.advance(SECOND);
    let lost = here.acquire().expect("the trial");
    frozen.advance(SECOND * 4);
    let fault = there.acquire().expect_err("it is still under way");
    assert_eq!((fault.reason(), fault.retry_after()), (Some(Reason::HalfOpenBusy), Some(SECOND)));
    frozen.advance(SECOND);
    let trial = there.acquire().expect("its time is up");
    assert_eq!(store.record().trials, 1);
    lost.failure();
    assert_eq!(store.record().state, State::HalfOpen, "it reports too late to decide anything");
    trial.success();
    assert_eq!(store.record().state, State::Closed);
}

#[test]
fn there_are_as_many_trials_as_permits_and_they_count_together() {
    let frozen = clock::freeze();
    let two = |breaker: Breaker| {
        breaker.reset_timeout(SECOND).trials(2).success_threshold(4).success_rate(0.75)
    };
    let (store, here, there) = pair(two);
    here.trip();
    there.sync();
    frozen.advance(SECOND);
    let (first, second) = (here.acquire().expect("one"), there.acquire().expect("two"));
    assert!(here.acquire().is_err() && there.acquire().is_err());
    first.failure();
    second.success();
    let counts =
        |record: dyno::breaker::store::Record| (record.trials, record.successes, record.failures);
    assert_eq!(counts(store.record()), (0, 1, 1));
    drop(there.acquire().expect("there is room"));
    assert_eq!(counts(store.record()), (0, 1, 1), "ignored: it only gives its place back");
    here.sync();
    assert_eq!(ok(&here), Ok(true));
    assert_eq!((here.state(), here.snapshot().successes), (State::HalfOpen, 2));
    fail(&there, 1);
    assert_eq!((there.state(), store.record().state), (State::Open, State::Open), "two of four");
}

#[test]
fn a_window_stays_here_and_what_it_opens_is_open_for_all() {
    let (store, here, there) = pair(|b| b.window_calls(10).min_calls(4).failure_rate(0.5));
    for _ in 0..2 {
        assert_eq!(ok(&here), Ok(true));
    }
    assert_eq!((store.written(), there.snapshot().window.calls), (0, 0));
    fail(&here, 2);
    assert_eq!((here.state(), here.snapshot().window.calls), (State::Open, 0));
    there.sync();
    assert_eq!(there.state(), State::Open);
}

#[test]
fn a_growing_time_out_and_the_wish_of_an_error_are_shared() {
    let frozen = clock::freeze();
    let (store, here, there) =
        pair(|b| b.fail_max(1).reset_backoff(SECOND..SECOND * 8).jitter(0.0));
    let left = |breaker: &Breaker| {
        breaker.sync();
        breaker.snapshot().retry_after
    };
    fail(&here, 1);
    assert_eq!(left(&there), Some(SECOND));
    frozen.advance(SECOND);
    fail(&there, 1);
    assert_eq!((left(&here), store.record().openings), (Some(SECOND * 2), 1));
    frozen.advance(SECOND * 2);
    assert_eq!(ok(&here), Ok(true));
    frozen.advance(SECOND);
    fail(&there, 1);
    assert_eq!(left(&here), Some(SECOND * 4), "it was not well for as long as it was open");

    here.reset();
    let permit = here.acquire().expect("closed");
    let asks = || Some(SECOND * 7);
    permit.settle(Verdict::Failure, &Report::NOTHING.retry_after(&asks));
    assert_eq!((left(&here), left(&there)), (Some(SECOND * 7), Some(SECOND * 7)));
}

#[test]
fn traffic_comes_back_by_stages_everywhere() {
    let frozen = clock::freeze();
    let (store, here, there) = pair(|b| b.reset_timeout(SECOND).recover(&[0.000_001, 0.5]));
    let heard = changes(&there);
    here.trip();
    frozen.advance(SECOND);
    assert_eq!(ok(&here), Ok(true));
    assert!(store.record().recovering);
    there.sync();
    assert_eq!(there.snapshot().recovering, Some(0.000_001));
    assert_eq!(reason(&there), Some(Reason::Recovering));
    frozen.advance(SECOND);
    assert_eq!(ok(&there), Ok(true));
    assert_eq!((there.state(), store.record().state), (State::Closed, State::Closed));
    assert_eq!(take(&heard), ["closed -> half-open remotely", "half-open -> closed"]);
}

#[test]
fn the_key_is_the_name_unless_it_is_given() {
    let store = Arc::new(Memory::new());
    let by_name = Breaker::new("db").fail_max(1);
    by_name.share(store.clone(), Sharing::default());
    by_name.trip();
    assert_eq!(store.keys(), ["db"]);
    by_name.share(store.clone(), Sharing::new(KEY));
    assert_eq!(by_name.state(), State::Open, "nothing is stored there, so it stays as it was");
    by_name.reset();
    assert_eq!(store.keys(), ["db", KEY]);
    assert_eq!(store.get("db").map(|record| record.state), Some(State::Open), "left as it was");
}

#[test]
fn one_that_was_used_before_tells_when_it_takes_another_state_over() {
    let store = Flaky::new();
    join(Breaker::new("first"), &store).force_open();
    let used = Breaker::new("used");
    fail(&used, 1);
    let heard = changes(&used);
    let used = join(used, &store);
    assert_eq!(
        (used.state(), take(&heard)),
        (State::ForcedOpen, vec!["closed -> forced-open remotely".to_owned()])
    );
}

#[test]
fn states_set_by_hand_are_shared() {
    let (store, here, there) = pair(|breaker| breaker.fail_max(1));
    let set: [(Set, State); 6] = [
        (Breaker::disable, State::Disabled),
        (Breaker::metrics_only, State::MetricsOnly),
        (Breaker::force_open, State::ForcedOpen),
        (Breaker::half_open, State::HalfOpen),
        (Breaker::trip, State::Open),
        (Breaker::reset, State::Closed),
    ];
    for (set, state) in set {
        set(&here);
        there.sync();
        assert_eq!((there.state(), store.record().state), (state, state));
        if matches!(state, State::Disabled | State::MetricsOnly) {
            let written = store.written();
            fail(&there, 3);
            assert_eq!((there.state(), store.written()), (state, written));
        }
    }
}
