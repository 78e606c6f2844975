//! The scenarios of dace's `fault_tolerant`, each on a thread and in a task.

use std::cell::Cell;
use std::time::Duration;

use dyno::breaker::{Settings, State};
use dyno::harness;
use dyno::retry::Retry;
use dyno::service::{Builder, Service};
use dyno::{Reason, clock};

use super::support::{Answer, DOWN, MS, OK, SECOND, Shop, Step, block_on, both};

#[test]
fn da_01_the_defaults_are_those_of_dace() {
    static DEFAULTS: Service = Service::defaults("da-01").build();
    let seen = DEFAULTS.snapshot();
    assert_eq!(seen.timeout, Some(5 * SECOND));
    assert_eq!((seen.deadline, seen.attempt_timeout, seen.expected_in), (None, None, None));
    assert_eq!((seen.attempts, seen.retry_on_timeout), (4, false));

    let retry = seen.retry.expect("it tries again");
    for _ in 0..100 {
        let pauses: Vec<Duration> = retry.schedule().collect();
        let limits = [50 * MS, 100 * MS, 200 * MS];
        assert_eq!(pauses.len(), limits.len());
        assert!(pauses.iter().zip(limits).all(|(pause, limit)| *pause <= limit), "{pauses:?}");
    }
    assert_eq!(seen.budget_share, Some(0.2));
    assert_eq!(seen.budget.map(|budget| budget.capacity), Some(100));

    let breaker = seen.breaker.expect("it has one");
    assert_eq!((breaker.state, breaker.fail_max), (State::Closed, Some(5)));
    assert_eq!((breaker.reset_timeout, breaker.success_threshold), (10 * SECOND, 1));
    let bulkhead = seen.bulkhead.expect("it has one");
    assert_eq!((bulkhead.limit, seen.bulkhead_wait), (10, None));
    assert!(seen.metrics.is_some() && seen.rate.is_none() && seen.balancer.is_none());
    assert!(seen.targets.is_empty() && !seen.timing && !seen.harness);
}

#[test]
fn da_02_what_goes_well_is_called_once_and_nothing_stands_in() {
    both("da-02", Builder::defaults, |way| {
        let calls = Cell::new(0);
        let answer = way.or(
            |_| {
                calls.set(calls.get() + 1);
                OK
            },
            |why| panic!("{why:?}"),
        );
        assert_eq!((answer, calls.get()), (Ok(995), 1));
        assert_eq!(way.service.snapshot().stood_in.stood_in, 0);
    });
}

#[test]
fn da_04_what_takes_too_long_is_not_waited_for() {
    both(
        "da-04",
        |it| it.timeout(200 * MS),
        |way| {
            let begin = clock::now();
            let answer = way.call(|_| Step(2 * SECOND, Ok(1)));
            if way.is_async() {
                assert!(answer.expect_err("late").fault().is_timed_out());
                let took = begin.elapsed();
                assert!(took >= 200 * MS && took <= 400 * MS, "{took:?}");
            } else {
                // Nobody can end a function from outside: what it returns late is returned.
                assert_eq!((answer, begin.elapsed()), (Ok(1), 2 * SECOND));
            }
        },
    );
}

#[test]
fn da_05_the_limit_is_for_all_attempts_together() {
    both(
        "da-05",
        |it| it.timeout(250 * MS).retry(Retry::retries(3)),
        |way| {
            let begin = clock::now();
            let (calls, answer) = way.attempts(|_| Step(100 * MS, Err(Shop::Down)));
            assert_eq!(calls, 3);
            if way.is_async() {
                assert!(answer.expect_err("late").fault().is_timed_out());
                assert_eq!(begin.elapsed(), 250 * MS);
            } else {
                assert_eq!((answer, begin.elapsed()), (Err(Shop::Down), 300 * MS));
            }
        },
    );
}

#[test]
fn da_07_what_always_fails_is_called_four_times() {
    both("da-07", Builder::defaults, |way| {
        assert_eq!(way.attempts(|_| DOWN), (4, Err(Shop::Down)));
    });
}

#[test]
fn da_08_without_a_retry_there_is_one_attempt() {
    both(
        "da-08",
        |it| it.defaults().no_retry(),
        |way| {
            assert_eq!(way.attempts(|_| DOWN), (1, Err(Shop::Down)));
            assert_eq!(way.service.snapshot().attempts, 1);
        },
    );
}

