//! What policies tell, under their names.

use std::time::Duration;

use dyno::breaker::{Breaker, Fuse};
use dyno::fault::InjectErrorKind;
use dyno::limit::{Bulkhead, Rate};
use dyno::metrics::{CacheCounts, Counts, Policies};
use dyno::point::{self, Cached, Event};
use dyno::{Fault, InjectError, Reason, clock, fallback, metrics, retry, timeout};

use crate::support::{MS, SEC, freeze, name};

fn told(name: &str) -> Policies {
    metrics::of(name).expect("it told").total.policies
}

#[test]
fn every_event_is_counted_and_no_other() {
    metrics::enable();
    let name = name("events");
    let fault = Fault::rejected(name, Reason::RateLimited, None);
    let unknown = InjectError::new(InjectErrorKind::Sealed);
    let events = [
        Event::Retry { attempt: 1, after: MS },
        Event::Recovered { attempts: 2 },
        Event::GaveUp { attempts: 2, why: point::Stop::Attempts },
        Event::TimedOut { limit: MS, elapsed: MS },
        Event::Late { limit: MS, elapsed: SEC, abandoned: false },
        Event::Late { limit: MS, elapsed: SEC, abandoned: true },
        Event::Rejected { fault: &fault },
        Event::Breaker { from: "closed", to: "open", why: format_args!("") },
        Event::Breaker { from: "open", to: "half-open", why: format_args!("") },
        Event::Breaker { from: "half-open", to: "closed", why: format_args!("") },
        Event::Breaker { from: "closed", to: "forced-open", why: format_args!("") },
        Event::Breaker { from: "forced-open", to: "disabled", why: format_args!("") },
        Event::Ejected { target: "http://10.0.0.1:80" },
        Event::Returned { target: "http://10.0.0.1:80", after: SEC },
        Event::Fuse { on: true },
        Event::Fuse { on: false },
        Event::Fallback { refused: true },
        Event::Fallback { refused: false },
        Event::FallbackFailed,
        Event::Built { provider: "connect", took: MS },
        Event::BuildFailed { provider: "connect", error: &unknown },
        Event::Warning { message: "look here" },
    ];
    for event in &events {
        point::emit(name, event);
    }
    let told = told(name);
    let counted: Vec<_> = told.iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(
        counted,
        [
            ("policies.rejected.rate_limited", 1),
            ("policies.timed_out", 1),
            ("policies.late", 2),
            ("policies.late.abandoned", 1),
            ("policies.retried", 1),
            ("policies.recovered", 1),
            ("policies.gave_up", 1),
            ("policies.fallback.refused", 1),
            ("policies.fallback.failure", 1),
            ("policies.fallback_failed", 1),
            ("policies.breaker.opened", 2),
            ("policies.breaker.half_opened", 1),
            ("policies.breaker.closed", 1),
            ("policies.breaker.changed", 1),
            ("policies.fuse.on", 1),
            ("policies.fuse.off", 1),
            ("policies.balance.ejected", 1),
            ("policies.balance.returned", 1),
            ("policies.built", 1),
            ("policies.build_failed", 1),
        ]
    );
    assert_eq!(told.fallbacks(), 2);
}

#[test]
fn a_cache_is_counted_by_what_came_of_asking_it() {
    let (_frozen, name) = (freeze(), name("cache"));
    metrics::enable();
    let cached = [
        Cached::Hit,
        Cached::Miss,
        Cached::Early,
        Cached::Stale,
        Cached::StaleIfError,
        Cached::Waited,
        Cached::Refreshed,
        Cached::Evicted,
    ];
    for (times, cached) in (1..).zip(cached) {
        (0..times).for_each(|_| point::emit(name, &Event::Cache { cached }));
    }
    let CacheCounts {
        hits, misses, early, stale, stale_if_error, waited, refreshed, evicted, ..
    } = told(name).cache;
    let all = [hits, misses, early, stale, stale_if_error, waited, refreshed, evicted];
    assert_eq!(all, [1, 2, 3, 4, 5, 6, 7, 8]);
    // Served at once: 1 + 3 + 4, of 21 that were asked for.
    assert_eq!(told(name).cache.hit_ratio(), Some(8.0 / 21.0));
    assert_eq!(CacheCounts::default().hit_ratio(), None);
    let seen = metrics::of(name).expect("it told");
    assert!(!seen.counts_calls());
    assert_eq!(seen.window.policies, seen.total.policies);
}

