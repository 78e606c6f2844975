//! A breaker for each key.

use std::collections::HashSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use dyno::__private::Point;
use dyno::breaker::{Breaker, Keyed, Settings, State};
use dyno::clock;

use super::support::{SECOND, err, fail, failures, ok, within_reason};

const MINUTE: Duration = Duration::from_secs(60);
const SETTINGS: Settings = Settings::new().fail_max(2).reset_timeout(SECOND);

/// The keys there are, sorted.
fn keys(keyed: &Keyed) -> Vec<String> {
    let key = |breaker: Arc<Breaker>| {
        let name = breaker.name().strip_suffix(']').expect("name[key]").to_owned();
        name.split_once('[').expect("name[key]").1.to_owned()
    };
    let mut keys: Vec<_> = keyed.all().into_iter().map(key).collect();
    keys.sort();
    keys
}

#[test]
fn each_key_has_a_breaker_of_its_own_called_after_it() {
    let hosts = Keyed::new("keyed-hosts", SETTINGS);
    assert!(hosts.is_empty() && hosts.all().is_empty());
    fail(&hosts.get("a"), 2);
    assert_eq!(hosts.get("a").state(), State::Open);
    assert_eq!(hosts.get("b").state(), State::Closed);
    assert!(Arc::ptr_eq(&hosts.get("a"), &hosts.get(&String::from("a"))));
    assert_eq!((hosts.get("a").name(), hosts.get(&7).name()), ("keyed-hosts[a]", "keyed-hosts[7]"));
    assert_eq!((hosts.len(), keys(&hosts)), (3, vec!["7".into(), "a".into(), "b".into()]));
    let fault = err(&hosts.get("a")).expect_err("open").fault();
    assert!(fault.to_string().starts_with("keyed-hosts[a]: the breaker is open"), "{fault}");
    assert!(hosts.location().file().ends_with("keyed.rs"));
    assert_eq!(format!("{hosts:?}"), "Keyed(keyed-hosts, 3 of 1024 keys)");
}

#[test]
fn one_of_a_point_is_called_after_it() {
    static POINT: Point = Point::new(Some("shop::fetch"), || "");
    static HOSTS: Keyed = Keyed::of(&POINT, SETTINGS);
    assert_eq!((HOSTS.name(), HOSTS.get("a").name()), ("shop::fetch", "shop::fetch[a]"));
    assert_eq!(HOSTS.location(), POINT.location());
    assert_eq!(HOSTS.get("a").location(), POINT.location());
}

#[test]
fn a_million_keys_find_no_more_than_their_place() {
    // A tenth of it takes as long without optimization.
    const KEYS: u32 = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
    let hosts = Keyed::new("keyed-million", SETTINGS).keys(100);
    for key in 0..KEYS {
        let _ = hosts.get(&key);
        if key % 10_000 == 0 {
            assert!(hosts.len() <= 100);
        }
    }
    assert_eq!((hosts.len(), hosts.all().len()), (100, 100));
}

#[test]
fn the_least_recently_used_one_goes() {
    let frozen = clock::freeze();
    let hosts = Keyed::new("keyed-recent", SETTINGS).keys(3);
    for key in ["a", "b", "c", "c", "b", "a"] {
        let _ = hosts.get(key);
        frozen.advance(2 * SECOND);
    }
    let _ = hosts.get("d");
    assert_eq!(keys(&hosts), ["a", "b", "d"]);
    let _ = hosts.get("e");
    assert_eq!(keys(&hosts), ["a", "d", "e"]);
}

#[test]
fn one_that_is_used_all_the_time_stays_however_many_come_and_go() {
    let hosts = Keyed::new("keyed-busy", SETTINGS).keys(64);
    fail(&hosts.get("busy"), 1);
    for key in 0..10_000 {
        let _ = hosts.get(&key);
        if key % 16 == 0 {
            assert_eq!(failures(&hosts.get("busy")), 1, "it is still the same");
        }
    }
}

#[test]
fn idle_ones_go_first() {
    let frozen = clock::freeze();
    let hosts = Keyed::new("keyed-idle", SETTINGS).keys(4).idle(MINUTE);
    for key in ["a", "b", "c", "d"] {
        let _ = hosts.get(key);
    }
    frozen.advance(MINUTE / 2);
    let _ = hosts.get("b");
    frozen.advance(MINUTE / 2);
    assert_eq!(hosts.len(), 4, "nothing goes for its own sake");
    let _ = hosts.get("e");
    assert_eq!(keys(&hosts), ["b", "e"], "all that were idle");
    frozen.advance(MINUTE / 2);
    let _ = hosts.get("f");
    assert_eq!(keys(&hosts), ["b", "e", "f"]);
    frozen.advance(MINUTE / 2);
    let _ = hosts.get("g");
    assert_eq!(keys(&hosts), ["f", "g"], "also where there is room");
}

#[test]
fn an_idle_one_that_still_turns_calls_away_stays() {
    let frozen = clock::freeze();
    let settings = SETTINGS.reset_timeout(3 * MINUTE);
    let hosts = Keyed::new("keyed-idle-open", settings).keys(2).idle(MINUTE);
    fail(&hosts.get("open"), 2);
    hosts.get("disabled").disable();
    frozen.advance(2 * MINUTE);
    let _ = hosts.get("a");
    assert_eq!(keys(&hosts), ["a", "disabled"], "but there is room for two, and both are used");
    fail(&hosts.get("a"), 2);
    frozen.advance(2 * MINUTE);
    hosts.get("disabled").reset();
    let _ = hosts.get("b");
    assert_eq!(keys(&hosts), ["a", "b"]);
    frozen.advance(MINUTE);
    let _ = hosts.get("c");
    assert_eq!(keys(&hosts), ["c"], "its time-out is over, and nobody asks for it");
}

