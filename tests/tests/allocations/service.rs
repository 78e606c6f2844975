//! A call of a service that goes well allocates nothing, whatever policies it has.

use std::future::ready;
use std::time::Duration;

use dyno::Fault;
use dyno::balance::Balancer;
use dyno::breaker::Settings;
use dyno::retry::Retry;
use dyno::service::Service;

use super::{of_many, of_many_async};

static TARGETS: Balancer =
    Balancer::new("allocations-targets", &["http://a:1", "http://b:2", "http://c:3"]);

static PLAIN: Service = Service::builder("allocations-plain").build();

static DEFAULTS: Service = Service::defaults("allocations-defaults").build();

static EVERYTHING: Service = Service::builder("allocations-everything")
    .deadline(Duration::from_secs(20))
    .timeout(Duration::from_secs(10))
    .attempt_timeout(Duration::from_secs(5))
    .retry(Retry::new(3))
    .budget(0.2)
    .balance(&TARGETS)
    .bulkhead(10)
    .bulkhead_wait(Duration::from_secs(1))
    .rate(1_000_000, Duration::from_secs(1))
    .metrics()
    .timing()
    .harness()
    .build();

static PER_TARGET: Service = Service::builder("allocations-per-target")
    .breaker(Settings::new())
    .bulkhead(10)
    .per_target()
    .build();

#[test]
fn a_call_of_a_service() {
    for service in [&PLAIN, &DEFAULTS, &EVERYTHING] {
        let call = |x| service.call(|call| Ok::<_, Fault>(6 + u64::from(call.attempt()) + x));
        assert_eq!(of_many(|x| call(x).expect("it goes well")), 0, "{service:?}");
        let task = |x| async move {
            let answer =
                service.call_async(|call| ready(Ok::<_, Fault>(6 + u64::from(call.attempt()) + x)));
            answer.await.expect("it goes well")
        };
        assert_eq!(of_many_async(task), 0, "{service:?}");
    }
}

#[test]
fn a_call_of_a_service_for_a_target() {
    let call = |x| PER_TARGET.call_at("a:80", |_| Ok::<_, Fault>(7 + x)).expect("it goes well");
    assert_eq!(of_many(call), 0);
    let task = |x| async move {
        let answer = PER_TARGET.call_async_at("a:80", |_| ready(Ok::<_, Fault>(7 + x)));
        answer.await.expect("it goes well")
    };
    assert_eq!(of_many_async(task), 0);
}

#[test]
fn a_call_of_a_service_for_which_nothing_stands_in() {
    let call = |x| {
        let answer = DEFAULTS.or(|_| Ok::<_, Fault>(0)).call(|_| Ok(7 + x));
        answer.expect("it goes well")
    };
    assert_eq!(of_many(call), 0);
}
