//! Breakers by key, by name: one set of them, many functions.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use dyno::__private::{SharedBreaker, SharedKeyed};
use dyno::breaker::{self, Breaker, Keyed, Settings, State};

use super::support::fail;

fn refused(get: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panicked = std::panic::catch_unwind(get).expect_err("refused");
    panicked.downcast_ref::<String>().expect("a message").clone()
}

#[test]
fn a_name_stands_for_one_set_with_the_settings_of_all_places() {
    static BARE: SharedKeyed =
        SharedKeyed::new("keyed-one", || Keyed::new("keyed-one", Settings::new()));
    static SET: SharedKeyed =
        SharedKeyed::new("keyed-one", || Keyed::new("keyed-one", Settings::new().fail_max(2)));
    static MORE: SharedKeyed = SharedKeyed::new("keyed-one", || {
        let settings = Settings::new().fail_max(2).trials(3);
        Keyed::new("keyed-one", settings).keys(2).idle(Duration::from_secs(9))
    });
    assert!(breaker::keyed("keyed-one").is_none());
    let bare = BARE.get();
    let early = bare.get("early");
    assert_eq!(early.snapshot().fail_max, Some(5));
    assert!(std::ptr::eq(bare, SET.get()));
    assert!(std::ptr::eq(bare, breaker::keyed("keyed-one").expect("it is known now")));
    fail(&early, 2);
    assert_eq!(SET.get().get("early").state(), State::Open, "those that there are go by it, too");
    fail(&bare.get("late"), 2);
    assert_eq!(bare.get("late").state(), State::Open);
    assert!(format!("{bare:?}").contains("2 of 1024 keys"), "{bare:?}");

    (0..9).for_each(|key| drop(bare.get(&key)));
    assert_eq!(bare.len(), 11);
    assert!(std::ptr::eq(bare, MORE.get()));
    assert!(format!("{bare:?}").contains("11 of 2 keys"), "{bare:?}");
    assert_eq!(bare.get("new").settings(), Settings::new().fail_max(2).trials(3));
    assert_eq!(bare.len(), 2, "the next new one makes room");
}

#[test]
fn other_settings_for_the_same_name_are_refused_with_both_places() {
    static ONE: SharedKeyed = SharedKeyed::new("keyed-two", || {
        Keyed::new("keyed-two", Settings::new().fail_max(2)).keys(100)
    });
    static OTHER: SharedKeyed = SharedKeyed::new("keyed-two", || {
        Keyed::new("keyed-two", Settings::new().fail_max(3)).keys(10).idle(Duration::from_secs(9))
    });
    ONE.get();
    for _ in 0..2 {
        let message = refused(|| drop(OTHER.get().get("a")));
        for part in [
            "breaker \"keyed-two\" by key",
            "{fail_max = 2, keys = 100} at ",
            "{fail_max = 3, keys = 10, idle = 9s} at ",
            "keyed_named.rs:",
            "contradict one another in `fail_max`, `keys`;",
            "give it in one place and say `#[breaker(\"keyed-two\", key = …)]`",
        ] {
            assert!(message.contains(part), "{part:?} is missing in: {message}");
        }
    }
    assert_eq!(ONE.get().get("a").snapshot().fail_max, Some(2), "and the first goes on");
}

#[test]
fn a_name_is_not_for_one_breaker_and_for_many() {
    static ONE: SharedBreaker = SharedBreaker::new("keyed-kind", || Breaker::new("keyed-kind"));
    static EACH: SharedKeyed =
        SharedKeyed::new("keyed-kind", || Keyed::new("keyed-kind", Settings::new()));
    ONE.get();
    let message = refused(|| drop(EACH.get().get("a")));
    for part in
        ["one for all calls at ", "one for each key at ", "keyed_named.rs:", "different names"]
    {
        assert!(message.contains(part), "{part:?} is missing in: {message}");
    }
    assert!(breaker::keyed("keyed-kind").is_none() && breaker::named("keyed-kind").is_some());
}

#[test]
fn nor_the_other_way_round() {
    static EACH_FIRST: SharedKeyed =
        SharedKeyed::new("keyed-kind-2", || Keyed::new("keyed-kind-2", Settings::new()));
    static ONE_THEN: SharedBreaker =
        SharedBreaker::new("keyed-kind-2", || Breaker::new("keyed-kind-2"));
    EACH_FIRST.get();
    let message = refused(|| drop(ONE_THEN.get().acquire()));
    let (one, each) = (message.find("for all calls"), message.find("for each key"));
    assert!(one < each, "{message}");
}

#[test]
fn threads_that_race_for_a_name_join_the_same_set() {
    static NAMED: SharedKeyed =
        SharedKeyed::new("keyed-race", || Keyed::new("keyed-race", Settings::new().fail_max(2)));
    static OTHER: SharedKeyed =
        SharedKeyed::new("keyed-race", || Keyed::new("keyed-race", Settings::new().trials(2)));
    let gate = Arc::new(Barrier::new(8));
    let racing = [0, 1, 2, 3, 4, 5, 6, 7].map(|index| {
        let gate = gate.clone();
        dyno::spawn(move || {
            gate.wait();
            let set = if index % 2 == 0 { NAMED.get() } else { OTHER.get() };
            drop(set.get(&(index % 3)));
            set
        })
    });
    let first = NAMED.get();
    for thread in racing {
        assert!(std::ptr::eq(thread.join().expect("no contradiction"), first));
    }
    for breaker in first.all() {
        assert_eq!(breaker.settings(), Settings::new().fail_max(2).trials(2));
    }
}
