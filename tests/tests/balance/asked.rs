//! Targets that are asked for with each call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dyno::balance::{Balancer, Target, TargetError, Tried};
use dyno::breaker::Settings;
use dyno::clock::freeze;
use dyno::{Fault, Reason};

use super::support::{A, B, SEC, ask, in_flight, picks, seen};

fn trip(balancer: &Balancer, url: &str) {
    let all = balancer.members();
    let member = all.iter().find(|member| member.target().url() == url).expect("it is known");
    member.breaker().trip();
}

#[expect(clippy::unnecessary_wraps, reason = "one that could fail")]
fn alternating() -> Result<(&'static str, String), TargetError> {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let host = ASKED.fetch_add(1, Ordering::Relaxed) % 2 + 1;
    Ok(("http", format!("10.0.0.{host}:80")))
}

#[test]
fn da_23_a_function_that_alternates_gives_each_of_two_its_half() {
    static PRICES: Balancer = Balancer::by("alternates", &alternating);
    let urls: Vec<_> = (0..4).map(|_| ask(&PRICES)).collect();
    assert_eq!(urls, [A, B, A, B]);
    assert_eq!(picks(&PRICES), [2, 2]);
    assert_eq!(seen(&PRICES, B).state, "closed");
}

#[test]
fn da_25_a_function_that_fails_fails_the_call() {
    let balancer = Balancer::from_fn("prices", || Err::<Target, _>("the registry is away"));
    let fault = balancer.pick(&Tried::new()).expect_err("nobody");
    assert!(matches!(&fault, Fault::NoTarget { point, message, .. }
        if *point == "prices" && *message == "the registry is away"));
    assert_eq!(fault.to_string(), "prices: no target to call: the registry is away");
    let nonsense = Balancer::from_fn("prices", || Ok::<_, TargetError>("http://"));
    let fault = nonsense.pick(&Tried::new()).expect_err("nobody");
    assert_eq!(
        fault.to_string(),
        "prices: no target to call: `http://` is no target: it has no host; write `http://10.0.0.1:80`"
    );
}

#[test]
fn a_function_that_panics_does_so_to_its_caller_and_harms_nobody() {
    let calm = Arc::new(AtomicUsize::new(0));
    let asked = calm.clone();
    let balancer = Balancer::from_fn("prices", move || {
        assert!(asked.load(Ordering::Relaxed) > 0, "a bad day");
        Ok::<_, TargetError>(A)
    });
    let picking = std::panic::AssertUnwindSafe(|| balancer.pick(&Tried::new()).map(drop));
    assert!(std::panic::catch_unwind(picking).is_err());
    calm.store(1, Ordering::Relaxed);
    assert_eq!(ask(&balancer), A);
    assert_eq!(in_flight(&balancer), 0);
}

#[test]
fn what_is_out_is_asked_for_once_more_for_each_target_known() {
    let frozen = freeze();
    let count = Arc::new(AtomicUsize::new(0));
    let asked = count.clone();
    let settings = Settings::new().reset_timeout(SEC);
    let balancer = Balancer::from_fn("prices", move || {
        let at = asked.fetch_add(1, Ordering::Relaxed);
        Ok::<_, TargetError>([A, B][at % 2])
    })
    .breaker(settings);
    assert_eq!((ask(&balancer), ask(&balancer)), (A.to_owned(), B.to_owned()));
    trip(&balancer, A);
    assert_eq!((ask(&balancer), ask(&balancer)), (B.to_owned(), B.to_owned()));
    trip(&balancer, B);
    let before = count.load(Ordering::Relaxed);
    let fault = balancer.pick(&Tried::new()).expect_err("both are out");
    assert_eq!((fault.reason(), fault.retry_after()), (Some(Reason::BreakerOpen), Some(SEC)));
    assert_eq!(count.load(Ordering::Relaxed) - before, 3);
    frozen.advance(SEC);
    assert!([A, B].contains(&ask(&balancer).as_str()));
}

#[test]
fn what_is_out_says_when_the_first_of_those_asked_may_be_tried() {
    let frozen = freeze();
    let count = AtomicUsize::new(0);
    let balancer = Balancer::from_fn("first", move || {
        Ok::<_, TargetError>([A, B][count.fetch_add(1, Ordering::Relaxed) % 2])
    })
    .breaker(Settings::new().reset_timeout(60 * SEC));
    for _ in 0..3 {
        ask(&balancer);
    }
    trip(&balancer, A);
    frozen.advance(59 * SEC);
    trip(&balancer, B);
    // B, A and B are asked for.
    let fault = balancer.pick(&Tried::new()).expect_err("both are out");
    assert_eq!(fault.retry_after(), Some(SEC));
    frozen.advance(SEC);
    assert_eq!(ask(&balancer), A);
}

#[test]
fn what_has_been_tried_is_asked_for_once_more() {
    static OTHERS: Balancer = Balancer::by("others", &|| {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        // A, A, B, B, …
        Ok::<_, TargetError>([A, A, B, B][ASKED.fetch_add(1, Ordering::Relaxed) % 4])
    });
    let balancer = Balancer::from_fn("same", || Ok::<_, TargetError>(A));
    let tried = Tried::new();
    for _ in 0..2 {
        assert_eq!(balancer.pick(&tried).expect("a target").target().url(), A);
    }
    let tried = Tried::new();
    let mut urls = Vec::new();
    for _ in 0..2 {
        urls.push(OTHERS.pick(&tried).expect("a target").target().url().to_owned());
    }
    assert_eq!(urls, [A, B]);
}

#[test]
fn of_many_that_are_named_some_are_known() {
    let count = Arc::new(AtomicUsize::new(0));
    let asked = count.clone();
    let balancer = Balancer::from_fn("many", move || {
        let at = asked.fetch_add(1, Ordering::Relaxed);
        Ok::<_, TargetError>(format!("http://host{at}:80"))
    });
    let held = balancer.pick(&Tried::new()).expect("a target");
    ask(&balancer);
    trip(&balancer, "http://host1:80");
    for _ in 0..3000 {
        ask(&balancer);
        assert!(balancer.targets().len() <= 1025);
    }
    let known = balancer.targets();
    let has = |url: &str| known.iter().any(|target| target.url() == url);
    assert!(has("http://host0:80") && has("http://host1:80"), "one in flight, and one that is out");
    held.success();
}

#[test]
#[should_panic(expected = "the targets of asked-not-set are what a function says")]
fn what_a_function_says_is_not_set_by_hand() {
    static PRICES: Balancer = Balancer::by("asked-not-set", &alternating);
    let _ = PRICES.add(A);
}
