//! The order of the layers, from the outside in: each is shown to be around those after it.
//!
//! deadline > metrics > timing > fallback > harness > limit of the whole call > rate > retry > balance
//! > breaker > bulkhead > limit of the attempt > call.

use std::cell::Cell;

use dyno::breaker::{Breaker, Settings, State};
use dyno::retry::Retry;
use dyno::service::{Builder, Service};
use dyno::{Deadline, Reason, clock, harness, timing};

use super::support::{Answer, DOWN, MS, OK, SECOND, Shop, Step, Way, block_on, both, overhear};

fn everything(it: &Builder) -> Builder {
    it.deadline(10 * SECOND)
        .timeout(5 * SECOND)
        .attempt_timeout(SECOND)
        .retry(Retry::new(3))
        .breaker(Settings::new().fail_max(3).reset_timeout(60 * SECOND))
        .bulkhead(2)
        .rate(3, 60 * SECOND)
        .metrics()
        .timing()
        .harness()
}

/// What a call is in while it is made.
#[test]
fn within_the_call_all_of_them_are_in_force() {
    both(
        "order-within",
        |it| everything(&it),
        |way| {
            let service = way.service;
            let answer = way.call(|call| {
                let seen = service.snapshot();
                // The innermost limit is the soonest.
                assert_eq!(call.remaining(), Some(SECOND));
                assert_eq!(seen.metrics.map(|it| it.in_flight), Some(1));
                assert_eq!(seen.bulkhead.map(|it| it.in_flight), Some(1));
                assert_eq!(seen.rate.map(|it| it.available), Some(2));
                if call.attempt() < 3 { DOWN } else { OK }
            });
            assert_eq!(answer, Ok(995));
            let seen = service.snapshot();
            // One call, one turn of the rate, three attempts at the breaker.
            let counted = seen.metrics.expect("it counts");
            assert_eq!(
                (counted.total.successes, counted.total.failures, counted.in_flight),
                (1, 0, 0)
            );
            assert_eq!(seen.rate.map(|it| it.available), Some(2));
            assert_eq!(seen.breaker.map(|it| it.failures), Some(0));
            assert_eq!(seen.bulkhead.map(|it| it.in_flight), Some(0));
        },
    );
}

/// All that is inside of the layer which refuses is left alone.
fn untouched(service: &Service) -> (u32, u32, u64) {
    let seen = service.snapshot();
    let rate = seen.rate.map_or(0, |it| it.available);
    let failures = seen.breaker.map_or(0, |it| it.failures);
    (rate, failures, seen.bulkhead.map_or(0, |it| it.turned_away))
}

fn under_a_spent_deadline(way: &Way, or: impl FnOnce(dyno::Error<Shop>) -> Answer) -> Answer {
    Deadline::within(MS, || {
        clock::sleep(MS);
        way.or(|_| panic!("there is no time left"), or)
    })
}

#[test]
fn the_deadline_is_outside_of_the_metrics() {
    both(
        "order-deadline",
        |it| everything(&it),
        |way| {
            let answer = under_a_spent_deadline(way, |_| Ok(1));
            assert_eq!(answer, Ok(1));
            let seen = way.service.snapshot().metrics.expect("it counts");
            let total = seen.total;
            let counted = [total.successes, total.failures, total.ignored, total.rejected.total()];
            assert_eq!((counted, seen.in_flight), ([0; 4], 0));
            assert_eq!(untouched(way.service), (3, 0, 0));
        },
    );
}

#[test]
fn the_metrics_are_outside_of_what_stands_in_and_that_of_the_harness() {
    both(
        "order-fallback",
        |it| everything(&it),
        |way| {
            assert_eq!(way.or(|_| DOWN, |_| Ok(1)), Ok(1));
            let seen = way.service.snapshot();
            // What stood in is what was counted, and the error was reported all the same.
            let total = seen.metrics.expect("it counts").total;
            assert_eq!((total.successes, total.failures, seen.stood_in.stood_in), (1, 0, 1));
            let reported = harness::of(way.service.name()).expect("it has failed");
            assert_eq!(reported.counts().failed, 1);
            // One report for the three attempts: it is outside of the retry.
            assert_eq!(seen.breaker.map(|it| it.state), Some(State::Open));
        },
    );
}

