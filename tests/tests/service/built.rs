//! What is said of a service: at compile time where it can be, and never in vain.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use dyno::balance::Balancer;
use dyno::breaker::{Breaker, Settings};
use dyno::clock;
use dyno::limit::{Bulkhead, Rate};
use dyno::retry::{Budget, Retry};
use dyno::service::{Builder, Service};

use super::support::{MS, SECOND};

static DB: Breaker = Breaker::new("built-db");
static PLACES: Bulkhead = Bulkhead::new("built-places", 3);
static PACE: Rate = Rate::new("built-pace", 7, Duration::from_secs(1));
static BUDGET: Budget = Budget::new();
static TARGETS: Balancer = Balancer::new("built-targets", &["http://a:1"]);

/// All there is to say, in a constant.
static EVERYTHING: Service = Service::builder("built-everything")
    .deadline(Duration::from_secs(3))
    .timeout(Duration::from_secs(2))
    .attempt_timeout(Duration::from_millis(500))
    .retry(Retry::new(3).delay(Duration::from_millis(5)))
    .budget(0.1)
    .retry_on_timeout()
    .breaker(Settings::new().fail_max(3))
    .bulkhead(5)
    .bulkhead_wait(Duration::from_millis(50))
    .bulkhead_queue(7)
    .rate(100, Duration::from_secs(1))
    .rate_burst(10)
    .rate_wait(Duration::from_millis(20))
    .metrics()
    .timing()
    .harness()
    .build();

#[test]
fn all_of_it_can_stand_in_a_constant() {
    let seen = EVERYTHING.snapshot();
    assert_eq!((seen.deadline, seen.timeout), (Some(3 * SECOND), Some(2 * SECOND)));
    assert_eq!((seen.attempts, seen.retry_on_timeout), (3, true));
    assert_eq!(seen.bulkhead_wait, Some(50 * MS));
    let rate = seen.rate.expect("it has one");
    assert_eq!((rate.limit, rate.per, rate.burst, rate.wait), (100, SECOND, 10, 20 * MS));
    let answer: Option<u32> = EVERYTHING.call(|call| Some(call.attempt()));
    assert_eq!(answer, Some(1));
}

#[test]
fn a_snapshot_reads_as_a_line_for_each_policy() {
    static SHOWN: Service = Service::defaults("built-shown").rate(9, SECOND).build();
    let _frozen = clock::freeze();
    let price: Option<u32> = SHOWN.call(|_| Some(995));
    assert_eq!(price, Some(995));
    assert_eq!(
        SHOWN.snapshot().to_string(),
        "built-shown\n  \
         timeout: 5s\n  \
         retry: 4 attempts, pauses 50ms..1s by 2 with jitter Full, budget 100.0 of 100 (0 refused)\n  \
         rate: 9/1s, 8 left\n  \
         breaker: closed, 0 failures of 5 in a row\n  \
         bulkhead: 0 of 10 in flight, 0 waiting\n  \
         calls: 1 succeeded, 0 failed, 0 rejected, 0 in flight"
    );
}

#[test]
fn what_the_policies_of_all_targets_have_in_common_is_told_of_them() {
    static KEYED: Service = Service::builder("built-keyed")
        .breaker(Settings::new())
        .expected_in(MS)
        .bulkhead(10)
        .bulkhead_wait(SECOND)
        .per_target()
        .build();
    let _frozen = clock::freeze();
    let told = "built-keyed\n  \
        breakers: expected in 1ms\n  \
        bulkheads: waiting for 1s at most";
    assert_eq!(KEYED.snapshot().to_string(), told);
    assert_eq!(KEYED.call_at("a:1", |_| Some(1)), Some(1));
    let told = told.to_owned()
        + "\n  built-keyed[a:1]: closed, 0 failures of 5 in a row, 0 of 10 in flight, 0 waiting";
    assert_eq!(KEYED.snapshot().to_string(), told);
}

#[test]
fn what_others_share_is_theirs() {
    let _frozen = clock::freeze();
    let build = || {
        Service::builder("built-sharing")
            .breaker_of(&DB)
            .bulkhead_of(&PLACES)
            .rate_of(&PACE)
            .build()
    };
    let (one, other) = (build(), build());
    assert_eq!(one.call(|_| None::<u8>), None);
    assert_eq!(other.call(|_| None::<u8>), None);
    assert_eq!(DB.snapshot().failures, 2);
    assert_eq!(PACE.snapshot().available, 5);
    assert_eq!(one.snapshot().bulkhead.map(|it| it.limit), Some(3));
}

fn told(make: impl Fn() -> Builder) -> String {
    let panicked = catch_unwind(AssertUnwindSafe(|| make().build())).expect_err("it says nothing");
    let text = panicked.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panicked.downcast_ref::<String>().cloned()).expect("a text")
}

