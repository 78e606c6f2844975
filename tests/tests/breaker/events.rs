//! What observers hear.

use dyno::breaker::{Breaker, State};
use dyno::clock;
use dyno::point::{self, Event};

use super::support::{SECOND, fail, ok, overhear, within_reason};

#[test]
fn pb_13_observers_see_exactly_the_changes_made_by_hand() {
    let breaker = Breaker::new("events-by-hand");
    let (watching, heard) = overhear("events-by-hand");
    for (change, state) in [
        (Breaker::trip as fn(&Breaker), State::Open),
        (Breaker::trip, State::Open),
        (Breaker::half_open, State::HalfOpen),
        (Breaker::half_open, State::HalfOpen),
        (Breaker::reset, State::Closed),
        (Breaker::reset, State::Closed),
    ] {
        change(&breaker);
        assert_eq!(breaker.state(), state);
    }
    drop(watching);
    breaker.trip();
    assert_eq!(
        *heard.lock().expect("held briefly"),
        ["closed -> open", "open -> half-open", "half-open -> closed"]
    );
}

#[test]
fn observers_hear_of_changes_and_rejections_in_order() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("events-in-order").fail_max(1).reset_timeout(SECOND);
    let (watching, heard) = overhear("events-in-order");
    fail(&breaker, 1);
    assert!(ok(&breaker).is_err());
    frozen.advance(SECOND);
    let trial = breaker.acquire().expect("the trial");
    assert!(ok(&breaker).is_err());
    trial.failure();
    frozen.advance(SECOND);
    assert!(ok(&breaker).is_ok());
    drop(watching);
    assert_eq!(
        *heard.lock().expect("held briefly"),
        [
            "closed -> open",
            "the breaker is open",
            "open -> half-open",
            "the breaker is half-open and its trial is under way",
            "half-open -> open",
            "open -> half-open",
            "half-open -> closed",
        ]
    );
}

#[test]
fn an_observer_sees_the_new_state_and_may_use_the_breaker() {
    static BREAKER: Breaker = Breaker::new("events-inside").fail_max(1);
    let watching = point::observe(|point: &str, event: &Event<'_>| {
        if let ("events-inside", Event::Breaker { to: "open", .. }) = (point, event) {
            assert_eq!(BREAKER.state(), State::Open);
            BREAKER.reset();
        }
    });
    let state = within_reason(|| {
        fail(&BREAKER, 1);
        BREAKER.state()
    });
    drop(watching);
    assert_eq!(state, State::Closed, "the observer has reset it");
}

#[test]
fn a_panicking_observer_harms_nobody() {
    let breaker = Breaker::new("events-panic").fail_max(1);
    let watching = point::observe(|point: &str, _: &Event<'_>| {
        assert_ne!(point, "events-panic", "the observer's own trouble");
    });
    fail(&breaker, 1);
    drop(watching);
    assert_eq!(breaker.state(), State::Open);
}
