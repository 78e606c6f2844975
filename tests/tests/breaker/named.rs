//! One breaker, many functions.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use dyno::__private::{Point, SharedBreaker};
use dyno::breaker::{self, Breaker, State};

use super::support::fail;

#[test]
fn a_name_stands_for_one_breaker() {
    static BARE: SharedBreaker = SharedBreaker::new("named-one", || Breaker::new("named-one"));
    static SET: SharedBreaker =
        SharedBreaker::new("named-one", || Breaker::new("named-one").fail_max(2));
    static AGAIN: SharedBreaker =
        SharedBreaker::new("named-one", || Breaker::new("named-one").fail_max(2));
    assert!(breaker::named("named-one").is_none());
    let bare = BARE.get();
    assert_eq!(bare.snapshot().fail_max, Some(5));
    assert!(std::ptr::eq(bare, SET.get()));
    assert_eq!(bare.snapshot().fail_max, Some(2), "the first settings given hold");
    assert!(std::ptr::eq(bare, AGAIN.get()));
    assert!(std::ptr::eq(bare, breaker::named("named-one").expect("it is known now")));
    fail(SET.get(), 2);
    assert_eq!(AGAIN.get().state(), State::Open);
}

#[test]
fn threads_that_race_for_a_name_join_the_same_breaker() {
    static NAMED: SharedBreaker =
        SharedBreaker::new("named-race", || Breaker::new("named-race").fail_max(2));
    let gate = Arc::new(Barrier::new(8));
    let racing = [(); 8].map(|()| {
        let gate = gate.clone();
        dyno::spawn(move || {
            gate.wait();
            NAMED.get()
        })
    });
    let first = NAMED.get();
    for thread in racing {
        assert!(std::ptr::eq(thread.join().expect("no settings of another"), first));
    }
    let all = breaker::all().into_iter().filter(|breaker| breaker.name() == "named-race");
    assert_eq!(all.count(), 1);
}

#[test]
fn other_settings_for_the_same_name_are_refused_with_both_places() {
    static ONE: SharedBreaker =
        SharedBreaker::new("named-two", || Breaker::new("named-two").fail_max(2));
    static OTHER: SharedBreaker = SharedBreaker::new("named-two", || {
        Breaker::new("named-two").fail_max(3).reset_timeout(Duration::from_secs(15))
    });
    ONE.get();
    for _ in 0..2 {
        let panicked = std::panic::catch_unwind(|| OTHER.get().name()).expect_err("refused");
        let message = panicked.downcast_ref::<String>().expect("a message");
        for part in [
            "breaker \"named-two\"",
            "{fail_max = 2} at ",
            "{fail_max = 3, reset_timeout = 15s} at ",
            "named.rs:",
            "give it in one place",
        ] {
            assert!(message.contains(part), "{part:?} is missing in: {message}");
        }
    }
    assert_eq!(ONE.get().snapshot().fail_max, Some(2), "and the first goes on");
}

#[test]
fn a_static_is_found_once_it_is_listed() {
    static DB: Breaker = Breaker::new("named-static");
    assert!(breaker::named("named-static").is_none());
    DB.list();
    DB.list();
    assert!(std::ptr::eq(breaker::named("named-static").expect("listed"), &raw const DB));
    let listed = breaker::all().into_iter().filter(|breaker| breaker.name() == "named-static");
    assert_eq!(listed.count(), 1);
}

#[test]
fn a_breaker_of_a_point_is_called_after_it() {
    static POINT: Point = Point::new(Some("shop::price"), || "");
    static OWN: Breaker = Breaker::of(&POINT).fail_max(1);
    assert_eq!((OWN.name(), OWN.snapshot().fail_max), ("shop::price", Some(1)));
    assert_eq!(OWN.location(), POINT.location());
}