/// Attempts of 50 ms at most, of which only the last is in time.
fn late_until(way: &super::support::Way, good: u32) -> (u32, Answer) {
    way.attempts(|call| Step(if call.attempt() < good { SECOND } else { MS }, Ok(7)))
}

#[test]
fn da_09_what_a_limit_has_ended_is_not_tried_again() {
    both(
        "da-09",
        |it| it.attempt_timeout(50 * MS).retry(Retry::new(3)),
        |way| {
            if way.is_async() {
                let (calls, answer) = late_until(way, 3);
                assert!(calls == 1 && answer.expect_err("late").fault().is_timed_out());
            }
            // Whoever's limit it was.
            let inner = dyno::Fault::timed_out("database", SECOND);
            let (calls, answer) = way.attempts(|_| Step(MS, Err(inner.clone().into())));
            assert_eq!((calls, answer), (1, Err(inner.into())));
        },
    );
}

#[test]
fn da_10_unless_it_is_to_be() {
    let make = |it: Builder| it.attempt_timeout(50 * MS).retry(Retry::new(3)).retry_on_timeout();
    both("da-10", make, |way| {
        if way.is_async() {
            assert_eq!(late_until(way, 3), (3, Ok(7)));
        }
        let inner = dyno::Fault::timed_out("database", SECOND);
        let (calls, answer) = way.attempts(|_| Step(MS, Err(inner.clone().into())));
        assert_eq!((calls, answer), (3, Err(inner.into())));
    });
}

#[test]
fn da_11_something_stands_in_once_after_all_attempts() {
    both("da-11", Builder::defaults, |way| {
        let (calls, stood_in) = (Cell::new(0), Cell::new(0));
        let answer = way.or(
            |_| {
                calls.set(calls.get() + 1);
                DOWN
            },
            |why| {
                assert!(matches!(why, dyno::Error::Inner(Shop::Down)), "{why:?}");
                stood_in.set(calls.get());
                Ok(500)
            },
        );
        assert_eq!((answer, calls.get(), stood_in.get()), (Ok(500), 4, 4));
        let count = way.service.snapshot().stood_in;
        assert_eq!((count.stood_in, count.refused, count.failed), (1, 0, 0));
    });
}

#[test]
fn da_13_it_stands_in_for_what_dyno_refuses() {
    let refused = |why: dyno::Error<Shop>| match why {
        dyno::Error::Fault(fault) => fault,
        dyno::Error::Inner(error) => panic!("it is dyno's own: {error}"),
    };
    both(
        "da-13-open",
        |it| it.breaker(Settings::new().fail_max(1)),
        |way| {
            assert_eq!(way.call(|_| DOWN), Err(Shop::Down));
            let answer = way.or(
                |_| panic!("it is open"),
                |why| {
                    assert_eq!(refused(why).reason(), Some(Reason::BreakerOpen));
                    Ok(1)
                },
            );
            assert_eq!(answer, Ok(1));
        },
    );
    both(
        "da-13-full",
        |it| it.bulkhead(1),
        |way| {
            let answer = way.call(|_| {
                // Another call from within the only place.
                let inner: Answer = way
                    .service
                    .or(|why| {
                        assert_eq!(refused(why).reason(), Some(Reason::BulkheadFull));
                        Ok(2)
                    })
                    .call(|_| panic!("it is full"));
                Step(MS, inner)
            });
            assert_eq!(answer, Ok(2));
        },
    );
    both(
        "da-13-late",
        |it| it.timeout(200 * MS),
        |way| {
            if way.is_async() {
                let answer = way.or(
                    |_| Step(2 * SECOND, Ok(1)),
                    |why| {
                        assert!(refused(why).is_timed_out());
                        Ok(3)
                    },
                );
                assert_eq!(answer, Ok(3));
                assert_eq!(way.service.snapshot().stood_in.refused, 1);
            }
        },
    );
}

