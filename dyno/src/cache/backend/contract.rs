//! What every second level must do.

use std::sync::Arc;
use std::time::Duration;

use super::{Backend, Record};
use crate::clock;

const HOUR: Duration = Duration::from_secs(3600);
const PAUSE: Duration = Duration::from_millis(20);
/// A store may keep times in whole milliseconds.
const GRAIN: Duration = Duration::from_millis(1);

/// Checks a second level of your own: that it does all that [`Backend`] promises.
///
/// `make` makes one, empty at least of keys that begin with `contract-`. Call it in a test; it pauses
/// for 20 ms by dyno's [clock](crate::clock), which may be frozen where the store goes by that one.
///
/// ```
/// use std::sync::Arc;
/// use dyno::cache::backend::{Memory, contract};
///
/// contract(|| Arc::new(Memory::new()));
/// ```
///
/// # Panics
/// With what it fails to do.
#[track_caller]
pub fn contract(make: impl Fn() -> Arc<dyn Backend>) {
    nothing_is_there_before_something_is_saved(&*make());
    all_that_is_saved_is_loaded(&*make());
    what_is_saved_last_holds(&*make());
    records_grow_older_and_expire(&*make());
    keys_are_kept_apart(&*make());
    a_prefix_is_cleared_and_nothing_else(&*make());
    threads_do_not_disturb_one_another(&make());
}

fn record(value: &[u8]) -> Record {
    Record { value: value.to_vec(), age: Duration::ZERO, left: HOUR, cost: 7 * GRAIN }
}

#[track_caller]
fn load(store: &dyn Backend, key: &str) -> Option<Record> {
    store.load(key).expect("the store can be read")
}

/// The value alone.
#[track_caller]
fn value(store: &dyn Backend, key: &str) -> Option<Vec<u8>> {
    load(store, key).map(|record| record.value)
}

#[track_caller]
fn save(store: &dyn Backend, key: &str, record: &Record) {
    store.save(key, record).expect("the store can be written");
}

#[track_caller]
fn nothing_is_there_before_something_is_saved(store: &dyn Backend) {
    assert_eq!(load(store, "contract-empty"), None, "an empty store has no record");
    store.remove("contract-empty").expect("there is nothing to remove, and that is no error");
    store.clear("contract-empty").expect("nor is that");
}

#[track_caller]
fn all_that_is_saved_is_loaded(store: &dyn Backend) {
    let bytes: Vec<u8> = (0..=255).collect();
    for (at, left) in [HOUR, 100 * PAUSE, Duration::MAX].into_iter().enumerate() {
        let key = format!("contract-all-{at}");
        let saved = Record { age: HOUR, left, ..record(&bytes) };
        save(store, &key, &saved);
        let loaded = load(store, &key).expect("it was saved");
        assert_eq!((&loaded.value, loaded.cost), (&saved.value, saved.cost), "bytes and cost");
        assert!(loaded.age + GRAIN >= HOUR && loaded.age < 2 * HOUR, "its age: {:?}", loaded.age);
        let is_left = if left == Duration::MAX {
            loaded.left == left
        } else {
            loaded.left <= left + GRAIN && loaded.left + left / 2 >= left
        };
        assert!(is_left, "what it has to live: {:?} of {left:?}", loaded.left);
    }
    save(store, "contract-none", &record(b""));
    assert_eq!(value(store, "contract-none"), Some(Vec::new()), "no bytes are a value");
}

#[track_caller]
fn what_is_saved_last_holds(store: &dyn Backend) {
    let key = "contract-last";
    save(store, key, &Record { left: Duration::MAX, ..record(b"first") });
    save(store, key, &record(b"second"));
    let loaded = load(store, key).expect("it was saved");
    assert_eq!(loaded.value, b"second", "what was there is replaced");
    assert!(loaded.left <= HOUR + GRAIN, "with what it had to live");
    store.remove(key).expect("the store can be written");
    assert_eq!(load(store, key), None, "what is removed is gone");
}

#[track_caller]
fn records_grow_older_and_expire(store: &dyn Backend) {
    let (short, long) = ("contract-short", "contract-long");
    save(store, short, &Record { left: PAUSE / 2, ..record(b"short") });
    save(store, long, &record(b"long"));
    save(store, "contract-ever", &Record { left: Duration::MAX, ..record(b"ever") });
    clock::sleep(PAUSE);
    assert_eq!(load(store, short), None, "what has expired is not handed out");
    let loaded = load(store, long).expect("it has an hour");
    assert!(loaded.age + GRAIN >= PAUSE, "after {PAUSE:?} it is {:?} old", loaded.age);
    assert!(loaded.left + PAUSE <= HOUR + GRAIN, "and has {:?} left", loaded.left);
    let ever = load(store, "contract-ever").map(|record| record.left);
    assert_eq!(ever, Some(Duration::MAX), "for ever stays for ever");
}

#[track_caller]
fn keys_are_kept_apart(store: &dyn Backend) {
    let keys = ["contract-a", "contract-a:b", "contract-\u{e4} [b]/*?\"\\", "contract-A"];
    for key in keys {
        save(store, key, &record(key.as_bytes()));
    }
    for key in keys {
        assert_eq!(value(store, key), Some(key.as_bytes().to_vec()), "each key has its own");
    }
}

#[track_caller]
fn a_prefix_is_cleared_and_nothing_else(store: &dyn Backend) {
    // What a pattern would mean is meant as it is written.
    let (cleared, kept) = (["contract-*", "contract-*a"], ["contract-x", "other-contract-*"]);
    for key in cleared.iter().chain(&kept) {
        save(store, key, &record(b"here"));
    }
    store.clear("contract-*").expect("the store can be written");
    for key in cleared {
        assert_eq!(value(store, key), None, "`{key}` begins with the prefix");
    }
    for key in kept {
        assert_eq!(value(store, key).as_deref(), Some(&b"here"[..]), "`{key}` does not");
    }
    store.remove("other-contract-*").expect("the store can be written");
}

#[track_caller]
fn threads_do_not_disturb_one_another(store: &Arc<dyn Backend>) {
    let run = |thread: u8| {
        let store = store.clone();
        crate::spawn(move || {
            for round in 0..25 {
                save(&*store, "contract-shared", &record(&[thread; 1000]));
                let shared = value(&*store, "contract-shared").expect("somebody has saved it");
                assert!(shared.iter().all(|byte| *byte == shared[0]), "no mixture of two values");
                let own = format!("contract-{thread}");
                save(&*store, &own, &record(&[round]));
                assert_eq!(value(&*store, &own), Some(vec![round]), "its own, as it was saved");
            }
        })
    };
    let threads: Vec<_> = (0..8).map(run).collect();
    for thread in threads {
        thread.join().expect("each gets what was saved");
    }
}
