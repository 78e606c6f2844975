//! Around blocks: with a condition, with a wait of the failure's own.

use std::cell::Cell;

use dyno::clock;
use dyno::retry::retry;

use super::support::{MS, block_on};

#[test]
fn a_condition_decides_of_values_of_any_type() {
    let calls = Cell::new(0);
    let count = || {
        calls.set(calls.get() + 1);
        calls.get()
    };
    assert_eq!(retry(5).retry_if(|call: &u32| *call < 3).run(count), 3);
    assert_eq!(retry(2).retry_if(|call: &u32| *call < 9).run(count), 5);
    // It also decides which failures are not tried again.
    calls.set(0);
    let failing = || Err::<(), _>(count());
    assert_eq!(
        retry(9).retry_if(|out: &Result<(), u32>| matches!(out, Err(1..=3))).run(failing),
        Err(4)
    );
}

#[test]
fn the_same_in_async_code() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let calls = Cell::new(0);
    let count = async || {
        calls.set(calls.get() + 1);
        clock::sleep_async(MS).await;
        calls.get()
    };
    assert_eq!(block_on(retry(5).retry_if(|call: &u32| *call < 3).run_async(count)), 3);
    calls.set(0);
    let failing = async || Err::<(), u32>(count().await);
    let waiting = retry(3).retry_after(|call: &u32| Some(MS * 100 * *call));
    assert_eq!(block_on(waiting.run_async(failing)), Err(3));
    assert_eq!(start.elapsed(), 3 * MS + 3 * MS + 300 * MS);
}

#[test]
fn a_block_may_lend_what_it_changes() {
    let mut ledger = vec![0];
    let done = retry(3).run(|| {
        let entry = ledger.last().map_or(0, |last| last + 1);
        ledger.push(entry);
        (entry == 3).then_some(entry)
    });
    assert_eq!((done, ledger), (Some(3), vec![0, 1, 2, 3]));
}

#[test]
fn futures_of_all_ways_can_be_sent() {
    fn sendable<T: Send>(_future: &T) {}
    let host = String::from("db");
    let ping = async || Err::<(), usize>(host.len());
    sendable(&retry(2).retry_if(Result::is_err).run_async(ping));
    sendable(&retry(2).retry_after(|_: &usize| None).run_async(ping));
    sendable(&retry(2).heeding().run_async(async || Err::<(), _>(std::fmt::Error)));
}