#[test]
fn the_span_is_around_all_but_the_metrics() {
    both(
        "order-timing",
        |it| everything(&it),
        |way| {
            let name = way.service.name();
            let (answer, tree) = timing::record("request", || way.or(|_| DOWN, |_| Ok(1)));
            assert_eq!(answer, Ok(1));
            let told: Vec<String> =
                tree.iter().map(|node| node.name().replace(name, "it")).collect();
            assert_eq!(
                told,
                [
                    "request",
                    "it",
                    "it: attempt 1 failed, trying again at once",
                    "it: attempt 2 failed, trying again at once",
                    "it: breaker closed -> open: 3 failures in a row",
                    "it: gave up after 3 attempts: no more are allowed",
                    "it: failed, a fallback stands in",
                ]
            );
            let span = tree.find(name).expect("there is one");
            assert_eq!(tree.children(span).count(), 5, "all of it happened within");
        },
    );
}

#[test]
fn the_limit_of_the_call_is_outside_of_the_rate() {
    both(
        "order-limit",
        |it| everything(&it).no_metrics(),
        |way| {
            let service = Service::builder("order-limit-inner").timeout(SECOND).rate(1, SECOND);
            let service = service.rate_wait(60 * SECOND).build();
            assert_eq!(service.call(|_| Answer::Ok(1)), Ok(1));
            // There is a turn in a second, and not that long.
            let refused: Answer = service.call(|_| Ok(2));
            assert_eq!(refused.expect_err("late").fault().reason(), Some(Reason::DeadlineSpent));
            assert_eq!(untouched(way.service), (3, 0, 0));
        },
    );
}

#[test]
fn a_spent_deadline_refuses_a_service_that_has_no_limit() {
    both(
        "order-spent",
        |it| it.rate(3, SECOND).bulkhead(1).metrics().harness(),
        |way| {
            let refused = Deadline::within(MS, || {
                clock::sleep(MS);
                way.call(|_| panic!("there is no time left"))
            });
            let refused = refused.expect_err("it is spent");
            assert_eq!(refused.fault().reason(), Some(Reason::DeadlineSpent));
            assert_eq!(
                refused.to_string(),
                format!("{}: the deadline is spent", way.service.name())
            );
            let total = way.service.snapshot().metrics.expect("it counts").total;
            assert_eq!((total.rejected.deadline_spent, total.failures), (1, 0));
            let reported = harness::of(way.service.name()).expect("it was refused");
            assert_eq!(reported.counts().rejected, 1);
            assert_eq!(untouched(way.service), (3, 0, 0));
            assert_eq!(under_a_spent_deadline(way, |_| Ok(1)), Ok(1));
        },
    );
    both(
        "order-nothing",
        |it| it,
        |way| {
            let refused = Deadline::within(MS, || {
                clock::sleep(MS);
                way.call(|_| panic!("there is no time left"))
            });
            assert_eq!(refused.expect_err("spent").fault().reason(), Some(Reason::DeadlineSpent));
        },
    );
}

#[test]
fn the_rate_is_outside_of_the_retry() {
    both(
        "order-rate",
        |it| it.rate(1, SECOND).retry(Retry::new(5)),
        |way| {
            assert_eq!(way.attempts(|_| DOWN), (5, Err(Shop::Down)));
            let (_watching, heard) = overhear(way.service.name());
            let refused = way.call(|_| panic!("one a second")).expect_err("one a second");
            assert_eq!(refused.fault().reason(), Some(Reason::RateLimited));
            // Nothing is told of attempts: there was none.
            let heard = heard.lock().expect("held briefly");
            assert_eq!(heard.len(), 1, "{heard:?}");
            assert!(heard[0].starts_with("rejected: "), "{heard:?}");
        },
    );
}

#[test]
fn the_retry_is_outside_of_the_breaker_which_it_does_not_try_again() {
    let breaker = Settings::new().fail_max(2);
    both(
        "order-breaker",
        |it| it.retry(Retry::new(5)).breaker(breaker).bulkhead(1),
        |way| {
            // Every attempt is one at the breaker; the third is refused, so that it is none.
            let (_watching, heard) = overhear(way.service.name());
            let (calls, answer) = way.attempts(|_| DOWN);
            assert_eq!(calls, 2);
            assert_eq!(answer.expect_err("open").fault().reason(), Some(Reason::BreakerOpen));
            let heard = heard.lock().expect("held briefly");
            assert!(heard.last().is_some_and(|it| it.starts_with("rejected: ")), "{heard:?}");
            assert_eq!(untouched(way.service).2, 0);
        },
    );
}

#[test]
fn the_breaker_is_outside_of_the_bulkhead_which_is_no_failure() {
    let breaker = Settings::new().fail_max(1);
    both(
        "order-bulkhead",
        |it| it.breaker(breaker).bulkhead(1).retry(Retry::new(5)),
        |way| {
            let answer = way.call(|_| {
                let (calls, full) = way_nested(way);
                assert_eq!(
                    (calls, full.expect_err("full").fault().reason()),
                    (0, Some(Reason::BulkheadFull))
                );
                OK
            });
            assert_eq!(answer, Ok(995));
            let seen = way.service.snapshot();
            assert_eq!(seen.breaker.map(|it| (it.state, it.failures)), Some((State::Closed, 0)));
            assert_eq!(untouched(way.service).2, 1, "turned away once: it is not tried again");
        },
    );
}

