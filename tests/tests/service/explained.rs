//! All policies that go by a name, and how they stand.

use dyno::breaker::Settings;
use dyno::clock;
use dyno::fault::explain::{Circuit, Rule};
use dyno::retry::Retry;
use dyno::service::{self, Service};

use super::support::{Answer, SECOND, Shop};

#[test]
fn a_service_tells_of_each_of_its_policies() {
    static SERVICE: Service = Service::builder("explained")
        .timeout(std::time::Duration::from_secs(5))
        .attempt_timeout(std::time::Duration::from_secs(1))
        .retry(Retry::new(2))
        .breaker(Settings::new().fail_max(2))
        .bulkhead(3)
        .rate(4, std::time::Duration::from_secs(1))
        .metrics()
        .build();
    assert!(service::explain("explained").is_none(), "nobody knows of it yet");
    let _frozen = clock::freeze();
    let down = SERVICE.list().or(|_| Ok(1)).call(|_| Answer::Err(Shop::Down));
    assert_eq!(down, Ok(1));
    clock::sleep(10 * SECOND);
    let explained = service::explain("explained").expect("it is listed");
    assert_eq!(
        explained.to_string(),
        "explained: the limit is 5s\n\
         explained: the rate is 4/1s, burst 4\n\
         explained: retry: 2 attempts, pauses none\n\
         explained: the breaker is open for 50.0s more; last error: no route to host\n\
         explained: 0 of 3 in flight\n\
         explained: the limit is 1s\n\
         explained: fallback: stood in 1 times, of these 0 for a refusal; failed 0\n\
         explained: metrics: 1 succeeded, 0 failed, 0 rejected, 0 in flight"
    );
    let open = |rule: &Rule| matches!(rule, Rule::Breaker { circuit: Circuit::Open { .. }, .. });
    assert!(explained.rules.iter().any(open));
}

#[dyno::breaker(fail_max = 1, name = "explained-fn")]
#[dyno::bulkhead(7)]
fn price(answer: Answer) -> Answer {
    answer
}

#[test]
fn so_does_a_function_by_the_policies_of_its_attributes() {
    assert!(service::explain("explained-fn").is_none());
    assert_eq!(price(Ok(1)), Ok(1));
    let explained = service::explain("explained-fn").expect("it was called");
    assert_eq!(
        explained.to_string(),
        "explained-fn: the breaker is closed: 0 of 1 failures in a row\n\
         explained-fn: 0 of 7 in flight"
    );
}

#[test]
fn each_target_is_told_of() {
    static SERVICE: Service =
        Service::builder("explained-targets").bulkhead(2).per_target().build();
    assert_eq!(SERVICE.list().call_at("a:80", |_| Answer::Ok(1)), Ok(1));
    let explained = service::explain("explained-targets").expect("it is listed");
    let told = "explained-targets: target: explained-targets[a:80]: 0 of 2 in flight, 0 waiting";
    assert_eq!(explained.to_string(), told);
}