#[test]
fn events_of_names_that_look_alike_are_kept_apart() {
    metrics::enable();
    // The same text in different places, and different texts in the same place.
    let mut text = name("place.a").to_owned();
    point::emit(&text, &Event::FallbackFailed);
    let first = text.clone();
    point::emit(&first, &Event::FallbackFailed);
    assert_eq!(told(&first).fallback_failed, 2);
    text.replace_range(6..7, "b");
    point::emit(&text, &Event::FallbackFailed);
    assert_eq!((told(&first).fallback_failed, told(&text).fallback_failed), (2, 1));
}

static DB: Breaker = Breaker::new("policies.db").fail_max(2).reset_timeout(SEC);
static GATE: Fuse = Fuse::new("policies.gate");
static SEATS: Bulkhead = Bulkhead::new("policies.seats", 1);
static TAPS: Rate = Rate::new("policies.taps", 1, SEC);

#[test]
fn policies_tell_under_their_own_names() {
    let frozen = freeze();
    metrics::enable();
    let fails = || -> Result<u8, Fault> { DB.call(|| Err(Fault::timed_out("db", MS))) };
    assert!(fails().is_err() && fails().is_err() && fails().is_err());
    frozen.advance(SEC);
    let well: Result<u8, Fault> = DB.call(|| Ok(1));
    assert_eq!(well, Ok(1));
    let db = told("policies.db");
    assert_eq!((db.opened, db.half_opened, db.closed, db.rejected.breaker_open), (1, 1, 1, 1));

    GATE.trip();
    assert!(GATE.check().is_err());
    GATE.reset();
    let gate = told("policies.gate");
    assert_eq!((gate.fuse_off, gate.fuse_on, gate.rejected.fuse_off), (1, 1, 1));

    let _seat = SEATS.acquire().expect("it is empty");
    assert!(SEATS.acquire().is_err());
    assert_eq!(told("policies.seats").rejected.bulkhead_full, 1);
    assert!(TAPS.acquire().is_ok() && TAPS.acquire().is_err());
    assert_eq!(told("policies.taps").rejected.rate_limited, 1);
    assert_eq!(metrics::of("policies.taps").map(|seen| seen.rejected().total()), Some(1));
}

#[metrics]
#[fallback(|_| Err("no more".to_owned()))]
#[retry(3, delay = 1s)]
fn gives_up() -> Result<u8, String> {
    Err("down".to_owned())
}

#[timeout(50ms)]
fn is_late() -> Result<u8, Fault> {
    clock::sleep(Duration::from_secs(1));
    Ok(1)
}

#[test]
fn attributes_tell_under_the_name_of_the_function() {
    let frozen = freeze();
    assert_eq!(gives_up(), Err("no more".to_owned()));
    let seen = metrics::of(concat!(module_path!(), "::gives_up")).expect("it was called");
    let Counts { failures, policies, .. } = seen.total;
    assert_eq!((failures, seen.median()), (1, 2 * SEC), "pauses are a part of the call");
    assert_eq!((policies.retried, policies.gave_up, policies.recovered), (2, 1, 0));
    assert_eq!((policies.fallback_failure, policies.fallback_failed), (1, 1));
    assert_eq!(is_late(), Ok(1));
    let late = told(concat!(module_path!(), "::is_late"));
    assert_eq!((late.late, late.abandoned, late.timed_out), (1, 0, 0));
    frozen.advance(10 * SEC);
    let seen = metrics::of(concat!(module_path!(), "::gives_up")).expect("it was called");
    assert_eq!((seen.window.policies.retried, seen.total.policies.retried), (0, 2));
}