#[test]
fn what_contradicts_itself_or_does_nothing_says_so() {
    let new = || Service::builder("built");
    let keyed = |told: &str, word: &str| {
        assert!(told.contains(word) && told.starts_with("service: "), "{told}");
    };
    keyed(&told(|| Service::builder("")), "the name is empty");
    keyed(&told(move || new().timeout(Duration::ZERO)), "`timeout` must be above zero");
    keyed(&told(move || new().deadline(Duration::ZERO)), "`deadline` must be above zero");
    keyed(&told(move || new().attempt_timeout(Duration::ZERO)), "`attempt_timeout` must be above");
    keyed(&told(move || new().timeout(MS).attempt_timeout(MS)), "must be below `timeout`");
    keyed(&told(move || new().timeout(MS).deadline(MS)), "must be below `deadline`");
    keyed(&told(move || new().attempt_timeout(MS).deadline(MS)), "must be below `deadline`");
    keyed(&told(move || new().retry(Retry::new(1))), "one attempt in all is no retry");
    keyed(&told(move || new().budget(0.2)), "give `retry`");
    keyed(&told(move || new().retry(Retry::new(2)).budget(0.0)), "`budget` must be from");
    keyed(&told(move || new().retry(Retry::new(2)).budget(1.1)), "`budget` must be from");
    let paid = Retry::new(2).budget(&BUDGET);
    keyed(&told(move || new().retry(Retry::new(2).budget(&BUDGET)).budget(0.2)), "two budgets");
    assert_eq!(new().retry(paid).build().snapshot().budget.map(|it| it.capacity), Some(100));
    keyed(&told(move || new().retry_on_timeout()), "give `retry`");
    let again = move || new().retry(Retry::new(2).not_timed_out()).retry_on_timeout();
    keyed(&told(again), "contradicts `not_timed_out`");
    keyed(&told(move || new().expected_in(MS)), "give `breaker`");
    keyed(&told(move || new().breaker_of(&DB).expected_in(MS)), "give `breaker`");
    keyed(&told(move || new().expected_in(Duration::ZERO)), "`expected_in` must be above zero");
    let slower = move || new().breaker(Settings::new()).expected_in(MS).timeout(MS);
    keyed(&told(slower), "must be below the time-outs");
    let slower = move || new().breaker(Settings::new()).expected_in(SECOND).deadline(MS);
    keyed(&told(slower), "must be below the time-outs");
    keyed(&told(move || new().bulkhead(0)), "`bulkhead` must be at least 1");
    keyed(&told(move || new().bulkhead_wait(MS)), "give `bulkhead` before it");
    keyed(&told(move || new().bulkhead(1).bulkhead_wait(Duration::ZERO)), "must be above zero");
    keyed(&told(move || new().bulkhead(1).bulkhead_queue(1)), "give `bulkhead_wait` before it");
    keyed(&told(move || new().bulkhead(1).bulkhead_wait(MS).bulkhead_queue(0)), "at least 1");
    keyed(&told(move || new().rate(0, SECOND)), "`rate` must be of at least 1 call");
    keyed(&told(move || new().rate(1, Duration::ZERO)), "`rate` must be in more than no time");
    keyed(&told(move || new().rate_wait(MS)), "give `rate` before it");
    keyed(&told(move || new().rate_burst(1)), "give `rate` before it");
    keyed(&told(move || new().rate(1, SECOND).rate_burst(0)), "`rate_burst` must be at least 1");
    keyed(&told(move || new().balance(&TARGETS).breaker(Settings::new())), "`Balancer::breaker`");
    keyed(&told(move || new().balance(&TARGETS).breaker_of(&DB)), "`Balancer::breaker`");
    keyed(&told(move || new().defaults().balance(&TARGETS).expected_in(MS)), "`Balancer::breaker`");
    keyed(&told(move || new().per_target()), "there is none");
    keyed(&told(move || new().balance(&TARGETS).per_target()), "there is none");
    keyed(&told(move || new().breaker_of(&DB).bulkhead(1).per_target()), "leave out `per_target`");
    let shared = move || new().breaker(Settings::new()).bulkhead_of(&PLACES).per_target();
    keyed(&told(shared), "leave out `per_target`");
    keyed(&told(move || new().bulkhead(1).targets(9)), "give `per_target`");
    keyed(&told(move || new().bulkhead(1).per_target().targets(0)), "`targets` must be at least 1");
}

#[test]
fn the_default_set_leaves_the_breaker_to_a_balancer() {
    let service = Service::defaults("built-balanced").balance(&TARGETS).build();
    let seen = service.snapshot();
    assert!(seen.breaker.is_none());
    assert_eq!(seen.balancer.map(|it| it.targets.len()), Some(1));
}
