//! What every store must do.

use std::sync::Arc;
use std::time::Duration;

use super::{Record, Storage};
use crate::breaker::State;
use crate::clock;

const THREADS: u32 = 8;
const EACH: u32 = 25;
const PAUSE: Duration = Duration::from_millis(20);
/// A store may keep ages in whole milliseconds.
const GRAIN: Duration = Duration::from_millis(1);

/// Checks a store of your own: that it does all that [`Storage`] promises.
///
/// `make` makes one, empty at least of keys that begin with `contract-`. Call it in a test; it pauses
/// for 20 ms by dyno's [clock](crate::clock), which may be frozen where the store goes by that one.
///
/// ```
/// use std::sync::Arc;
/// use dyno::breaker::store::{Memory, contract};
///
/// contract(|| Arc::new(Memory::new()));
/// ```
///
/// # Panics
/// With what it fails to do.
#[track_caller]
pub fn contract(make: impl Fn() -> Arc<dyn Storage>) {
    nothing_is_stored_before_something_is_written(&*make());
    all_that_is_written_is_read(&*make());
    a_change_sees_what_is_there_and_may_leave_it(&*make());
    versions_only_grow(&*make());
    keys_are_kept_apart(&*make());
    ages_grow_by_themselves(&*make());
    a_panic_of_a_change_harms_nobody(&*make());
    no_change_is_lost(&make());
    one_of_many_wins(&make());
}

#[track_caller]
fn load(store: &dyn Storage, key: &str) -> Option<Record> {
    store.load(key).expect("the store can be read")
}

#[track_caller]
fn update(
    store: &dyn Storage,
    key: &str,
    mut change: impl FnMut(Option<&Record>) -> Option<Record>,
) -> Option<Record> {
    store.update(key, &mut change).expect("the store can be written")
}

/// The record without what is the store's: ages and version.
fn plain(record: Option<Record>) -> Option<Record> {
    record.map(|record| Record { since: None, tried: None, version: 0, ..record })
}

fn failed(record: Option<&Record>) -> Record {
    let mut record = record.cloned().unwrap_or_else(|| Record::new(State::Closed));
    record.failures += 1;
    record
}

#[track_caller]
fn nothing_is_stored_before_something_is_written(store: &dyn Storage) {
    let key = "contract-empty";
    assert_eq!(load(store, key), None, "an empty store has no record");
    let mut seen = Vec::new();
    let after = update(store, key, |record| {
        seen.push(record.cloned());
        None
    });
    assert_eq!((after, seen.last()), (None, Some(&None)), "`change` is told that there is none");
    assert_eq!(load(store, key), None, "a change that returns `None` writes nothing");
}

#[track_caller]
fn all_that_is_written_is_read(store: &dyn Storage) {
    for state in State::ALL {
        let key = format!("contract-{state}");
        let mut record = Record::new(state);
        record.recovering = state == State::HalfOpen;
        (record.failures, record.successes, record.trials) = (u32::MAX, 4000, 64);
        (record.openings, record.epoch, record.by) = (63, u64::MAX, u64::MAX - 1);
        record.open_for = Some(Duration::from_millis(1500));
        let written = update(store, &key, |_| Some(record.clone()));
        assert_eq!(plain(written), Some(record.clone()), "`update` returns what it has written");
        assert_eq!(plain(load(store, &key)), Some(record), "and `load` what was written");
    }
}

#[track_caller]
fn a_change_sees_what_is_there_and_may_leave_it(store: &dyn Storage) {
    let key = "contract-change";
    let first = update(store, key, |record| Some(failed(record)));
    let mut seen = None;
    let left = update(store, key, |record| {
        seen = record.cloned();
        None
    });
    let version = |record: &Option<Record>| record.as_ref().map(|record| record.version);
    assert_eq!(plain(seen), plain(first.clone()), "`change` gets what was written last");
    assert_eq!(plain(left.clone()), plain(first.clone()), "what it leaves is returned");
    assert_eq!(version(&left), version(&first), "and is not written anew");
    let next = update(store, key, |record| Some(failed(record))).map(|record| record.failures);
    assert_eq!(next, Some(2), "`change` goes on from there");
}

#[track_caller]
fn versions_only_grow(store: &dyn Storage) {
    let key = "contract-version";
    let write = || {
        let record = update(store, key, |record| Some(failed(record)));
        record.expect("it was written").version
    };
    let (first, second) = (write(), write());
    assert!(0 < first && first < second, "each write counts up: {first}, {second}");
    let read = load(store, key).map(|record| record.version);
    assert_eq!(read, Some(second), "what is written last is read");
    let ahead = second + 1000;
    let told = update(store, key, |record| {
        let record = failed(record);
        Some(Record { version: ahead, ..record })
    });
    let told = told.expect("it was written").version;
    assert!(told > ahead, "one who knows of a later version is believed: {told}, not {ahead}");
}

