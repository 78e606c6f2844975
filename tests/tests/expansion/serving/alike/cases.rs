//! What each set of policies makes of calls, in all ways alike.

use super::*;

#[test]
fn one_that_goes_well() {
    check(goes_well::ways(), &[OK], ["1; 1 attempts, 0 ms"; 2], calls(1));
}

#[test]
fn one_that_fails_once() {
    check(fails_once::ways(), &[BAD, OK], ["1; 2 attempts, 10 ms"; 2], calls(1));
}

#[test]
fn one_that_fails_always() {
    check(fails_always::ways(), &[BAD], ["Bad; 3 attempts, 20 ms"; 2], calls(1));
}

#[test]
fn one_whose_circuit_opens() {
    let words = ["BreakerOpen, BreakerOpen; 2 attempts, 20 ms"; 2];
    check(opens::ways(), &[BAD], words, calls(2));
}

#[test]
fn one_whose_error_is_replaced_when_the_circuit_opens() {
    let words = ["BreakerOpen; 2 attempts, 10 ms"; 2];
    check(tells_that_it_opened::ways(), &[BAD], words, calls(1));
}

#[test]
fn one_that_is_full() {
    let words = ["BulkheadFull, 1; 1 attempts, 0 ms"; 2];
    check(is_full::ways(), &[OK], words, another_within);
}

/// A second call while the first one has its place.
fn another_within(way: &Way, plan: &Plan<'_>) -> Vec<String> {
    let seen: RefCell<Vec<String>> = RefCell::default();
    let within = || {
        let again = Plan::new(&[OK]);
        seen.borrow_mut().push(in_words(Ok((way.call)(&again))));
        assert_eq!(again.made.get(), 0);
    };
    let outer = Plan::new(plan.steps).within(&within);
    let out = in_words(Ok((way.call)(&outer)));
    plan.made.set(outer.made.get());
    seen.take().into_iter().chain([out]).collect()
}

#[test]
fn one_that_is_full_and_tries_again() {
    check(
        tries_when_full::ways(),
        &[OK],
        ["BulkheadFull, 1; 1 attempts, 20 ms"; 2],
        another_within,
    );
}

#[test]
fn one_whose_circuit_is_open_and_that_tries_again() {
    check(tries_when_open::ways(), &[BAD, OK], ["1; 2 attempts, 1000 ms"; 2], calls(1));
}

/// In a task what is late is dropped, whatever it would have said.
#[test]
fn what_fails_when_its_time_is_over_counts_whatever_the_error_says() {
    const REFUSED_LATE: &[Step] = &[slow(200, REFUSED.1)];
    const SPENT_LATE: &[Step] = &[slow(200, SPENT.1)];
    let late = "late, BreakerOpen; 1 attempts, 100 ms";
    let words = ["BreakerOpen, BreakerOpen; 1 attempts, 200 ms", late];
    check(carries_a_refusal_late::ways(), REFUSED_LATE, words, calls(2));
    let words = ["DeadlineSpent, BreakerOpen; 1 attempts, 200 ms", late];
    check(carries_a_spent_one_late::ways(), SPENT_LATE, words, calls(2));
    let words = ["DeadlineSpent, DeadlineSpent; 2 attempts, 0 ms"; 2];
    check(carries_a_spent_one_in_time::ways(), &[SPENT], words, calls(2));
}

#[test]
fn one_that_comes_too_often() {
    check(is_too_often::ways(), &[OK], ["1, RateLimited; 1 attempts, 0 ms"; 2], calls(2));
}

#[test]
fn one_with_a_slow_attempt() {
    const STEPS: &[Step] = &[slow(200, || Ok(1))];
    check(is_slow::ways(), STEPS, ["1; 1 attempts, 200 ms", "late; 1 attempts, 100 ms"], calls(1));
}

