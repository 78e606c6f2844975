//! The names that a dashboard for Resilience4j knows.

use std::time::Duration;

use dyno::Verdict;
use dyno::breaker::Breaker;
use dyno::clock;
use dyno::export::prometheus::Prometheus;
use dyno::metrics::Metrics;
use dyno::point::Event;

use super::page::Page;
use super::prometheus::page;
use super::support::{MS, alone, call, tell};

const NAMES: Prometheus = Prometheus::new().resilience4j();

fn kind(page: &Page, name: &str, of: &str, kind: &str) -> Option<f64> {
    page.find(&format!("resilience4j_{name}"), &[("name", of), ("kind", kind)])
}

/// The states that are 1.
fn states(page: &Page, of: &str) -> Vec<&'static str> {
    let all = ["closed", "open", "half_open", "forced_open", "disabled", "metrics_only"];
    let is = |state: &&str| {
        page.of("resilience4j_circuitbreaker_state", &[("name", of), ("state", state)]) == 1.0
    };
    all.into_iter().filter(is).collect()
}

#[test]
fn they_are_there_when_they_are_asked_for() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("r4j::asked");
    call(&POINT);
    assert!(!Prometheus::new().text().contains("resilience4j"));
    assert!(NAMES.text().contains("resilience4j"));
}

static DB: Breaker = Breaker::new("r4j::db").fail_max(2).reset_timeout(Duration::from_secs(15));

#[dyno::metrics(name = "r4j::db")]
#[dyno::breaker(DB)]
fn ask(answer: Result<u8, dyno::Error<String>>) -> Result<u8, dyno::Error<String>> {
    answer
}

#[test]
fn a_breaker_and_its_calls() {
    let _alone = alone();
    let _frozen = clock::freeze();
    ask(Ok(1)).expect("it is closed");
    assert_eq!(states(&page(NAMES), "r4j::db"), ["closed"], "which it never told");
    for _ in 0..2 {
        ask(Err(dyno::Error::Inner("down".into()))).expect_err("it fails");
    }
    for _ in 0..3 {
        ask(Ok(1)).expect_err("it is open");
    }
    let now = page(NAMES);
    assert_eq!(states(&now, "r4j::db"), ["open"]);
    let calls = |of| kind(&now, "circuitbreaker_calls_total", "r4j::db", of);
    assert_eq!((calls("successful"), calls("failed")), (Some(1.0), Some(2.0)));
    assert_eq!((calls("ignored"), calls("not_permitted")), (Some(0.0), Some(3.0)));
    let not = kind(&now, "circuitbreaker_not_permitted_calls_total", "r4j::db", "not_permitted");
    assert_eq!(not, Some(3.0));
    let recent = |of| kind(&now, "circuitbreaker_buffered_calls", "r4j::db", of);
    assert_eq!((recent("successful"), recent("failed")), (Some(1.0), Some(2.0)));
    let rate =
        |page: &Page| page.of("resilience4j_circuitbreaker_failure_rate", &[("name", "r4j::db")]);
    assert!((rate(&now) - 200.0 / 3.0).abs() < 1e-9);
    clock::sleep(Duration::from_secs(15));
    let later = page(NAMES);
    assert_eq!(rate(&later), -1.0, "there were no calls lately");
    ask(Ok(1)).expect("the trial");
    assert_eq!(states(&page(NAMES), "r4j::db"), ["closed"]);
    DB.force_open();
    assert_eq!(states(&page(NAMES), "r4j::db"), ["forced_open"]);
}

#[test]
fn durations_are_of_all_kinds_together() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("r4j::durations");
    POINT.record(Verdict::Success, 20 * MS);
    POINT.record(Verdict::Failure, 80 * MS);
    let now = page(NAMES);
    let name = "resilience4j_circuitbreaker_calls_seconds";
    assert_eq!(now.of(&format!("{name}_sum"), &[("name", "r4j::durations")]), 0.1);
    let bucket = [("name", "r4j::durations"), ("le", "0.025")];
    assert_eq!(now.of(&format!("{name}_bucket"), &bucket), 1.0);
    let summary = page(NAMES.summary());
    assert_eq!(summary.types[name], "summary");
}

#[test]
fn what_policies_tell_has_the_kinds_of_resilience4j() {
    let _alone = alone();
    dyno::metrics::enable();
    tell("r4j::told");
    let now = page(NAMES);
    let of = |name, of| kind(&now, name, "r4j::told", of);
    assert_eq!(of("retry_calls_total", "successful_with_retry"), Some(2.0));
    assert_eq!(of("retry_calls_total", "failed_with_retry"), Some(1.0));
    assert_eq!(of("timelimiter_calls_total", "timeout"), Some(3.0));
    assert_eq!(
        of("circuitbreaker_calls_total", "not_permitted"),
        Some(2.0),
        "not the rate limit's"
    );
    assert_eq!(of("circuitbreaker_calls_total", "successful"), None, "no calls are counted");
    assert_eq!(states(&now, "r4j::told"), ["forced_open"]);
    // Of a breaker that has turned nobody away yet, nothing but that it is there.
    let opened = Event::Breaker { from: "closed", to: "open", why: format_args!("by hand") };
    dyno::point::emit("r4j::opened", &opened);
    assert_eq!(states(&page(NAMES), "r4j::opened"), ["open"]);
    // A fuse is no breaker.
    let fault = dyno::Fault::rejected("r4j::fuse", dyno::Reason::FuseOff, None);
    dyno::point::emit("r4j::fuse", &Event::Rejected { fault: &fault });
    assert_eq!(page(NAMES).count("name", "r4j::fuse"), 0);
}