#[track_caller]
fn keys_are_kept_apart(store: &dyn Storage) {
    let keys = ["contract-a", "contract-a:b", "contract-\u{e4} [b]/*"];
    for (times, key) in (1..).zip(keys) {
        for _ in 0..times {
            update(store, key, |record| Some(failed(record)));
        }
    }
    let failures = keys.map(|key| load(store, key).map(|record| record.failures));
    assert_eq!(failures, [Some(1), Some(2), Some(3)], "each key has a record of its own");
}

#[track_caller]
fn ages_grow_by_themselves(store: &dyn Storage) {
    let key = "contract-age";
    let hour = Duration::from_secs(3600);
    let mut record = Record::new(State::HalfOpen);
    (record.since, record.tried) = (Some(Duration::ZERO), Some(hour));
    update(store, key, |_| Some(record.clone()));
    clock::sleep(PAUSE);
    let read = load(store, key).expect("it was written");
    let (since, tried) = (read.since.unwrap_or_default(), read.tried.unwrap_or_default());
    assert!(since + GRAIN >= PAUSE, "after {PAUSE:?} it is {since:?} old");
    assert!(tried + GRAIN >= hour + PAUSE && tried < hour * 2, "and {tried:?} instead of an hour");

    let seen = update(store, key, |record| Some(failed(record)));
    let since = seen.and_then(|record| record.since).unwrap_or_default();
    assert!(since + GRAIN >= PAUSE, "a change that leaves an age lets it grow on: {since:?}");
    let anew = |record: Option<&Record>| Some(Record { since: Some(hour), ..failed(record) });
    let since = update(store, key, anew).and_then(|record| record.since).unwrap_or_default();
    assert!(hour <= since + GRAIN && since < hour * 2, "one that sets it sets it: {since:?}");
    let unknown = |record: Option<&Record>| Some(Record { since: None, ..failed(record) });
    update(store, key, unknown);
    assert_eq!(load(store, key).and_then(|record| record.since), None, "unknown stays unknown");
}

#[track_caller]
fn a_panic_of_a_change_harms_nobody(store: &dyn Storage) {
    let key = "contract-panic";
    update(store, key, |record| Some(failed(record)));
    let panics = || store.update(key, &mut |_| panic!("contract: this panic is part of the test"));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics));
    assert!(!matches!(panicked, Ok(Ok(_))), "a change that panics is not made");
    let after = update(store, key, |record| Some(failed(record))).map(|record| record.failures);
    assert_eq!(after, Some(2), "and the next one is");
}

/// Runs `f` on threads of this scope; the sum of what they return.
#[track_caller]
fn on_threads(store: &Arc<dyn Storage>, f: fn(&dyn Storage) -> u32) -> u32 {
    let run = |_| {
        let store = store.clone();
        crate::spawn(move || f(&*store))
    };
    let threads: Vec<_> = (0..THREADS).map(run).collect();
    threads.into_iter().map(|thread| thread.join().expect("no thread panics")).sum()
}

#[track_caller]
fn no_change_is_lost(store: &Arc<dyn Storage>) {
    const KEY: &str = "contract-count";
    on_threads(store, |store| {
        for _ in 0..EACH {
            update(store, KEY, |record| Some(failed(record)));
        }
        0
    });
    let failures = load(&**store, KEY).map(|record| record.failures);
    assert_eq!(failures, Some(THREADS * EACH), "each change is made once, on top of the others");
}

#[track_caller]
fn one_of_many_wins(store: &Arc<dyn Storage>) {
    const KEY: &str = "contract-trial";
    for round in 0..EACH {
        let winners = on_threads(store, |store| {
            let mut won = false;
            update(store, KEY, |record| {
                won = record.is_none_or(|record| record.trials % 2 == 0);
                let mut next = record.cloned().unwrap_or_else(|| Record::new(State::HalfOpen));
                next.trials += 1;
                won.then_some(next)
            });
            u32::from(won)
        });
        assert_eq!(winners, 1, "one of {THREADS} takes the place, in round {round}");
        update(&**store, KEY, |record| {
            let mut next = record.cloned()?;
            next.trials += 1;
            Some(next)
        });
    }
}
