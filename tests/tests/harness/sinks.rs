//! Who hears, and that nobody does harm.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use dyno::harness::{self, Report, Sink};

use super::support::{hear, history, told};

#[dyno::harness(name = "sinks.both")]
fn both() -> Option<()> {
    None
}

#[test]
fn every_sink_hears_until_its_guard_is_dropped() {
    let (first, by_first) = hear("sinks.both");
    let (second, by_second) = hear("sinks.both");
    let heard = || [&by_first, &by_second].map(|by| by.lock().expect("nobody panics here").len());
    assert_eq!(both(), None);
    assert_eq!(heard(), [1, 1]);
    drop(first);
    assert_eq!(both(), None);
    assert_eq!(heard(), [1, 2]);
    second.keep();
    assert_eq!(both(), None);
    assert_eq!(heard(), [1, 3]);
    assert_eq!(history("sinks.both").total(), 3);
}

#[dyno::harness(name = "sinks.panicking")]
fn panicking() -> Option<()> {
    None
}

#[test]
fn a_sink_that_panics_harms_nobody() {
    let _panicking = harness::sink(|report: &Report| {
        assert_ne!(report.point(), "sinks.panicking", "meant");
    });
    let (_reporting, heard) = hear("sinks.panicking");
    for _ in 0..2 {
        assert_eq!(panicking(), None);
    }
    assert_eq!(heard.lock().expect("nobody panics here").len(), 2);
}

struct Audit(Mutex<Vec<String>>);
impl Sink for Audit {
    fn report(&self, report: &Report) {
        self.0.lock().expect("nobody panics here").push(report.error().to_owned());
    }
}
static AUDIT: Audit = Audit(Mutex::new(Vec::new()));
#[dyno::harness(name = "sinks.own", sink = AUDIT)]
fn own() -> Result<(), &'static str> {
    Err("audited")
}

#[test]
fn a_sink_of_its_own_hears_in_place_of_the_others() {
    let (_reporting, heard) = hear("sinks.own");
    assert_eq!(own(), Err("audited"));
    assert_eq!(AUDIT.0.lock().expect("nobody panics here").as_slice(), ["audited"]);
    assert!(heard.lock().expect("nobody panics here").is_empty());
    assert_eq!(told("sinks.own"), ["sinks.own failed: audited"]);
}

#[dyno::harness(name = "sinks.inner")]
fn inner() -> Option<()> {
    None
}
#[dyno::harness(name = "sinks.outer")]
fn outer() -> Option<()> {
    None
}

#[test]
fn a_sink_that_fails_itself_is_not_told_of_that_for_ever() {
    let heard = Arc::new(AtomicU32::new(0));
    let to = heard.clone();
    let _reporting = harness::sink(move |report: &Report| {
        if ["sinks.inner", "sinks.outer"].contains(&report.point()) {
            to.fetch_add(1, Ordering::Relaxed);
            let _ = inner();
        }
    });
    assert_eq!(outer(), None);
    assert_eq!(heard.load(Ordering::Relaxed), 1);
    // It is kept and counted all the same, and the next one is told again.
    assert_eq!(history("sinks.inner").total(), 1);
    assert_eq!(inner(), None);
    assert_eq!((heard.load(Ordering::Relaxed), history("sinks.inner").total()), (2, 3));
}

#[dyno::harness(name = "sinks.reading")]
fn reading() -> Option<()> {
    None
}

#[test]
fn no_lock_is_held_while_a_sink_runs() {
    let _reporting = harness::sink(|report: &Report| {
        if report.point() == "sinks.reading" {
            let history = harness::of("sinks.reading").expect("it is there");
            assert_eq!(history.last().as_deref(), Some(report));
            history.clear();
            drop(harness::sink(|_: &Report| {}));
        }
    });
    assert_eq!(reading(), None);
    assert_eq!(history("sinks.reading").total(), 0, "the sink panicked before it was done");
}
