//! What the limit of the whole call ends: the attempt under way is a failure of the dependency.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use dyno::balance::Balancer;
use dyno::breaker::{Settings, State};
use dyno::retry::Retry;
use dyno::service::Service;
use dyno::{Deadline, Reason, clock};

use super::support::{Answer, MS, SECOND, Shop, block_on, leaked, overhear};

fn hanging(service: &Service) -> Answer {
    block_on(service.call_async(async |_| pending::<Answer>().await))
}

#[test]
fn what_hangs_opens_the_breaker_behind_the_limit_of_the_call() {
    static SERVICE: Service = Service::defaults("late-open").build();
    let _frozen = clock::freeze();
    for _ in 0..5 {
        assert!(hanging(&SERVICE).expect_err("late").fault().is_timed_out());
    }
    let refused = hanging(&SERVICE).expect_err("it is open");
    assert_eq!(refused.fault().reason(), Some(Reason::BreakerOpen));
    assert_eq!(refused.fault().last_error().as_deref(), Some("late-open: no answer within 5s"));
    let seen = SERVICE.snapshot();
    assert_eq!(seen.bulkhead.map(|it| it.in_flight), Some(0));
    let total = seen.metrics.expect("it counts").total;
    assert_eq!((total.failures, total.rejected.breaker_open), (5, 1));
}

#[test]
fn a_target_that_hangs_is_out() {
    static TARGETS: Balancer = Balancer::new("late-targets", &["http://a:1", "http://b:2"])
        .breaker(Settings::new().fail_max(1));
    let service = Service::builder("late-balanced").timeout(SECOND).balance(&TARGETS).build();
    let _frozen = clock::freeze();
    assert!(hanging(&service).is_err());
    let states: Vec<_> = TARGETS.snapshot().targets.iter().map(|it| it.state).collect();
    assert_eq!(states.iter().filter(|it| **it == "open").count(), 1);
}

#[test]
fn it_is_told_of_once_and_the_retry_hears_of_it() {
    let service = Service::builder("late-told")
        .timeout(SECOND)
        .retry(Retry::new(3))
        .retry_on_timeout()
        .breaker(Settings::new())
        .build();
    let _frozen = clock::freeze();
    let (_watching, heard) = overhear("late-told");
    assert!(hanging(&service).is_err());
    assert_eq!(
        *heard.lock().expect("held briefly"),
        [
            "gave up after 1 attempt: the deadline would pass first",
            "timed out after 1.0s, the limit being 1s",
        ]
    );
}

#[test]
fn one_that_is_cancelled_by_others_says_nothing() {
    let service = Service::builder("late-cancelled")
        .timeout(60 * SECOND)
        .breaker(Settings::new().fail_max(1))
        .build();
    let _frozen = clock::freeze();
    // A limit further out is not of the service.
    let outer = dyno::timeout::timeout(SECOND);
    let ended = block_on(outer.run_async(service.call_async(async |_| pending::<Answer>().await)));
    assert!(ended.expect_err("late").is_timed_out());
    let seen = service.snapshot().breaker.expect("it has one");
    assert_eq!((seen.state, seen.failures), (State::Closed, 0));
}

#[test]
fn an_answer_that_is_there_at_the_last_look_is_no_failure() {
    let service =
        Service::builder("late-ready").timeout(SECOND).breaker(Settings::new().fail_max(1)).build();
    let _frozen = clock::freeze();
    // At the very moment, when the limit wakes the task as well: what is there is not late.
    let answer = block_on(service.call_async(async |_| {
        clock::sleep_async(SECOND).await;
        Answer::Ok(1)
    }));
    let seen = service.snapshot().breaker.expect("it has one");
    assert_eq!((answer, seen.state, seen.failures), (Ok(1), State::Closed, 0));
}

#[test]
fn what_waits_for_its_place_is_no_failure_of_the_dependency() {
    let service: &'static Service = Box::leak(Box::new(
        Service::builder("late-waiting")
            .timeout(SECOND)
            .breaker(Settings::new().fail_max(1))
            .bulkhead(1)
            .bulkhead_wait(Duration::MAX)
            .build(),
    ));
    let _frozen = clock::freeze();
    let place = service.enter_bulkhead(None).expect("it is free");
    let late = block_on(service.call_async(async |_| Answer::Ok(1)));
    assert!(late.is_err());
    drop(place);
    let seen = service.snapshot();
    assert_eq!(seen.breaker.map(|it| (it.state, it.failures)), Some((State::Closed, 0)));
    assert_eq!(seen.bulkhead.map(|it| (it.in_flight, it.waiting)), Some((0, 0)));
}

#[test]
fn a_service_within_another_is_ended_by_the_outer_one() {
    let build = |name: &str, limit| {
        Service::builder(leaked(name.to_owned()))
            .timeout(limit)
            .breaker(Settings::new().fail_max(1))
            .build()
    };
    let (outer, inner) = (build("late-outer", SECOND), build("late-inner", 60 * SECOND));
    let _frozen = clock::freeze();
    let answer = block_on(
        outer.call_async(async |_| inner.call_async(async |_| pending::<Answer>().await).await),
    );
    assert_eq!(answer.expect_err("late").to_string(), "late-outer: no answer within 1s");
    let state = |service: &Service| service.snapshot().breaker.map(|it| it.state);
    // Whose limit it was takes it for a failure; the other one was cancelled.
    assert_eq!((state(&outer), state(&inner)), (Some(State::Open), Some(State::Closed)));
}

#[test]
fn what_a_late_call_held_is_gone_when_that_is_told() {
    let service = Service::builder("late-held").timeout(SECOND).build();
    let _frozen = clock::freeze();
    let held = Arc::new(());
    let answer = block_on(service.call_async(|_| {
        let held = held.clone();
        async move {
            pending::<()>().await;
            drop(held);
            Answer::Ok(1)
        }
    }));
    assert!(answer.is_err());
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn the_limit_is_the_deadline_of_all_that_is_called() {
    let service =
        Service::builder("late-carried").timeout(SECOND).attempt_timeout(400 * MS).build();
    let _frozen = clock::freeze();
    let left = |left: Option<Duration>| {
        left.ok_or(Shop::Down).map(|left| u32::try_from(left.as_millis()).expect("it is short"))
    };
    assert_eq!(service.call(|call| left(call.remaining())), Ok(400));
    let task = service.call_async(async |_| left(Deadline::current().map(Deadline::remaining)));
    assert_eq!(block_on(task), Ok(400));
    let nearer = Deadline::within(100 * MS, || service.call(|call| left(call.remaining())));
    assert_eq!(nearer, Ok(100));
}
