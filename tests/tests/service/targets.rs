//! State by target, and balancers.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use dyno::balance::{Balancer, Policy, Target};
use dyno::breaker::{Settings, State};
use dyno::retry::Retry;
use dyno::service::Service;
use dyno::{Fault, Reason, clock};

use super::support::{Answer, DOWN, OK, Shop, Step, both};

#[test]
fn a_target_is_told_to_what_is_called() {
    let service = Service::builder("targets-told").bulkhead(1).per_target().build();
    let target: Arc<Target> = Arc::new("http://10.0.0.1:8080".parse().expect("a target"));
    let told = service
        .call_at(&target, |call| Answer::Ok(u32::from(call.target().map_or(0, Target::port))));
    assert_eq!(told, Ok(8080));
    // A text is a key, and no target.
    let told =
        service.call_at("10.0.0.1:8080", |call| Answer::Ok(u32::from(call.target().is_some())));
    assert_eq!(told, Ok(0));
}

#[test]
fn so_many_targets_are_kept_at_most() {
    let service = Service::builder("targets-kept")
        .breaker(Settings::new())
        .bulkhead(1)
        .per_target()
        .targets(8)
        .build();
    for host in 0..1000 {
        let host = host.to_string();
        assert_eq!(service.call_at(&host, |_| Answer::Ok(1)), Ok(1));
    }
    let seen = service.snapshot().targets.len();
    assert!(seen <= 16, "{seen}");
}

#[test]
fn another_attempt_goes_to_another_target() {
    static TARGETS: Balancer =
        Balancer::new("targets-another", &["http://a:1", "http://b:2", "http://c:3"]);
    both(
        "targets-another",
        |it| it.balance(&TARGETS).retry(Retry::new(3)),
        |way| {
            let mut called = HashSet::new();
            let (calls, answer) = way.attempts(|call| {
                called.insert(call.target().expect("one is chosen").authority().to_owned());
                DOWN
            });
            assert_eq!((calls, answer, called.len()), (3, Err(Shop::Down), 3));
        },
    );
}

#[test]
fn each_target_of_a_balancer_has_its_own_places() {
    static TARGETS: Balancer =
        Balancer::new("targets-places", &["http://a:1", "http://b:2"]).policy(Policy::RoundRobin);
    let service =
        Service::builder("targets-places").balance(&TARGETS).bulkhead(1).per_target().build();
    // One place each: two calls within one another are made, the third is refused.
    let answer = service.call(|one| {
        service.call(|other| {
            assert_ne!(one.target(), other.target());
            let third: Answer = service.call(|_| panic!("both are taken"));
            assert_eq!(third.expect_err("full").fault().reason(), Some(Reason::BulkheadFull));
            Answer::Ok(1)
        })
    });
    assert_eq!(answer, Ok(1));
    let places = service.snapshot().targets;
    assert_eq!(places.len(), 2);
    assert!(places.iter().all(|it| it.bulkhead.is_some_and(|it| it.in_flight == 0)));
}

#[test]
fn one_caller_goes_to_one_target() {
    static TARGETS: Balancer =
        Balancer::new("targets-sticky", &["http://a:1", "http://b:2", "http://c:3"]);
    let service = Service::builder("targets-sticky").balance(&TARGETS).build();
    let mut of_all = HashSet::new();
    for user in 0..50 {
        let user = format!("user-{user}");
        let called = |_| {
            let mut called = String::new();
            let answer = service.at(&user).call(|call| {
                called = call.target().expect("one is chosen").to_string();
                Answer::Ok(1)
            });
            assert_eq!(answer, Ok(1));
            called
        };
        let own: HashSet<String> = (0..5).map(called).collect();
        assert_eq!(own.len(), 1);
        of_all.extend(own);
    }
    assert_eq!(of_all.len(), 3);
}

#[test]
fn targets_that_are_all_out_are_refused_and_not_tried_again() {
    let breaker = Settings::new().fail_max(1);
    let make = |it: dyno::service::Builder| {
        let balancer = Balancer::new("targets-out", &["http://a:1"]).breaker(breaker);
        it.balance(Box::leak(Box::new(balancer))).retry(Retry::new(5))
    };
    both("targets-out", make, |way| {
        let (calls, answer) = way.attempts(|_| DOWN);
        assert_eq!(calls, 1);
        let refused = answer.expect_err("it is out");
        assert_eq!(refused.fault().reason(), Some(Reason::BreakerOpen));
        clock::sleep(refused.fault().retry_after().expect("it is known"));
        assert_eq!(way.call(|_| OK), Ok(995));
        let states = way.service.snapshot().balancer.expect("it has one").targets;
        assert_eq!(states[0].state, "closed");
    });
}

#[test]
fn that_there_is_nobody_to_call_is_no_failure_of_who_needs_one() {
    fn nobody() -> Result<String, Shop> {
        Err(Shop::Down)
    }
    static NOBODY: Balancer = Balancer::by("targets-nobody", &nobody);
    static WITHIN: Service = Service::builder("targets-nobody-within").balance(&NOBODY).build();
    both(
        "targets-nobody",
        |it| it.retry(Retry::new(3)).breaker(Settings::new().fail_max(1)),
        |way| {
            let (calls, answer) = way.attempts(|_| {
                // The error forwards what is in it, and nothing but its source is left.
                Step(Duration::ZERO, WITHIN.call(|_| Answer::Ok(1)))
            });
            assert!(matches!(answer, Err(Shop::Dyno(Fault::NoTarget { .. }))), "{answer:?}");
            let seen = way.service.snapshot().breaker.expect("it has one");
            assert_eq!((calls, seen.state, seen.failures), (1, State::Closed, 0));
        },
    );
}

#[test]
fn what_is_asked_in_vain_says_so() {
    static TARGETS: Balancer = Balancer::new("targets-vain", &["http://a:1"]);
    let told = |service: Service, call: fn(&Service)| {
        let panicked = catch_unwind(AssertUnwindSafe(|| call(&service))).expect_err("in vain");
        panicked.downcast_ref::<String>().cloned().expect("a text")
    };
    let keyed = Service::builder("targets-vain").bulkhead(1).per_target().build();
    let text = told(keyed, |it| assert!(it.call(|_| Some(1)).is_some()));
    assert!(text.contains("use `call_at`"), "{text}");
    let plain = Service::builder("targets-vain").bulkhead(1).build();
    let text = told(plain, |it| assert!(it.call_at("a:1", |_| Some(1)).is_some()));
    assert!(text.contains("make it `per_target()`"), "{text}");
    let balanced = Service::builder("targets-vain").balance(&TARGETS).build();
    let text = told(balanced, |it| {
        let target: Arc<Target> = Arc::new("http://b:2".parse().expect("a target"));
        assert!(it.call_at(&target, |_| Some(1)).is_some());
    });
    assert!(text.contains("its balancer chooses the target"), "{text}");
}
