//! What the systems dyno grew out of do: DY-65, DY-68, DA-05, DA-07, DA-08. (DY-67 and DY-70 are
//! with the compounds.)

use std::cell::Cell;

use dyno::clock;
use dyno::retry::{Retry, retry};

use super::support::{Begun, Flaky, MS};

#[test]
fn dy65_the_first_success_is_returned_after_as_many_calls() {
    let flaky = Flaky::new(3);
    assert_eq!((retry(3).run(|| flaky.call()), flaky.calls.get()), (Ok(3), 3));
    let flaky = Flaky::new(1);
    assert_eq!((retry(3).run(|| flaky.call()), flaky.calls.get()), (Ok(1), 1));
}

#[test]
fn dy68_a_retry_around_a_block_runs_at_once_and_one_around_a_function_takes_its_arguments() {
    #[dyno::retry(3)]
    fn kept(x: u8, y: u8, z: u8) -> Option<((u8, u8), u8)> {
        Some(((x, y), z))
    }
    let at_once = retry(3).run(|| Some(((1, 2), 3)));
    assert_eq!(at_once, Some(((1, 2), 3)));
    assert_eq!(kept(1, 2, 3), at_once);
    assert_eq!(kept(4, 5, 6), Some(((4, 5), 6)));
}

#[test]
fn da05_the_time_for_all_attempts_begins_no_further_one_after_it() {
    let _frozen = clock::freeze();
    let (start, mut begun) = (clock::now(), Begun::default());
    let _ = Retry::retries(3).max_elapsed(250 * MS).run(|| {
        begun.now(start);
        clock::sleep(100 * MS);
        None::<u8>
    });
    assert_eq!(begun.millis(), [0, 100, 200]);
    assert!(start.elapsed() <= 350 * MS);
}

#[test]
fn da07_three_retries_are_four_calls() {
    let calls = Cell::new(0);
    let failing = || {
        calls.set(calls.get() + 1);
        Err::<(), _>(calls.get())
    };
    assert_eq!(Retry::retries(3).run(failing), Err(4));
}

#[test]
fn da08_no_retries_are_one_call() {
    let flaky = Flaky::new(2);
    assert_eq!((Retry::retries(0).run(|| flaky.call()), flaky.calls.get()), (Err(1), 1));
}

#[test]
#[should_panic(expected = "retry: `retries` must be below 4294967295")]
fn retries_without_end_are_refused() {
    let _ = Retry::retries(u32::MAX);
}
