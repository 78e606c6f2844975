//! Deadlines and limits of time.

use std::time::Duration;

use dyno::fault::explain::Rule;
use dyno::limit::{Bulkhead, Rate};
use dyno::pool::Pool;
use dyno::timeout::timeout;
use dyno::{Deadline, Fault, Reason, clock};

use crate::{MS, SECOND, rule, text};

#[test]
fn a_deadline_that_has_passed_says_how_long_ago() {
    static IO: Pool = Pool::new("explain-spent");
    let frozen = clock::freeze();
    let db = Bulkhead::new("db", 1).wait(SECOND);
    let _place = db.acquire().expect("one");
    Deadline::within(100 * MS, || {
        frozen.advance(130 * MS);
        for (fault, name) in [
            (Deadline::check("sum").expect_err("spent"), "sum"),
            (timeout(SECOND).named("ask").run(|| ()).expect_err("spent"), "ask"),
            (timeout(SECOND).named("ask").run_on_pool(|| ()).expect_err("spent"), "ask"),
            (timeout(SECOND).named("ask").run_on(&IO, || ()).expect_err("spent"), "ask"),
            (IO.run(|| ()).expect_err("spent"), "explain-spent"),
            (db.acquire().expect_err("spent"), "db"),
        ] {
            assert_eq!(fault.reason(), Some(Reason::DeadlineSpent));
            let Rule::Deadline { left, passed, needed, .. } = rule(&fault) else {
                panic!("{fault}")
            };
            assert_eq!((left, passed, needed), (Duration::ZERO, Some(30 * MS), None), "{name}");
            let told = format!("{name}: the deadline is spent: it had passed 30.0ms ago");
            assert_eq!(text(&fault), told);
        }
    });
}

#[test]
fn so_does_one_that_a_task_was_polled_under() {
    let frozen = clock::freeze();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let limited = timeout(SECOND).named("ask").run_async(async {});
    let spent = Deadline::within_async(100 * MS, async {
        frozen.advance(105 * MS);
        limited.await
    });
    let fault = runtime.block_on(spent).expect_err("spent");
    assert_eq!(text(&fault), "ask: the deadline is spent: it had passed 5.0ms ago");
}

#[test]
fn one_that_leaves_too_little_says_what_was_needed() {
    let _frozen = clock::freeze();
    let api = Rate::new("api", 1, SECOND).wait(SECOND * 5);
    api.acquire().expect("the first");
    let fault = Deadline::within(300 * MS, || api.acquire().expect_err("too late"));
    let Rule::Deadline { left, passed, needed, .. } = rule(&fault) else { panic!("{fault}") };
    assert_eq!((left, passed, needed), (300 * MS, None, Some(SECOND)));
    assert_eq!(fault.retry_after(), Some(SECOND));
    assert_eq!(text(&fault), "api: the deadline is spent: 300.0ms were left, and 1.0s needed");
}

#[test]
fn a_time_out_has_its_limit_and_what_was_waited() {
    let _frozen = clock::freeze();
    let fault = timeout(250 * MS)
        .named("ping")
        .run_on_pool(|| clock::sleep(SECOND))
        .expect_err("it is late");
    let Rule::TimeOut { limit, elapsed, .. } = rule(&fault) else { panic!("{fault}") };
    assert_eq!(limit, 250 * MS);
    assert!(elapsed >= Some(250 * MS), "{elapsed:?}");
    let fault = Fault::timed_out_late("ping", 250 * MS, 312 * MS);
    assert_eq!(text(&fault), "ping: no answer within 250ms, waited 312.0ms");
}
