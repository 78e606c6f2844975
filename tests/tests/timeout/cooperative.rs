//! Functions that are asked to be in time.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dyno::timeout::timeout;
use dyno::{Deadline, Reason, clock};

use crate::support::{MS, hear};

#[test]
fn what_is_called_sees_the_deadline_and_afterwards_there_is_none() {
    let _frozen = clock::freeze();
    let left = timeout(200 * MS).run(|| {
        clock::sleep(50 * MS);
        Deadline::current().map(Deadline::remaining)
    });
    assert_eq!(left, Ok(Some(150 * MS)));
    assert_eq!(Deadline::current(), None);
}

#[test]
fn a_computation_that_asks_ends_early() {
    let _frozen = clock::freeze();
    let mut steps = 0;
    let outcome = timeout(200 * MS).named("cooperative::sum").run(|| {
        loop {
            Deadline::check("cooperative::sum")?;
            clock::sleep(70 * MS);
            steps += 1;
        }
        #[expect(unreachable_code, reason = "it says what it would return")]
        Ok::<(), dyno::Fault>(())
    });
    let fault = outcome.expect("it was run").expect_err("it gave up");
    assert_eq!((fault.reason(), steps), (Some(Reason::DeadlineSpent), 3));
}

#[test]
fn what_comes_late_is_returned_and_told() {
    let _frozen = clock::freeze();
    let heard = hear("cooperative::late");
    let late = timeout(200 * MS).named("cooperative::late");
    assert_eq!(late.run(|| clock::sleep(300 * MS)), Ok(()));
    assert_eq!(heard.so_far(), ["finished after 300.0ms, the limit being 200ms"]);
    assert_eq!(late.run(|| clock::sleep(200 * MS)), Ok(()));
    assert!(heard.so_far().is_empty(), "at the limit it is in time");
}

#[test]
fn under_a_spent_deadline_it_is_not_run() {
    let frozen = clock::freeze();
    Deadline::within(100 * MS, || {
        frozen.advance(100 * MS);
        let outcome = timeout(MS).run(|| -> () { panic!("run") });
        assert_eq!(outcome.expect_err("spent").reason(), Some(Reason::DeadlineSpent));
    });
}

#[test]
fn a_panic_passes_through_and_leaves_no_deadline_behind() {
    let _frozen = clock::freeze();
    let panics = || timeout(MS).run(|| panic!("its own"));
    let panic = catch_unwind(AssertUnwindSafe(panics)).expect_err("a panic");
    assert_eq!(panic.downcast_ref(), Some(&"its own"));
    assert_eq!(Deadline::current(), None);
}
