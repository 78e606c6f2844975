//! What a client is when nobody says anything.

use std::time::Duration;

use dyno::breaker;
use dyno::http::{Client, HeaderName, Statuses};

use crate::support::{MS, SECOND};

#[test]
fn da_01_the_defaults_are_those_of_the_table() {
    let client = Client::new("defaults");
    let settings = client.settings();
    assert_eq!(client.name(), "defaults");
    assert_eq!(settings.timeout, Some(5 * SECOND));
    assert_eq!(settings.retries, 3);
    let retry = dyno::retry::Retry::new(4).backoff(50 * MS..SECOND);
    assert_eq!(format!("{:?}", settings.retry), format!("{retry:?}"));
    assert!(!settings.retry_on_timeout);
    let breaker = breaker::Settings::new().fail_max(5).reset_timeout(10 * SECOND);
    assert_eq!(settings.breaker, Some(breaker));
    assert_eq!(settings.max_open, Some(10));
    assert_eq!(settings.pool_size, 10);
    assert_eq!(settings.connect_timeout, Some(SECOND));
    assert_eq!(settings.expected_in, None);
    assert!(!settings.use_proxy && !settings.balanced);
    // Beyond what dace says.
    assert_eq!((settings.attempt_timeout, settings.redirects), (None, 10));
    assert_eq!(settings.budget, Some(0.2));
    assert!(settings.metrics && !settings.error_for_status && !settings.harness);
    let header = settings.deadline_header.as_ref().map(HeaderName::as_str);
    assert_eq!((header, &settings.idempotency_header), (Some("dyno-timeout"), &None));
    assert_eq!(format!("{:?}", settings.statuses), format!("{:?}", Statuses::DEFAULT));
}

#[test]
fn da_01_each_can_be_said_otherwise() {
    let client = Client::builder("said")
        .timeout(SECOND)
        .attempt_timeout(500 * MS)
        .connect_timeout(100 * MS)
        .retries(1)
        .budget(0.5)
        .retry_on_timeout(true)
        .breaker(breaker::Settings::new().fail_max(2))
        .expected_in(200 * MS)
        .max_open(3)
        .pool_size(4)
        .redirects(0)
        .use_proxy(true)
        .statuses(Statuses::NONE)
        .error_for_status(true)
        .deadline_header(None)
        .metrics(false)
        .build()
        .expect("a client");
    let settings = client.settings();
    assert_eq!((settings.timeout, settings.attempt_timeout), (Some(SECOND), Some(500 * MS)));
    assert_eq!((settings.connect_timeout, settings.retries), (Some(100 * MS), 1));
    assert_eq!((settings.budget, settings.retry_on_timeout), (Some(0.5), true));
    assert_eq!(settings.breaker, Some(breaker::Settings::new().fail_max(2)));
    assert_eq!((settings.expected_in, settings.max_open), (Some(200 * MS), Some(3)));
    assert_eq!((settings.pool_size, settings.redirects), (4, 0));
    assert!(settings.use_proxy && settings.error_for_status && !settings.metrics);
    assert_eq!(settings.deadline_header, None);
}

#[test]
fn contradictions_are_told() {
    let told =
        |builder: dyno::http::Builder| builder.build().expect_err("it cannot be").to_string();
    let new = || Client::builder("wrong");
    for (builder, says) in [
        (new().timeout(Duration::ZERO), "`timeout` must be above zero"),
        (new().attempt_timeout(Duration::ZERO), "`attempt_timeout` must be above zero"),
        (new().connect_timeout(Duration::ZERO), "`connect_timeout` must be above zero"),
        (new().expected_in(Duration::ZERO), "`expected_in` must be above zero"),
        (new().max_open(0), "`max_open` must be at least 1"),
        (new().pool_size(0), "`pool_size` must be at least 1"),
        (new().base("not an URL"), "`base` is no URL"),
        (new().attempt_timeout(6 * SECOND), "`attempt_timeout` must be below `timeout`"),
        (new().expected_in(6 * SECOND), "`expected_in` must be below the time-outs"),
        (new().budget(2.0), "`budget` must be from 0.0001 to 1"),
        (new().retries(0).retry_on_timeout(true), "`retry_on_timeout` is for further attempts"),
        (new().breaker(None).expected_in(SECOND), "`expected_in` is for a breaker"),
    ] {
        let told = told(builder);
        assert!(told.starts_with("http: client \"wrong\": ") && told.contains(says), "{told}");
    }
}