#[test]
fn one_with_an_attempt_that_fails_late() {
    const STEPS: &[Step] = &[slow(200, || Err(E::Bad))];
    let words = ["Bad; 1 attempts, 200 ms", "late; 1 attempts, 100 ms"];
    check(fails_late::ways(), STEPS, words, calls(1));
}

#[test]
fn one_that_is_tried_again_when_it_is_late() {
    const STEPS: &[Step] = &[slow(200, || Err(E::Bad)), OK];
    let words = ["1; 2 attempts, 210 ms", "1; 2 attempts, 110 ms"];
    check(is_tried_when_late::ways(), STEPS, words, calls(1));
}

#[test]
fn one_that_is_late_in_all() {
    const STEPS: &[Step] = &[slow(2000, || Ok(1))];
    let words = ["1; 1 attempts, 2000 ms", "late; 1 attempts, 1000 ms"];
    check(is_late_in_all::ways(), STEPS, words, calls(1));
}

#[test]
fn one_that_fails_late_in_all() {
    const STEPS: &[Step] = &[slow(600, || Err(E::Bad))];
    let words = ["Bad; 2 attempts, 1210 ms", "late; 2 attempts, 1000 ms"];
    check(fails_late_in_all::ways(), STEPS, words, calls(1));
}

#[test]
fn one_that_panics() {
    check(panics::ways(), &[PANICS, OK], ["panic, 1; 2 attempts, 0 ms"; 2], calls(2));
}

#[test]
fn one_that_is_cancelled() {
    const STEPS: &[Step] = &[slow(50, || Ok(1)), OK];
    let words = ["1; 1 attempts, 50 ms", "cancelled, 1; 2 attempts, 0 ms"];
    check(is_cancelled::ways(), STEPS, words, |way, plan| {
        let cancelled = way.cancel.as_ref().map(|cancel| {
            cancel(plan);
            "cancelled".to_owned()
        });
        cancelled.into_iter().chain(calls(1)(way, plan)).collect()
    });
}

#[test]
fn an_error_that_carries_a_refusal() {
    let words = "BreakerOpen; 1 attempts, 0 ms\
        \n    gave up after 1 attempt: dyno turned the last one away\
        \n    rejected.breaker_open: 1\n    Closed, 0 failures";
    check(carries_a_refusal::ways(), &[REFUSED], [words; 2], calls(1));
}

#[test]
fn an_error_that_carries_a_spent_deadline() {
    let words = "DeadlineSpent; 1 attempts, 0 ms\
        \n    gave up after 1 attempt: its time limit ended the last one\
        \n    rejected.deadline_spent: 1\n    Closed, 0 failures";
    check(carries_a_spent_one::ways(), &[SPENT], [words; 2], calls(1));
}

#[test]
fn an_error_that_carries_a_timeout() {
    check(carries_a_late_one::ways(), &[TIMED_OUT], ["late; 1 attempts, 0 ms"; 2], calls(1));
}

#[test]
fn one_that_comes_after_the_deadline() {
    let late = |way: &Way, plan: &Plan| {
        Deadline::within(MS, || {
            clock::sleep(2 * MS);
            calls(1)(way, plan)
        })
    };
    let words = ["DeadlineSpent; 0 attempts, 2 ms"; 2];
    check(comes_too_late::ways(), &[OK], words, late);
    // An attribute without a limit asks nobody for the time.
    for (how, seen) in all(comes_too_late_for_less::ways(), &[OK], late) {
        let words =
            if how.starts_with("attribute") { "1; 1 attempts" } else { "DeadlineSpent; 0 att" };
        assert!(seen.starts_with(words), "{how}: {seen}");
    }
}

#[test]
fn one_that_something_stands_in_for() {
    check(is_stood_in_for::ways(), &[BAD], ["7, 7; 2 attempts, 20 ms"; 2], calls(2));
}

#[test]
fn one_that_is_slower_than_expected() {
    const STEPS: &[Step] = &[slow(200, || Ok(1))];
    check(is_slower_than_expected::ways(), STEPS, ["1; 1 attempts, 200 ms"; 2], calls(1));
}
