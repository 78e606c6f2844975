//! The scenarios of dace's `fault_tolerant` that are about targets.

use dyno::Reason;
use dyno::balance::{Balancer, Policy};
use dyno::breaker::{Settings, State};
use dyno::clock;
use dyno::retry::Retry;
use dyno::service::{Builder, Service};

use super::support::{Answer, OK, Shop, block_on, both};

#[test]
fn da_17_a_target_that_is_down_does_not_take_the_others_along() {
    static SERVICE: Service =
        Service::builder("da-17").breaker(Settings::new().fail_max(1)).per_target().build();
    let _frozen = clock::freeze();
    let ok = |at: &str| SERVICE.call_at(at, |_| Answer::Ok(1));
    assert_eq!(SERVICE.call_at("a:80", |_| Answer::Err(Shop::Down)), Err(Shop::Down));
    let refused = ok("a:80").expect_err("it is open");
    assert_eq!(
        refused.to_string(),
        "da-17[a:80]: the breaker is open, try again in 60.0s (last error: no route to host)"
    );
    assert_eq!((ok("b:80"), ok("c:80")), (Ok(1), Ok(1)));
    let task = |at: &'static str| block_on(SERVICE.call_async_at(at, async |_| Answer::Ok(2)));
    assert!(task("a:80").is_err());
    assert_eq!(task("b:80"), Ok(2));
    let seen = SERVICE.snapshot();
    let states: Vec<_> =
        seen.targets.iter().map(|it| (&*it.name, it.breaker.as_ref().map(|it| it.state))).collect();
    let (open, closed) = (Some(State::Open), Some(State::Closed));
    assert_eq!(states, [("da-17[a:80]", open), ("da-17[b:80]", closed), ("da-17[c:80]", closed)]);
}

#[test]
fn da_20_each_target_has_its_own_places() {
    static SERVICE: Service = Service::builder("da-20").bulkhead(10).per_target().build();
    // Each call makes the next one from within its place.
    fn nested(at: &'static str, depth: u32) -> Answer {
        SERVICE.call_at(at, |_| if depth == 0 { Ok(0) } else { nested(at, depth - 1) })
    }
    assert_eq!(nested("a:80", 9), Ok(0));
    let full = nested("a:80", 10).expect_err("there are ten places");
    assert_eq!(full.fault().reason(), Some(Reason::BulkheadFull));
    let other = SERVICE.call_at("a:80", |_| nested("b:80", 9));
    assert_eq!(other, Ok(0));
    let seen = SERVICE.snapshot();
    let of_a = seen.targets.iter().find(|it| it.name == "da-20[a:80]").expect("it was called");
    let places = of_a.bulkhead.expect("it has some");
    assert_eq!((places.limit, places.in_flight, places.turned_away), (10, 0, 1));
}

#[test]
fn da_23_a_balancer_that_alternates_has_each_called_half_the_time() {
    static TARGETS: Balancer =
        Balancer::new("da-23", &["http://a:8001", "https://b:8002"]).policy(Policy::RoundRobin);
    both(
        "da-23",
        |it| it.balance(&TARGETS),
        |way| {
            let mut called = Vec::new();
            for _ in 0..4 {
                let answer = way.call(|call| {
                    let target = call.target().expect("one is chosen");
                    called.push((target.scheme().to_owned(), target.authority().to_owned()));
                    OK
                });
                assert_eq!(answer, Ok(995));
            }
            let of = |scheme: &str, host: &str| {
                called.iter().filter(|(s, h)| s == scheme && h == host).count()
            };
            assert_eq!((of("http", "a:8001"), of("https", "b:8002")), (2, 2), "{called:?}");
        },
    );
}

#[test]
fn da_25_a_balancer_that_fails_is_a_failure_for_which_something_stands_in() {
    fn nobody() -> Result<&'static str, &'static str> {
        Err("the registry is empty")
    }
    let make = |it: Builder| {
        let balancer = Balancer::from_fn("da-25", nobody);
        it.balance(Box::leak(Box::new(balancer))).retry(Retry::new(3))
    };
    both("da-25", make, |way| {
        let refused = way.call(|_| panic!("there is nobody")).expect_err("there is nobody");
        assert!(matches!(refused.fault(), dyno::Fault::NoTarget { .. }), "{refused}");
        assert!(refused.to_string().ends_with("the registry is empty"), "{refused}");
        assert_eq!(way.or(|_| panic!("there is nobody"), |_| Ok(4)), Ok(4));
    });
}