#[test]
fn what_stands_in_for_a_refusal_is_what_is_counted() {
    both(
        "order-stood-in",
        |it| it.rate(1, SECOND).metrics(),
        |way| {
            assert_eq!(way.call(|_| OK), Ok(995));
            assert_eq!(way.or(|_| panic!("one a second"), |_| Ok(1)), Ok(1));
            assert_eq!(
                way.or(|_| panic!("one a second"), |_| Err(Shop::NotFound)),
                Err(Shop::NotFound)
            );
            let total = way.service.snapshot().metrics.expect("it counts").total;
            assert_eq!((total.successes, total.failures, total.rejected.total()), (2, 1, 0));
        },
    );
}

#[test]
fn a_retry_further_in_leaves_a_further_attempt_at_one() {
    both(
        "order-nested",
        |it| it.retry(Retry::new(3)),
        |way| {
            let inner = Service::builder("order-nested-inner").retry(Retry::new(3)).build();
            let calls = Cell::new(0);
            let answer = way.call(|_| {
                let within = inner.call(|_| {
                    calls.set(calls.get() + 1);
                    Answer::Err(Shop::Down)
                });
                Step(MS, within)
            });
            // Three of the first attempt, and one of each further one.
            assert_eq!((answer, calls.get()), (Err(Shop::Down), 5));
        },
    );
}

#[test]
fn one_that_is_open_and_full_says_that_it_is_open() {
    static OPEN: Breaker = Breaker::new("order-open");
    both(
        "order-both",
        |it| it.breaker_of(&OPEN).bulkhead(1),
        |way| {
            OPEN.reset();
            let answer = way.call(|_| {
                OPEN.trip();
                let (calls, refused) = way_nested(way);
                let reason = refused.expect_err("both").fault().reason();
                assert_eq!((calls, reason), (0, Some(Reason::BreakerOpen)));
                OK
            });
            assert_eq!(answer, Ok(995));
            assert_eq!(untouched(way.service).2, 0, "nobody has asked for a place");
        },
    );
}

#[test]
fn the_harness_is_outside_of_the_limit_of_the_call() {
    both(
        "order-harness",
        |it| it.timeout(SECOND).harness(),
        |way| {
            if way.is_async() {
                assert!(way.call(|_| Step(2 * SECOND, Ok(1))).is_err());
                let reported = harness::of(way.service.name()).expect("it was late");
                assert_eq!(reported.counts().timed_out, 1);
            }
        },
    );
}

/// A call from within another: on this thread, as a runtime is under way in a task.
fn way_nested(way: &Way) -> (u32, Answer) {
    let calls = Cell::new(0);
    let answer = way.service.call(|_| {
        calls.set(calls.get() + 1);
        Ok(1)
    });
    (calls.get(), answer)
}

#[test]
fn the_bulkhead_is_outside_of_the_limit_of_the_attempt() {
    static WAITING: Service = Service::builder("order-waiting")
        .bulkhead(1)
        .bulkhead_wait(std::time::Duration::from_secs(60))
        .attempt_timeout(std::time::Duration::from_secs(1))
        .build();
    let _frozen = clock::freeze();
    // The second waits for longer than an attempt may take, and is in time.
    let (one, other) = block_on(async {
        let call = |takes| {
            WAITING.call_async(move |_| async move {
                clock::sleep_async(takes).await;
                Answer::Ok(1)
            })
        };
        let hold = async {
            let _place = WAITING.enter_bulkhead(None).expect("it is free");
            clock::sleep_async(5 * SECOND).await;
        };
        futures_util::join!(hold, call(900 * MS))
    });
    assert_eq!((one, other), ((), Ok(1)));
}

#[test]
fn the_breaker_is_outside_of_the_limit_of_the_attempt() {
    let make = |it: Builder| it.breaker(Settings::new().fail_max(1)).attempt_timeout(SECOND);
    both("order-attempt", make, |way| {
        if way.is_async() {
            let late = way.call(|_| Step(2 * SECOND, Ok(1))).expect_err("late");
            assert!(late.fault().is_timed_out());
            let refused = way.call(|_| panic!("it is open")).expect_err("it is open");
            let name = way.service.name();
            let told = format!("{name}: no answer within 1s");
            assert_eq!(refused.fault().last_error().as_deref(), Some(&*told));
        }
    });
}
