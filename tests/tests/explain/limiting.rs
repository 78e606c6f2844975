//! Bulkheads, pools and rates.

use std::sync::mpsc;

use dyno::clock;
use dyno::fault::explain::Rule;
use dyno::limit::{Bulkhead, Rate};
use dyno::pool::Pool;
use dyno::{Deadline, Fault, Reason};

use crate::{MS, SECOND, rule, text};

#[test]
fn a_bulkhead_has_its_places() {
    let db = Bulkhead::new("db", 2);
    let places = (db.acquire().expect("one"), db.acquire().expect("another"));
    let fault = db.try_acquire().expect_err("full");
    drop(places);
    let Rule::Bulkhead { limit, in_flight, waiting, queue, waited, retry_after, .. } = rule(&fault)
    else {
        panic!("{fault}")
    };
    assert_eq!((limit, in_flight, waiting, queue), (2, 2, 0, 0));
    assert_eq!((waited, retry_after), (Some(std::time::Duration::ZERO), None));
    assert_eq!(text(&fault), "db: the bulkhead is full: 2 of 2 in flight");
}

#[test]
fn more_may_be_in_flight_than_now_may_be() {
    let db = Bulkhead::new("db", 3);
    let _places: Vec<_> = (0..3).map(|_| db.acquire().expect("a place")).collect();
    db.resize(2);
    let fault = db.acquire().expect_err("full");
    assert_eq!(text(&fault), "db: the bulkhead is full: 3 of 2 in flight");
}

#[test]
fn a_wait_in_vain_tells_how_long_it_was() {
    let _frozen = clock::freeze();
    let db = Bulkhead::new("db", 1).wait(50 * MS).queue(5);
    let _place = db.acquire().expect("one");
    let fault = db.acquire().expect_err("full");
    let Rule::Bulkhead { waiting, queue, waited, .. } = rule(&fault) else { panic!("{fault}") };
    assert_eq!((waiting, queue, waited), (0, 5, Some(50 * MS)));
    assert_eq!(
        text(&fault),
        "db: the bulkhead is full: 1 of 1 in flight, 0 of 5 waiting, waited 50.0ms"
    );
}

#[test]
fn so_does_that_of_a_task_and_the_deadline_may_end_it() {
    let _frozen = clock::freeze();
    let db = Bulkhead::new("db", 1).wait(SECOND);
    let _place = db.acquire().expect("one");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let waits = Deadline::within_async(30 * MS, async { db.acquire_async().await.map(drop) });
    let fault = runtime.block_on(waits).expect_err("full");
    let Rule::Bulkhead { waited, .. } = rule(&fault) else { panic!("{fault}") };
    assert_eq!(waited, Some(30 * MS));
}

#[test]
fn a_queue_that_is_full_says_how_many_wait() {
    static DB: Bulkhead = Bulkhead::new("db", 1).wait(SECOND).queue(2);
    let frozen = clock::freeze().manual();
    let place = DB.acquire().expect("one");
    let waiting: Vec<_> = (0..2).map(|_| dyno::spawn(|| DB.acquire().map(drop))).collect();
    frozen.wait_for_sleepers(2);
    let fault = DB.acquire().expect_err("no room");
    assert_eq!(text(&fault), "db: the bulkhead is full: 1 of 1 in flight, 2 of 2 waiting");
    drop(place);
    for waiting in waiting {
        waiting.join().expect("no panic").expect("in");
    }
}

#[test]
fn it_says_how_long_a_place_lately_took() {
    let frozen = clock::freeze();
    let db = Bulkhead::new("db", 1);
    for _ in 0..2 {
        let place = db.acquire().expect("one");
        assert!(db.acquire().is_err());
        frozen.advance(120 * MS);
        drop(place);
    }
    let _place = db.acquire().expect("one");
    let fault = db.acquire().expect_err("full");
    assert_eq!(rule(&fault).retry_after(), Some(120 * MS));
    assert_eq!(text(&fault), "db: the bulkhead is full: 1 of 1 in flight, a place in some 120.0ms");
}

#[test]
fn a_pool_is_a_bulkhead_of_threads() {
    static IO: Pool = Pool::new("explain-io").size(1).queue(1);
    let (end, ended) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let body = move || {
        tell.send(()).unwrap_or_default();
        ended.recv().unwrap_or_default();
    };
    let hangs = dyno::spawn(move || IO.run(body));
    told.recv().expect("at work");
    let frozen = clock::freeze().manual();
    let waits = dyno::spawn(|| Deadline::within(SECOND, || IO.run(|| ())));
    frozen.wait_for_sleepers(1);
    let fault = IO.run(|| ()).expect_err("no room");
    assert_eq!(fault.reason(), Some(Reason::BulkheadFull));
    assert_eq!(text(&fault), "explain-io: the bulkhead is full: 1 of 1 in flight, 1 of 1 waiting");
    frozen.advance(SECOND);
    let fault = waits.join().expect("no panic").expect_err("no thread in time");
    assert_eq!(
        text(&fault),
        "explain-io: the bulkhead is full: 1 of 1 in flight, 0 of 1 waiting, waited 1.0s"
    );
    drop(end);
    hangs.join().expect("no panic").expect("it ends");
}

#[test]
fn a_rate_has_its_numbers_and_when_the_next_may_come() {
    let frozen = clock::freeze();
    let api = Rate::new("api", 100, SECOND).burst(20);
    api.try_acquire_many(20).expect("a burst");
    frozen.advance(4 * MS);
    let fault = api.acquire().expect_err("early");
    let Rule::Rate { calls, per, burst, waiting, next_in, .. } = rule(&fault) else {
        panic!("{fault}")
    };
    assert_eq!((calls, per, burst, waiting), (100, SECOND, 20, 0));
    assert_eq!(next_in, Some(6 * MS));
    assert_eq!(
        text(&fault),
        "api: the rate limit is reached: 100/1s, burst 20, next permit in 6.0ms"
    );
}

#[test]
fn a_rate_that_was_changed_and_those_who_wait_for_it() {
    static API: Rate = Rate::new("api", 1, SECOND).wait(SECOND);
    let frozen = clock::freeze().manual();
    API.acquire().expect("the first");
    let waits = dyno::spawn(|| API.acquire());
    frozen.wait_for_sleepers(1);
    let fault = API.acquire().expect_err("its turn would come too late");
    assert_eq!(
        text(&fault),
        "api: the rate limit is reached: 1/1s, burst 1, 1 waiting, next permit in 2.0s"
    );
    API.change(2, SECOND);
    let fault = API.try_acquire().expect_err("others wait");
    let Rule::Rate { calls, burst, waiting, .. } = rule(&fault) else { panic!("{fault}") };
    assert_eq!((calls, burst, waiting), (2, 2, 1));
    frozen.advance(SECOND);
    assert_eq!(waits.join().expect("no panic"), Ok(()));
}

#[test]
fn a_fault_of_ones_own_is_told_as_far_as_it_is_known() {
    let fault = Fault::rejected("mine", Reason::BudgetSpent, Some(SECOND));
    assert!(matches!(rule(&fault), Rule::Unknown { reason: Reason::BudgetSpent, .. }));
    assert_eq!(text(&fault), "mine: the retry budget is spent, try again in 1.0s");
    let fault = Fault::rejected("mine", Reason::Shed, None);
    assert_eq!(text(&fault), "mine: the call was shed");
    for reason in [Reason::BreakerOpen, Reason::BulkheadFull, Reason::RateLimited] {
        let fault = Fault::rejected("mine", reason, None);
        assert_eq!(text(&fault), format!("mine: {reason}"));
    }
}
