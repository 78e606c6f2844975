//! A bulkhead for each key.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use dyno::__private::Point;
use dyno::clock;
use dyno::limit::{Bulkhead, KeyedBulkhead};
use dyno::{Fault, Reason};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn an_eleventh_at_one_host_is_refused_and_another_host_is_admitted() {
    // DA-20.
    static HOSTS: KeyedBulkhead = KeyedBulkhead::new("bulkhead-hosts", 10);
    let ten: Vec<_> = (0..10).map(|_| HOSTS.get("a").acquire_owned()).collect();
    assert!(ten.iter().all(Result::is_ok));
    let eleventh: Result<(), Fault> = HOSTS.get("a").call(|| panic!("it must not run"));
    let fault = eleventh.expect_err("ten are in flight");
    assert_eq!(fault, Fault::rejected("bulkhead-hosts[a]".to_owned(), Reason::BulkheadFull, None));
    assert_eq!(HOSTS.get("b").call(|| Some(1)), Some(1));
    drop(ten);
    assert_eq!(HOSTS.get("a").call(|| Some(1)), Some(1));
    assert_eq!(format!("{HOSTS:?}"), "KeyedBulkhead(bulkhead-hosts, 2 of 1024 keys)");
    assert_eq!((HOSTS.len(), HOSTS.is_empty(), HOSTS.all().len()), (2, false, 2));
}

#[test]
fn those_of_a_point_are_called_after_it() {
    static POINT: Point = Point::new(Some("shop::fetch"), || "");
    static HOSTS: KeyedBulkhead = KeyedBulkhead::of(&POINT, 1);
    assert_eq!((HOSTS.name(), HOSTS.get(&7).name()), ("shop::fetch", "shop::fetch[7]"));
    assert_eq!((HOSTS.location(), HOSTS.get(&7).location()), (POINT.location(), POINT.location()));
}

#[test]
fn a_million_keys_find_no_more_than_their_place() {
    // peers L1. A tenth of it takes as long without optimization.
    const KEYS: u32 = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
    let hosts = KeyedBulkhead::new("bulkhead-million", 1).keys(100);
    for key in 0..KEYS {
        assert!(hosts.get(&key).try_acquire().is_ok());
    }
    assert_eq!(hosts.len(), 100);
}

#[test]
fn idle_ones_go() {
    let frozen = clock::freeze();
    let hosts = KeyedBulkhead::new("bulkhead-idle", 1).idle(60 * SECOND);
    (0..10).for_each(|key| drop(hosts.get(&key)));
    let in_use = hosts.get("used").acquire_owned();
    frozen.advance(61 * SECOND);
    drop(hosts.get("new"));
    assert_eq!(hosts.len(), 2, "the new one, and the one in use");
    drop(in_use);
    frozen.advance(61 * SECOND);
    drop(hosts.get("newer"));
    assert_eq!(hosts.len(), 1);
}

#[test]
fn one_in_use_never_goes_or_more_than_its_limit_would_pass() {
    let hosts = KeyedBulkhead::new("bulkhead-used", 1).keys(3);
    let used: Vec<_> = (0..5).map(|key| hosts.get(&key).acquire_owned()).collect();
    assert!(used.iter().all(Result::is_ok));
    assert_eq!(hosts.len(), 5, "more than are kept, as all are in use");
    (0..5).for_each(|key| assert!(hosts.get(&key).try_acquire().is_err(), "{key}"));
    (10..100).for_each(|key| drop(hosts.get(&key)));
    (0..5).for_each(|key| assert!(hosts.get(&key).try_acquire().is_err(), "{key}"));
    drop(used);
    drop(hosts.get("next"));
    assert_eq!(hosts.len(), 3);
}

#[test]
fn one_that_is_used_again_before_its_turn_to_go_stays() {
    let frozen = clock::freeze();
    let hosts = KeyedBulkhead::new("bulkhead-again", 1).keys(16);
    for host in 0..16 {
        drop(hosts.get(&host));
        frozen.advance(2 * SECOND);
    }
    let is_there = |host| {
        let name = format!("bulkhead-again[{host}]");
        hosts.all().iter().any(|host| host.name() == name)
    };
    drop(hosts.get("one more"));
    assert!(!is_there(0) && is_there(1));
    drop(hosts.get(&1));
    drop(hosts.get("and another"));
    assert!(is_there(1) && !is_there(2));
}

#[test]
fn one_that_a_call_is_about_to_enter_never_goes() {
    let frozen = clock::freeze();
    let hosts = KeyedBulkhead::new("bulkhead-held", 1).keys(1);
    let about_to = hosts.get("a");
    drop(hosts.get("b"));
    frozen.advance(3600 * SECOND);
    drop(hosts.get("c"));
    let _permit = about_to.try_acquire().expect("nobody is in");
    assert!(hosts.get("a").try_acquire().is_err(), "it is the same one");
}

#[test]
fn one_whose_place_is_lost_never_goes_either() {
    let hosts = KeyedBulkhead::new("bulkhead-lost", 1).keys(1);
    std::mem::forget(hosts.get("a").acquire());
    (0..9).for_each(|key| drop(hosts.get(&key)));
    assert!(hosts.get("a").acquire().is_err());
}

#[test]
fn threads_that_race_for_a_key_share_its_places() {
    const THREADS: usize = 8;
    let hosts = Arc::new(KeyedBulkhead::new("bulkhead-race", 3));
    let all = Arc::new(Barrier::new(THREADS));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (hosts, all) = (hosts.clone(), all.clone());
            std::thread::spawn(move || {
                all.wait();
                hosts.get("one").acquire_owned()
            })
        })
        .collect();
    let permits: Vec<_> =
        threads.into_iter().map(|thread| thread.join().expect("it ends")).collect();
    assert_eq!(permits.iter().filter(|permit| permit.is_ok()).count(), 3);
}

#[test]
fn each_has_the_settings_of_all() {
    static HOSTS: KeyedBulkhead =
        KeyedBulkhead::new("bulkhead-settings", 1).wait(SECOND).queue(1).keys(10).idle(SECOND);
    let _frozen = clock::freeze();
    let host: Arc<Bulkhead> = HOSTS.get("a");
    let _permit = host.acquire();
    let start = clock::now();
    assert!(host.acquire().is_err());
    assert_eq!(start.elapsed(), SECOND);
}

#[test]
#[should_panic(expected = "bulkhead: `keys` must be at least 1, else no bulkhead is ever kept")]
fn no_keys_at_all_are_refused() {
    drop(KeyedBulkhead::new("none", 1).keys(0));
}

#[test]
#[should_panic(expected = "bulkhead: `idle` must be above zero, else no bulkhead is ever kept")]
fn no_time_at_all_is_refused() {
    drop(KeyedBulkhead::new("none", 1).idle(Duration::ZERO));
}
