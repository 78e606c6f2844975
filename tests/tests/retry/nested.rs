//! The mark of what is made once more: retries further in make one attempt.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

use dyno::__private::pinned;
use dyno::clock;
use dyno::retry::{Retry, retry};

use super::support::{MS, Scribe, block_on};

const FAILED: Result<(), ()> = Err(());

/// How many calls a retry makes here, all of which fail.
fn inner(retry: Retry) -> u32 {
    let calls = Cell::new(0);
    let _ = retry.run(|| {
        calls.set(calls.get() + 1);
        FAILED
    });
    calls.get()
}

async fn inner_async(retry: Retry) -> u32 {
    let calls = Cell::new(0);
    let _ = retry
        .run_async(async || {
            clock::sleep_async(MS).await;
            calls.set(calls.get() + 1);
            FAILED
        })
        .await;
    calls.get()
}

#[test]
fn attempts_do_not_multiply() {
    static SCRIBE: Scribe = Scribe::new();
    let made = RefCell::new(Vec::new());
    let _ = retry(3).run(|| {
        made.borrow_mut().push(inner(retry(4).listen(&SCRIBE)));
        FAILED
    });
    assert_eq!(*made.borrow(), [4, 1, 1]);
    assert_eq!(SCRIBE.told().pop().as_deref(), Some("gave up after 1: Nested"));
    assert_eq!(inner(retry(4)), 4, "and afterwards as before");
}

#[test]
fn a_pool_that_outlives_the_attempt_in_which_it_was_made_is_not_marked() {
    let mut pools = Vec::new();
    let _ = retry(2).run(|| {
        pools.push(dyno::pool::scoped(1).expect("a thread"));
        FAILED
    });
    let made: Vec<u32> = pools.iter().map(|pool| pool.install(|| inner(retry(4)))).collect();
    assert_eq!(made, [4, 4]);
}

#[test]
fn nor_in_async_code() {
    let _frozen = clock::freeze();
    let made = RefCell::new(Vec::new());
    block_on(async {
        let _ = retry(3)
            .run_async(async || {
                let calls = inner_async(retry(4)).await;
                made.borrow_mut().push(calls);
                FAILED
            })
            .await;
        assert_eq!(inner_async(retry(4)).await, 4, "and afterwards as before");
    });
    assert_eq!(*made.borrow(), [4, 1, 1]);
}

#[test]
fn an_expansion_marks_its_further_attempts_only() {
    let _frozen = clock::freeze();
    let pinned = |again| block_on(async move { pinned(again, pin!(inner_async(retry(4)))).await });
    assert_eq!((pinned(false), pinned(true)), (4, 1));
}

#[test]
fn a_further_attempt_of_one_task_is_none_of_another() {
    let _frozen = clock::freeze();
    let others = RefCell::new(Vec::new());
    block_on(async {
        let again = retry(3).delay(MS).run_async(async || {
            clock::sleep_async(2 * MS).await;
            FAILED
        });
        let other = async {
            for _ in 0..4 {
                let calls = inner_async(retry(2)).await;
                others.borrow_mut().push(calls);
            }
        };
        let _ = tokio::join!(again, other);
    });
    assert_eq!(*others.borrow(), [2; 4]);
}

#[test]
fn the_mark_goes_along_to_what_is_spawned() {
    let made = RefCell::new(Vec::new());
    let _ = retry(2).run(|| {
        let calls = dyno::spawn(|| inner(retry(4))).join().expect("it ends");
        made.borrow_mut().push(calls);
        FAILED
    });
    assert_eq!(*made.borrow(), [4, 1]);
}

#[test]
fn who_wants_to_multiply_says_so() {
    let made = RefCell::new(Vec::new());
    let _ = retry(2).run(|| {
        made.borrow_mut().push(inner(retry(4).nested()));
        FAILED
    });
    assert_eq!(*made.borrow(), [4, 4]);
}

#[test]
fn one_further_in_takes_the_mark_of_another_not_away() {
    let made = RefCell::new(Vec::new());
    let _ = retry(2).run(|| {
        inner(retry(3).nested());
        made.borrow_mut().push(inner(retry(4)));
        FAILED
    });
    assert_eq!(*made.borrow(), [4, 1]);
}

#[test]
fn it_holds_through_retries_that_lie_between() {
    let made = RefCell::new(Vec::new());
    let _ = retry(2).run(|| {
        retry(2).run(|| {
            made.borrow_mut().push(inner(retry(3)));
            FAILED
        })
    });
    assert_eq!(*made.borrow(), [3, 1, 1]);
}

#[test]
fn a_sync_retry_inside_of_an_async_one_sees_it_too() {
    let made = RefCell::new(Vec::new());
    let _ = block_on(retry(2).run_async(async || {
        made.borrow_mut().push(inner(retry(3)));
        FAILED
    }));
    assert_eq!(*made.borrow(), [3, 1]);
}

#[test]
fn a_panic_in_a_further_attempt_leaves_no_mark() {
    let calls = Cell::new(0);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        retry(3).run(|| {
            calls.set(calls.get() + 1);
            assert_ne!(calls.get(), 2, "boom");
            FAILED
        })
    }));
    assert!(panicked.is_err());
    assert_eq!((calls.get(), inner(retry(4))), (2, 4));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        block_on(retry(3).run_async(async || {
            calls.set(calls.get() + 1);
            assert_ne!(calls.get(), 4, "boom");
            FAILED
        }))
    }));
    assert!(panicked.is_err());
    assert_eq!((calls.get(), inner(retry(4))), (4, 4));
}
