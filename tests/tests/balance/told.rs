//! What a balancer tells, and what can be seen of it.

use std::sync::{Arc, Mutex};

use dyno::Verdict;
use dyno::balance::{Balancer, Policy, Tried};
use dyno::breaker::{Report, Settings};
use dyno::clock::{self, freeze};
use dyno::metrics;
use dyno::point::{self, Event};
use dyno::timing;

use super::support::{A, B, MS, SEC, ask, fail, order, pick};

const QUICK: Settings = Settings::new().fail_max(2).reset_timeout(SEC);

#[test]
fn leaving_and_returning_are_told() {
    let frozen = freeze();
    metrics::enable();
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    let _observing = point::observe(move |point: &str, event: &Event<'_>| {
        if point.starts_with("told") {
            heard.lock().expect("whole").push(format!("{point}: {event}"));
        }
    });
    let balancer = Balancer::new("told", &[A, B]).policy(Policy::RoundRobin).breaker(QUICK);
    for _ in 0..4 {
        let pick = pick(&balancer);
        if pick.target().url() == A { pick.failure() } else { pick.success() }
    }
    assert_eq!(order(&balancer, 2), "BB");
    frozen.advance(SEC);
    assert_eq!(ask(&balancer), A);
    assert_eq!(
        *told.lock().expect("whole"),
        [
            "told/10.0.0.1:80: breaker closed -> open: 2 failures in a row",
            "told: http://10.0.0.1:80 is out",
            "told/10.0.0.1:80: breaker open -> half-open: 1.0s have passed",
            "told/10.0.0.1:80: breaker half-open -> closed: the trial succeeded",
            "told: http://10.0.0.1:80 is back after 1.0s",
        ]
    );
    let policies = metrics::of("told").expect("it told").total.policies;
    assert_eq!((policies.ejected, policies.returned), (1, 1));
}

#[test]
fn a_refusal_is_told_once_and_asking_is_not() {
    let _frozen = freeze();
    metrics::enable();
    let balancer = Balancer::new("refuses", &[A, B]).breaker(QUICK);
    balancer.members().iter().for_each(|one| one.breaker().trip());
    // Who finds out that they have opened meanwhile is turned away by each.
    assert!(balancer.pick(&Tried::new()).is_err());
    let each = || {
        let of = |name| metrics::of(name).map_or(0, |seen| seen.total.policies.rejected.total());
        [of("refuses"), of("refuses/10.0.0.1:80"), of("refuses/10.0.0.2:80")]
    };
    assert_eq!(each(), [1, 1, 1]);
    for _ in 0..5 {
        assert!(balancer.pick(&Tried::new()).is_err());
    }
    assert_eq!(each(), [6, 1, 1]);
}

#[test]
fn what_is_seen_is_a_table() {
    let frozen = freeze();
    let targets: &[_] = &["http://10.0.0.1:80 weight=3", "http://prices.internal:8080"];
    let balancer = Balancer::new("prices", targets).policy(Policy::RoundRobin).breaker(QUICK);
    let first = pick(&balancer);
    clock::sleep(20 * MS);
    first.success();
    for _ in 0..2 {
        let tried = Tried::new();
        let pick = balancer.pick(&tried).expect("a target");
        let pick =
            if pick.target().port() == 80 { balancer.pick(&tried).expect("another") } else { pick };
        pick.settle(Verdict::Failure, &Report::NOTHING);
    }
    let _held = pick(&balancer);
    let table = "\
prices (round-robin)         state   weight  in flight  latency  failing  picks  failures
http://10.0.0.1:80           closed       3          1   20.0ms     0.0%      3         0
http://prices.internal:8080  open         1          0        -    23.4%      2         2";
    assert_eq!(balancer.snapshot().to_string(), table);
    frozen.advance(SEC);
    while balancer.snapshot().out > 0 {
        ask(&balancer);
    }
    let seen = balancer.snapshot().to_string();
    assert!(seen.contains("closed, warming up") && seen.contains("10.0% of 1"), "{seen}");
}

#[test]
fn what_is_seen_can_be_written() {
    let _frozen = freeze();
    let balancer = Balancer::new("written", &[A]);
    ask(&balancer);
    let written = serde_json::to_value(balancer.snapshot()).expect("it is plain");
    assert_eq!(written["policy"], "p2c");
    assert_eq!(written["targets"][0]["url"], A);
    assert_eq!(written["targets"][0]["picks"], 1);
}

#[test]
fn it_is_found_by_its_name() {
    static LISTED: Balancer = Balancer::new("listed-balancer", &[A]);
    assert!(Balancer::named("listed-balancer").is_none());
    LISTED.list().list();
    let found = Balancer::named("listed-balancer").expect("it is listed");
    assert!(std::ptr::eq(found, &raw const LISTED));
    let all = Balancer::all();
    assert_eq!(all.iter().filter(|one| std::ptr::eq(**one, &raw const LISTED)).count(), 1);
    assert_eq!(format!("{LISTED:?}"), "Balancer(listed-balancer, p2c, 0 targets)");
    ask(&LISTED);
    assert_eq!(format!("{LISTED:?}"), "Balancer(listed-balancer, p2c, 1 targets)");
}

#[test]
fn a_recording_has_a_mark_of_what_was_told() {
    let _frozen = freeze();
    let balancer = Balancer::new("marks", &[A, B]).breaker(QUICK);
    let ((), tree) = timing::record("request", || {
        fail(&balancer, A);
    });
    let report = tree.to_string();
    assert!(report.contains("marks: http://10.0.0.1:80 is out"), "{report}");
}