#[test]
fn open_ones_are_kept_over_closed_ones() {
    let frozen = clock::freeze();
    let hosts = Keyed::new("keyed-open", SETTINGS).keys(3);
    for key in ["open", "half-open", "forced"] {
        fail(&hosts.get(key), 2);
        frozen.advance(2 * SECOND);
    }
    hosts.get("half-open").half_open();
    hosts.get("forced").force_open();
    frozen.advance(2 * SECOND);
    let _ = hosts.get("a");
    assert_eq!(keys(&hosts), ["a", "forced", "half-open"], "all told something, so the oldest");
    for key in ["b", "c", "d"] {
        frozen.advance(2 * SECOND);
        let _ = hosts.get(key);
        assert_eq!(keys(&hosts), [key, "forced", "half-open"]);
    }
}

#[test]
fn one_that_somebody_holds_is_kept_over_others() {
    let frozen = clock::freeze();
    let hosts = Keyed::new("keyed-held", SETTINGS).keys(2);
    let held = hosts.get("held");
    let permit = held.acquire().expect("closed");
    for key in ["a", "b", "c"] {
        frozen.advance(2 * SECOND);
        let _ = hosts.get(key);
        assert!(Arc::ptr_eq(&held, &hosts.get("held")), "the call counts where it belongs");
    }
    permit.failure();
    assert_eq!(failures(&hosts.get("held")), 1);
}

#[test]
fn one_that_had_to_go_begins_anew() {
    let hosts = Keyed::new("keyed-anew", SETTINGS).keys(1);
    let before = hosts.get("a");
    fail(&before, 2);
    let _ = hosts.get("b");
    assert_eq!(hosts.len(), 1);
    assert_eq!(ok(&hosts.get("a")), Ok(true));
    assert_eq!(before.state(), State::Open, "who holds it may go on with it");
}

#[test]
fn threads_that_race_for_a_key_get_the_same_breaker() {
    static HOSTS: Keyed = Keyed::new("keyed-race", SETTINGS);
    let start = Arc::new(Barrier::new(8));
    let racing = [(); 8].map(|()| {
        let start = start.clone();
        dyno::spawn(move || {
            let of = |key| {
                start.wait();
                HOSTS.get(&key)
            };
            (0..200).map(of).collect::<Vec<_>>()
        })
    });
    let got = racing.map(|thread| thread.join().expect("no thread panics"));
    for key in 0..200 {
        let same: HashSet<_> = got.iter().map(|got| Arc::as_ptr(&got[key])).collect();
        assert_eq!(same.len(), 1, "of key {key}");
    }
    assert_eq!(HOSTS.len(), 200);
}

#[test]
fn threads_that_come_and_go_leave_it_in_order() {
    static HOSTS: Keyed = Keyed::new("keyed-mix", SETTINGS).keys(16).idle(Duration::from_millis(1));
    let racing = [1_u64, 2, 3, 4].map(|seed| {
        dyno::spawn(move || {
            for round in 0..5000 {
                let breaker = HOSTS.get(&(round * seed % 40));
                drop(if round % 3 == 0 { err(&breaker) } else { ok(&breaker) });
                assert!(HOSTS.len() <= 16);
            }
        })
    });
    for thread in racing {
        thread.join().expect("no thread panics");
    }
    let names: HashSet<_> = HOSTS.all().iter().map(|breaker| breaker.name().to_owned()).collect();
    assert_eq!(names.len(), HOSTS.len(), "each key once");
}

/// A key that asks for others while it is written.
struct Nested(&'static Keyed);

impl fmt::Display for Nested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nested in {}", self.0.get("inner").name())
    }
}

#[test]
fn a_key_may_ask_for_others_while_it_is_written() {
    static HOSTS: Keyed = Keyed::new("keyed-nested", SETTINGS);
    let name = within_reason(|| HOSTS.get(&Nested(&HOSTS)).name().to_owned());
    assert_eq!(name, "keyed-nested[nested in keyed-nested[inner]]");
    assert_eq!(HOSTS.len(), 2);
}

#[test]
fn a_key_that_panics_harms_nobody() {
    struct Panics;
    impl fmt::Display for Panics {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half a key")?;
            panic!("the key's own trouble")
        }
    }
    let hosts = Keyed::new("keyed-panics", SETTINGS);
    assert!(catch_unwind(AssertUnwindSafe(|| hosts.get(&Panics))).is_err());
    assert!(hosts.is_empty());
    assert_eq!(hosts.get("a").name(), "keyed-panics[a]");
}

#[test]
fn a_listener_that_goes_with_its_breaker_may_ask_for_others() {
    struct Asks(&'static Keyed);
    impl Drop for Asks {
        fn drop(&mut self) {
            assert_eq!(self.0.len(), 1);
        }
    }
    static HOSTS: Keyed = Keyed::new("keyed-listener", SETTINGS).keys(1);
    let asks = Asks(&HOSTS);
    let listener = move |_: &Breaker, _: &dyno::breaker::Happened| assert_eq!(asks.0.len(), 1);
    HOSTS.get("a").listen(listener).keep();
    within_reason(|| drop(HOSTS.get("b")));
    assert_eq!(keys(&HOSTS), ["b"]);
}

#[test]
#[should_panic(expected = "`keys` must be at least 1")]
fn no_keys_at_all_are_refused() {
    let _ = Keyed::new("keyed-none", SETTINGS).keys(0);
}

#[test]
#[should_panic(expected = "`idle` must be above zero")]
fn no_time_at_all_is_refused() {
    let _ = Keyed::new("keyed-none", SETTINGS).idle(Duration::ZERO);
}
