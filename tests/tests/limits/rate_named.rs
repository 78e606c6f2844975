//! Rates by name: one rate, many functions.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::limit::Rate;
use dyno::limit::rate::{all, keyed, named};
use dyno::point::{self, Event};
use dyno::{clock, rate};

#[rate("named.joint", rate = 3/1s)]
fn reads() -> Option<u8> {
    Some(1)
}
#[rate("named.joint", wait = 1s)]
fn writes() -> Option<u8> {
    Some(2)
}
#[rate("named.joint")]
async fn looks() -> Option<u8> {
    Some(3)
}
#[rate("named.joint", rate = 4/1s)]
fn contradicts() -> Option<u8> {
    Some(4)
}

fn said(f: impl FnOnce() -> Option<u8>) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("it contradicts");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn a_name_stands_for_one_rate() {
    let _frozen = clock::freeze();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    assert_eq!((reads(), reads(), runtime.block_on(looks())), (Some(1), Some(1), Some(3)));
    assert_eq!(reads(), None);
    // By the one that has been called now, all wait.
    let start = clock::now();
    assert_eq!((writes(), reads()), (Some(2), Some(1)));
    assert_eq!((clock::now() - start).as_millis(), 666);
    let joint = named("named.joint").expect("it is known");
    assert_eq!((joint.snapshot().limit, joint.snapshot().wait), (3, Duration::from_secs(1)));
    assert!(all().iter().any(|rate| std::ptr::eq(*rate, joint)));
    let said = said(contradicts);
    assert!(said.contains("rate \"named.joint\": defined as {rate = 3/1s} at"), "{said}");
    assert!(said.contains("and as {rate = 4/1s} at"), "{said}");
    assert!(said.contains("say `#[rate(\"named.joint\")]` in the others"), "{said}");
}

#[rate("named.late")]
fn first() -> Option<u8> {
    Some(1)
}
#[rate("named.late", rate = 1/1h)]
fn second() -> Option<u8> {
    Some(2)
}

#[test]
fn until_somebody_says_the_rate_all_pass_and_that_is_told() {
    let _frozen = clock::freeze();
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    let observing = point::observe(move |point: &str, event: &Event<'_>| {
        if point == "named.late" {
            heard.lock().expect("nobody panics").push(event.to_string());
        }
    });
    assert!((0..1000).all(|_| first().is_some()));
    let late = named("named.late").expect("it is known");
    assert_eq!(format!("{late:?}"), "Rate(named.late, no limit yet)");
    drop(observing);
    let told = told.lock().expect("nobody panics");
    assert!(matches!(&told[..], [one] if one.contains("says no rate, so all pass")), "{told:?}");
    assert_eq!((second(), second(), first()), (Some(2), None, None));
}

static LISTED: Rate = Rate::new("named.listed", 1, Duration::from_secs(1));
#[rate(LISTED)]
fn by_static() -> Option<u8> {
    Some(1)
}

#[test]
fn a_static_is_known_once_it_is_used() {
    assert!(named("named.listed").is_none());
    let _ = by_static();
    assert!(named("named.listed").is_some_and(|rate| std::ptr::eq(rate, &raw const LISTED)));
    assert!(named("named.other").is_none() && keyed("named.listed").is_none());
}

#[rate("named.keyed", key = host, rate = 1/1s)]
fn of_host(host: &str) -> Option<usize> {
    Some(host.len())
}
#[rate("named.keyed", key = host, keys = 5)]
fn of_host_too(host: &str) -> Option<usize> {
    Some(host.len())
}
#[rate("named.keyed", rate = 1/1s)]
fn of_all() -> Option<u8> {
    Some(1)
}

#[rate("named.keyed", key = host, rate = 2/1s)]
fn of_host_otherwise(host: &str) -> Option<usize> {
    Some(host.len())
}

#[test]
fn a_name_stands_for_one_or_for_one_for_each_key() {
    let _frozen = clock::freeze();
    assert_eq!((of_host("a"), of_host_too("a"), of_host_too("bc")), (Some(1), None, Some(2)));
    let hosts = keyed("named.keyed").expect("they are known");
    assert_eq!((hosts.len(), hosts.all().len()), (2, 2));
    let mixed = said(of_all);
    assert!(mixed.contains("rate \"named.keyed\": one for all calls at"), "{mixed}");
    let said = said(|| of_host_otherwise("a").map(|_| 1));
    assert!(said.contains("say `#[rate(\"named.keyed\", key = …)]` in the others"), "{said}");
}
