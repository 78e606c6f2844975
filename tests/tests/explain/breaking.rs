//! Breakers and fuses.

use dyno::breaker::{self, Breaker, Fuse, Rule as OwnRule, Seen, Settings};
use dyno::clock;
use dyno::fault::explain::{Circuit, Opened, Rule};
use dyno::{Fault, Reason, Verdict};

use crate::{MS, SECOND, fail, rule, text, turned_away};

fn why(fault: &Fault) -> Opened {
    match rule(fault) {
        Rule::Breaker { circuit: Circuit::Open { why: Some(why), .. }, .. } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn failures_in_a_row_and_how_long_it_is_open_still() {
    let frozen = clock::freeze();
    let db = Breaker::new("db").fail_max(5).reset_timeout(SECOND * 15);
    fail(&db, 5, "no route to host");
    frozen.advance(6_800 * MS);
    let fault = turned_away(&db);
    assert!(matches!(why(&fault), Opened::Failures { in_a_row: 5, limit: Some(5), .. }));
    let Rule::Breaker { retry_after, last_error, .. } = rule(&fault) else { panic!("{fault}") };
    assert_eq!(retry_after, Some(8_200 * MS));
    assert_eq!(last_error.as_deref(), Some("no route to host"));
    assert_eq!(
        text(&fault),
        "db: the breaker is open for 8.2s more: 5 failures in a row, the limit is 5; \
         last error: no route to host"
    );
    assert_eq!(rule(&fault).source_text().as_deref(), Some("no route to host"));
    assert_eq!(rule(&fault).retry_after(), Some(8_200 * MS));
}

#[test]
fn it_speaks_of_the_moment_when_it_refused_and_not_of_now() {
    let frozen = clock::freeze();
    let db = Breaker::new("db").fail_max(2);
    fail(&db, 2, "first outage");
    let fault = turned_away(&db);
    let before = text(&fault);
    frozen.advance(SECOND * 30);
    db.change(|settings| settings.fail_max(9));
    db.reset();
    assert_eq!(text(&fault), before);
    fail(&db, 9, "second outage");
    assert_eq!(text(&fault), before);
    assert!(matches!(why(&turned_away(&db)), Opened::Failures { in_a_row: 9, limit: Some(9), .. }));
}

#[test]
fn a_clone_and_a_fault_on_another_thread_say_the_same() {
    let _frozen = clock::freeze();
    let db = Breaker::new("db").fail_max(1);
    fail(&db, 1, "down");
    let fault = turned_away(&db);
    let here = text(&fault);
    assert_eq!(std::thread::spawn(move || text(&fault.clone())).join().expect("no panic"), here);
}

#[test]
fn a_failure_rate_has_its_numbers() {
    let _frozen = clock::freeze();
    let db = Breaker::new("db").window_calls(10).failure_rate(0.5).min_calls(10);
    for _ in 0..4 {
        db.acquire().expect("closed").success();
    }
    fail(&db, 6, "down");
    let fault = turned_away(&db);
    match why(&fault) {
        Opened::FailureRate { failures: 6, calls: 10, limit, .. } => assert_eq!(limit, 0.5),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        text(&fault),
        "db: the breaker is open for 60.0s more: 6 of 10 calls failed, the limit is 50%; \
         last error: down"
    );
}

#[test]
fn a_rate_of_slow_calls_has_its_numbers() {
    let frozen = clock::freeze();
    let rates = Settings::new().slow(SECOND).slow_rate(0.8).window_calls(5).min_calls(5);
    let db = Breaker::new("db").with(rates);
    for time in [0, 2, 2, 2, 2] {
        let permit = db.acquire().expect("closed");
        frozen.advance(SECOND * time);
        permit.success();
    }
    let fault = turned_away(&db);
    match why(&fault) {
        Opened::SlowRate { slow: 4, calls: 5, limit, .. } => assert_eq!(limit, 0.8),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        text(&fault),
        "db: the breaker is open for 60.0s more: 4 of 5 calls were slow, the limit is 80%; \
         last error: too slow"
    );
}

#[test]
fn a_late_success_tells_by_how_much() {
    let frozen = clock::freeze();
    let db = Breaker::new("db").fail_max(1).expected_in(200 * MS);
    let permit = db.acquire().expect("closed");
    frozen.advance(312 * MS);
    permit.success();
    assert_eq!(
        text(&turned_away(&db)),
        "db: the breaker is open for 60.0s more: 1 failure, the limit is 1; \
         last error: took 312.0ms, was expected in 200.0ms"
    );
}

struct Hopeless;
impl OwnRule for Hopeless {
    fn name(&self) -> &'static str {
        "nothing but failures"
    }
    fn opens(&self, seen: &Seen) -> bool {
        seen.failures >= 2
    }
}

#[test]
fn a_rule_of_ones_own_is_named() {
    let _frozen = clock::freeze();
    let db = Breaker::new("db").rule(&Hopeless);
    fail(&db, 2, "down");
    let fault = turned_away(&db);
    assert!(matches!(why(&fault), Opened::Rule { name: "nothing but failures", .. }));
    assert_eq!(
        text(&fault),
        "db: the breaker is open for 60.0s more: nothing but failures; last error: down"
    );
}

#[test]
fn trials_that_failed_or_were_too_slow() {
    let frozen = clock::freeze();
    let db = Breaker::new("db").fail_max(1).slow(SECOND);
    fail(&db, 1, "down");
    frozen.advance(SECOND * 60);
    fail(&db, 1, "still down");
    let fault = turned_away(&db);
    assert!(matches!(why(&fault), Opened::TrialsFailed { failures: 1, .. }));
    assert_eq!(
        text(&fault),
        "db: the breaker is open for 60.0s more: the trial failed; last error: still down"
    );
    frozen.advance(SECOND * 60);
    let trial = db.acquire().expect("the trial");
    frozen.advance(SECOND * 2);
    trial.success();
    assert_eq!(why(&turned_away(&db)), Opened::SlowTrial);

    let judged = Settings::new().success_threshold(3).success_rate(0.6).trials(3);
    let db = Breaker::new("db").with(judged);
    db.half_open();
    fail(&db, 2, "down");
    assert!(matches!(why(&turned_away(&db)), Opened::TrialsFailed { failures: 2, .. }));
}

#[test]
fn by_hand_tells_where_that_was_said() {
    let _frozen = clock::freeze();
    let db = Breaker::new("db").reset_timeout(std::time::Duration::MAX);
    db.trip();
    let line = line!() - 1;
    let fault = turned_away(&db);
    let Opened::ByHand { at, .. } = why(&fault) else { panic!("{fault}") };
    assert!(at.file().ends_with("breaking.rs"), "{at}");
    assert_eq!(at.line(), line);
    let told = format!("db: the breaker is open until it is reset: by hand, {}:{line}", at.file());
    assert_eq!(text(&fault), told);
    assert_eq!(fault.last_error(), None, "no error has done it");

    db.force_open();
    let line = line!() - 1;
    let fault = turned_away(&db);
    assert_eq!(fault.reason(), Some(Reason::ForcedOpen));
    match rule(&fault) {
        Rule::Breaker { circuit: Circuit::ForcedOpen { at: Some(at), .. }, .. } => {
            assert_eq!(at.line(), line);
        }
        other => panic!("{other:?}"),
    }
    let told = format!("db: the breaker is held open by hand: {}:{line}", at.file());
    assert_eq!(text(&fault), told);
}

#[test]
fn one_that_starts_open_knows_of_nobody() {
    let _frozen = clock::freeze();
    let db = Breaker::new("db").starts(breaker::State::Open);
    assert_eq!(text(&turned_away(&db)), "db: the breaker is open for 60.0s more");
}

#[test]
fn trials_under_way_and_when_the_next_may_be() {
    let frozen = clock::freeze();
    let db =
        Breaker::new("db").fail_max(1).trials(2).success_threshold(2).probe_timeout(SECOND * 5);
    fail(&db, 1, "down");
    frozen.advance(SECOND * 60);
    let _trials = (db.acquire().expect("one"), db.acquire().expect("another"));
    frozen.advance(SECOND);
    let fault = turned_away(&db);
    assert_eq!(fault.reason(), Some(Reason::HalfOpenBusy));
    match rule(&fault) {
        Rule::Breaker { circuit: Circuit::HalfOpen { trials: 2, permits: 2, .. }, .. } => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(
        text(&fault),
        "db: the breaker is half-open: 2 of 2 trials under way, the next in 4.0s at the latest; \
         last error: down"
    );
}

#[test]
fn a_share_of_the_calls_while_it_recovers() {
    let frozen = clock::freeze();
    let db = Breaker::new("db").fail_max(1).recover(&[0.000_001, 0.5]).reset_timeout(SECOND * 40);
    fail(&db, 1, "down");
    frozen.advance(SECOND * 40);
    db.acquire().expect("the trial").success();
    frozen.advance(SECOND * 5);
    // One of a million may pass.
    let fault = (0..3).find_map(|_| db.acquire().err()).expect("most do not");
    assert_eq!(fault.reason(), Some(Reason::Recovering));
    match rule(&fault) {
        Rule::Breaker { circuit: Circuit::Recovering { share, .. }, .. } => {
            assert_eq!(share, 0.000_001);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        text(&fault),
        "db: the breaker is recovering: 0.0001% of the calls pass, more in 15.0s; last error: down"
    );
}

#[test]
fn a_fuse_knows_who_has_thrown_it() {
    static SEARCH: Fuse = Fuse::new("explain-search");
    static SAME: Fuse = Fuse::new("explain-search");
    let off = Fuse::new("explain-off").off();
    let fault = off.check().expect_err("off");
    assert_eq!(rule(&fault), off.explain());
    assert_eq!(text(&fault), "explain-off: the fuse is off");

    SEARCH.list().trip();
    let line = line!() - 1;
    for fuse in [&SEARCH, SAME.list()] {
        let fault = fuse.check().expect_err("off");
        match rule(&fault) {
            Rule::Fuse { on: false, switched: Some(at), .. } => assert_eq!(at.line(), line),
            other => panic!("{other:?}"),
        }
        let told = text(&fault);
        assert!(told.starts_with("explain-search: the fuse is off, switched by "), "{told}");
        assert!(told.ends_with(&format!("breaking.rs:{line}")), "{told}");
    }
    let fault = SEARCH.check().expect_err("off");
    SEARCH.reset();
    assert!(text(&fault).ends_with(&format!("breaking.rs:{line}")), "as it was then");
    assert!(SEARCH.explain().to_string().starts_with("the fuse is on, switched by "));
}

/// In a process of its own: what others have kept is forgotten with it.
#[test]
fn what_is_forgotten_is_not_told_and_the_rest_is() {
    let itself = std::env::current_exe().expect("this test");
    let alone = ["--exact", "breaking::forgets", "--ignored", "--nocapture"];
    let ended = std::process::Command::new(itself).args(alone).output().expect("it runs");
    let told = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && told.contains("1 passed"), "{told}");
}

#[test]
#[ignore = "run by the test above"]
fn forgets() {
    let _frozen = clock::freeze();
    let db = Breaker::new("db").fail_max(1);
    fail(&db, 1, "down");
    let fault = turned_away(&db);
    for _ in 0..300 {
        Breaker::new("other").trip();
    }
    assert_eq!(text(&fault), "db: the breaker is open for 60.0s more");
}

#[test]
fn the_call_that_opens_it_may_return_the_same() {
    let _frozen = clock::freeze();
    let db = Breaker::new("db").fail_max(1).trip_error(breaker::TripError::Rejected);
    let permit = db.acquire().expect("closed");
    let report = breaker::Report::new(&|f| f.write_str("down"));
    let fault = permit.settle(Verdict::Failure, &report).expect("it opens it");
    assert_eq!(
        text(&fault),
        "db: the breaker is open for 60.0s more: 1 failure, the limit is 1; last error: down"
    );
}