#[test]
fn da_14_what_stands_in_and_fails_keeps_the_first_error_as_its_source() {
    static SERVICE: Service = Service::builder("da-14").build();
    let cause = |answer: Answer| match answer {
        Err(Shop::Failed(failed)) => {
            assert_eq!(failed.error().downcast_ref(), Some(&Shop::NotFound));
            failed.cause().downcast_ref::<Shop>().cloned()
        }
        other => panic!("both are in it: {other:?}"),
    };
    let not_found = |_: &dyno::Error<Shop>| Err(Shop::NotFound);
    let here = SERVICE.or_keeping(not_found).call(|_| Answer::Err(Shop::Down));
    assert_eq!(cause(here), Some(Shop::Down));
    let task = SERVICE.or_keeping(not_found).call_async(async |_| Answer::Err(Shop::Down));
    assert_eq!(cause(block_on(task)), Some(Shop::Down));
    let count = SERVICE.snapshot().stood_in;
    assert_eq!((count.stood_in, count.failed), (2, 2));

    // A type without room has the second one alone.
    let plain = SERVICE.or(|_| Err("not cached")).call(|_| Err::<u32, _>("no answer"));
    assert_eq!(plain, Err("not cached"));
    // And one that has, of dyno's own word, too.
    let _frozen = clock::freeze();
    let refused = dyno::Deadline::within(MS, || {
        clock::sleep(MS);
        SERVICE.or_keeping(|_| Err(Shop::NotFound)).call(|_| Answer::Ok(1))
    });
    let Err(Shop::Failed(failed)) = refused else { panic!("it is spent") };
    let cause: Option<&dyno::Fault> = failed.cause().downcast_ref();
    assert_eq!(cause.and_then(dyno::Fault::reason), Some(Reason::DeadlineSpent));
}

#[test]
fn da_16_after_the_reset_time_out_there_is_exactly_one_trial() {
    let settings = Settings::new().fail_max(2).reset_timeout(10 * SECOND);
    both(
        "da-16",
        |it| it.breaker(settings),
        |way| {
            let open = |way: &super::support::Way| {
                let answer = way.call(|_| panic!("it is open"));
                answer.expect_err("it is open").fault().reason()
            };
            let down = || assert_eq!(way.call(|_| DOWN), Err(Shop::Down));
            down();
            down();
            assert_eq!(open(way), Some(Reason::BreakerOpen));
            clock::sleep(10 * SECOND);
            // One that fails opens it for as long again.
            down();
            assert_eq!(open(way), Some(Reason::BreakerOpen));
            clock::sleep(9999 * MS);
            assert_eq!(open(way), Some(Reason::BreakerOpen));
            clock::sleep(MS);
            // While one is under way there is no other; it goes well, and closes it.
            let trial = way.call(|_| {
                let other: Answer = way.service.call(|_| panic!("there is one trial"));
                assert_eq!(other.expect_err("busy").fault().reason(), Some(Reason::HalfOpenBusy));
                OK
            });
            assert_eq!(trial, Ok(995));
            assert_eq!(way.service.snapshot().breaker.map(|it| it.state), Some(State::Closed));
        },
    );
}

#[test]
fn da_18_a_success_that_is_slower_than_expected_counts_against_the_circuit() {
    let breaker = Settings::new().fail_max(2);
    both(
        "da-18",
        |it| it.breaker(breaker).expected_in(200 * MS),
        |way| {
            // At the limit it is in time.
            assert_eq!(way.call(|_| Step(200 * MS, Ok(1))), Ok(1));
            assert_eq!(way.service.snapshot().breaker.map(|it| it.failures), Some(0));
            // Returned all the same, also by the call that opens it.
            assert_eq!(way.call(|_| Step(201 * MS, Ok(2))), Ok(2));
            assert_eq!(way.call(|_| Step(SECOND, Ok(3))), Ok(3));
            let refused = way.call(|_| panic!("it is open")).expect_err("it is open");
            assert_eq!(refused.fault().reason(), Some(Reason::BreakerOpen));
        },
    );
}

#[test]
fn da_19_however_long_a_success_takes_it_is_one() {
    both(
        "da-19",
        |it| it.breaker(Settings::new().fail_max(1)),
        |way| {
            for _ in 0..10 {
                assert_eq!(way.call(|_| Step(3600 * SECOND, Ok(1))), Ok(1));
            }
            assert_eq!(way.service.snapshot().breaker.map(|it| it.state), Some(State::Closed));
        },
    );
}

#[test]
fn da_26_what_fails_is_reported_under_the_name_of_the_service() {
    both(
        "da-26",
        |it| it.harness().retry(Retry::new(2)),
        |way| {
            let name = way.service.name();
            assert!(harness::of(name).is_none());
            assert_eq!(way.call(|_| OK), Ok(995));
            assert_eq!(way.attempts(|_| DOWN), (2, Err(Shop::Down)));
            let history = harness::of(name).expect("it has failed");
            assert_eq!(history.counts().failed, 1);
            let last = history.last().expect("one is kept");
            assert_eq!(last.to_string(), format!("{name} failed: no route to host"));
        },
    );
}
