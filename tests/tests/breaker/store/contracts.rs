//! Which stores keep the contract, and that it finds those which do not.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dyno::breaker::State;
use dyno::breaker::store::{Memory, Record, Storage, StoreError, contract};
use dyno::clock;

use super::support::Flaky;

#[test]
fn memory_keeps_it() {
    contract(|| Arc::new(Memory::new()));
    let _frozen = clock::freeze();
    contract(|| Arc::new(Memory::new()));
}

#[test]
fn a_store_that_compares_and_swaps_keeps_it() {
    let _frozen = clock::freeze();
    contract(|| Flaky::new());
}

/// A memory with a fault.
struct Faulty<F>(Memory, F);

type Change<'a> = &'a mut dyn FnMut(Option<&Record>) -> Option<Record>;
type Answer = Result<Option<Record>, StoreError>;

impl<F: Fn(&Memory, &str, Change<'_>) -> Answer + Send + Sync> Storage for Faulty<F> {
    fn load(&self, key: &str) -> Answer {
        self.0.load(key)
    }
    fn update(&self, key: &str, change: Change<'_>) -> Answer {
        (self.1)(&self.0, key, change)
    }
}

/// What the contract says of a store that updates so.
fn verdict<F>(update: F) -> String
where
    F: Fn(&Memory, &str, Change<'_>) -> Answer + Copy + Send + Sync + 'static,
{
    let _frozen = clock::freeze();
    let test = || contract(move || Arc::new(Faulty(Memory::new(), update)));
    let panicked = catch_unwind(AssertUnwindSafe(test)).expect_err("a fault is found");
    panicked.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn it_finds_a_store_that_loses_changes() {
    static BETWEEN: AtomicU32 = AtomicU32::new(0);
    let message = verdict(|memory, key, change| {
        let Some(record) = change(memory.get(key).as_ref()) else { return memory.load(key) };
        // Others come in between, if there are any.
        BETWEEN.fetch_add(1, Ordering::Relaxed);
        for _ in 0..100 {
            if BETWEEN.load(Ordering::Relaxed) < 2 {
                std::thread::yield_now();
            }
        }
        memory.put(key, record);
        BETWEEN.fetch_sub(1, Ordering::Relaxed);
        memory.load(key)
    });
    assert!(message.contains("each change is made once"), "{message}");
}

#[test]
fn it_finds_a_store_that_writes_what_was_to_be_left() {
    let message = verdict(|memory, key, change| {
        memory.update(key, &mut |record| change(record).or_else(|| record.cloned()))
    });
    assert!(message.contains("is not written anew"), "{message}");
}

#[test]
fn it_finds_a_store_that_keeps_no_age() {
    let message = verdict(|memory, key, change| {
        memory.update(key, &mut |record| {
            let record = change(record)?;
            Some(forget_age(record))
        })
    });
    assert!(message.contains("old") || message.contains("hour"), "{message}");
}

fn forget_age(mut record: Record) -> Record {
    record.since = None;
    record
}

#[test]
fn it_finds_a_store_that_mixes_keys_up() {
    let message = verdict(|memory, key, change| {
        if key != "contract-a:b" {
            return memory.update(key, change);
        }
        let answer = memory.update("contract-a", change)?;
        answer.clone().into_iter().for_each(|record| memory.put(key, record));
        Ok(answer)
    });
    assert!(message.contains("a record of its own"), "{message}");
}

#[test]
fn what_memory_lost_is_not_forgotten() {
    let memory = Memory::new();
    memory.put("a", Record::new(State::Open));
    let version = memory.get("a").map(|record| record.version);
    assert_eq!(memory.remove("a").map(|record| record.version), version);
    assert_eq!((memory.remove("a"), memory.keys()), (None, Vec::<String>::new()));
    memory.put("a", Record::new(State::Open));
    assert!(memory.get("a").map(|record| record.version) > version);
    assert!(format!("{memory:?}").contains("Open"), "{memory:?}");
}

#[test]
fn a_conflict_makes_the_change_again() {
    let store = Flaky::new();
    store.conflicts.store(3, Ordering::Relaxed);
    let mut asked = 0;
    let after = store.update("key", &mut |record| {
        asked += 1;
        let mut record = record.cloned().unwrap_or_else(|| Record::new(State::Closed));
        record.failures += 1;
        Some(record)
    });
    assert_eq!((asked, after.expect("reachable").map(|record| record.failures)), (4, Some(1)));
}
