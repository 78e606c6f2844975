//! Futures that are dropped, and panics: nothing is left behind.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use dyno::clock;
use dyno::retry::{Budget, retry};

use super::support::{MS, Scribe, block_on};

#[test]
fn one_that_is_dropped_in_an_attempt_or_in_a_pause_leaves_nothing() {
    static SCRIBE: Scribe = Scribe::new();
    static BUDGET: Budget = Budget::standard();
    let frozen = clock::freeze();
    // Attempts of 10 ms, pauses of 100: in the first attempt, in a pause, in a further attempt.
    for (after, begun) in [(5, 1), (50, 1), (115, 2), (170, 2)] {
        let held = Arc::new(());
        let calls = Cell::new(0);
        let tries = retry(9).delay(100 * MS).listen(&SCRIBE).budget(&BUDGET).run_async(|| {
            calls.set(calls.get() + 1);
            let held = held.clone();
            async move {
                clock::sleep_async(10 * MS).await;
                Err::<(), _>(held)
            }
        });
        block_on(async {
            tokio::select! {
                biased;
                _ = tries => unreachable!("it has nine attempts"),
                () = clock::sleep_async(after * MS) => {}
            }
        });
        assert_eq!((calls.get(), Arc::strong_count(&held)), (begun, 1), "after {after} ms");
        assert_eq!(frozen.sleepers(), 0, "after {after} ms");
        let told = SCRIBE.told();
        assert!(told.iter().all(|told| !told.starts_with("gave up")), "{told:?}");
        // What was paid for is spent; nobody gives it back.
        let again = retry(2).run(|| Err::<(), _>(calls.replace(calls.get() + 1)));
        assert_eq!(again, Err(begun + 1), "no mark is left: there is a second attempt");
    }
}

#[test]
fn a_future_that_is_dropped_within_a_poll_by_a_panic_leaves_no_mark() {
    let calls = Cell::new(0);
    let mut tries = Box::pin(retry(3).run_async(async || {
        calls.set(calls.get() + 1);
        assert!(calls.get() < 2, "boom");
        Err::<(), ()>(())
    }));
    let mut cx = Context::from_waker(Waker::noop());
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let polled = tries.as_mut().poll(&mut cx);
        assert!(polled.is_pending());
    }));
    assert!(panicked.is_err());
    drop(tries);
    let mut further = 0;
    let _ = retry(3).run(|| {
        further += 1;
        None::<u8>
    });
    assert_eq!(further, 3);
}

#[test]
fn a_panic_takes_no_note_and_is_not_retried() {
    static SCRIBE: Scribe = Scribe::new();
    static BUDGET: Budget = Budget::standard();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        retry(3).listen(&SCRIBE).budget(&BUDGET).run(|| -> Option<u8> { panic!("boom") })
    }));
    assert!(panicked.is_err());
    assert_eq!(SCRIBE.told(), ["attempt 1"]);
    assert_eq!(BUDGET.snapshot().granted, 0);
}

#[test]
fn a_task_may_move_between_threads_in_a_pause() {
    let _frozen = clock::freeze();
    let calls = Cell::new(0);
    let tries = retry(3).delay(MS).run_async(|| {
        calls.set(calls.get() + 1);
        std::future::ready(Err::<(), _>(()))
    });
    let mut tries = pin!(tries);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(tries.as_mut().poll(&mut cx).is_pending());
    // Between two polls this thread is marked by nobody.
    let mut further = 0;
    let _ = retry(2).run(|| {
        further += 1;
        None::<u8>
    });
    assert_eq!(further, 2);
}
