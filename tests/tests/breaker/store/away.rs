//! A store that cannot be used: callers never see it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex, Weak};
use std::time::Duration;

use dyno::breaker::store::{Memory, Record, Sharing, Storage, StoreError};
use dyno::breaker::{Breaker, State};
use dyno::{Reason, clock};

use super::super::support::{SECOND, err, fail, failures, ok, within_reason};
use super::support::{Flaky, KEY, changes, join, pair, record, take, warnings};

const REFRESH: Duration = Duration::from_millis(100);

#[test]
fn it_goes_on_by_itself_and_warns_once() {
    let frozen = clock::freeze();
    let store = Flaky::new();
    let breaker = join(Breaker::new("away").fail_max(3).reset_timeout(SECOND), &store);
    let (_watching, heard) = warnings("away");
    fail(&breaker, 1);
    store.away(true);
    fail(&breaker, 1);
    assert_eq!((failures(&breaker), store.record().failures), (2, 1), "its own count goes on");
    fail(&breaker, 1);
    assert_eq!(breaker.state(), State::Open);
    for _ in 0..5 {
        frozen.advance(SECOND);
        fail(&breaker, 1);
    }
    let said = take(&heard);
    assert!(said.len() == 1 && said[0].ends_with("the store is read-only"), "{said:?}");
    store.away(false);
    frozen.advance(REFRESH);
    ok(&breaker).expect_err("it is open").fault();
    assert_eq!(take(&heard), ["the shared store is back"]);
    assert_eq!(store.record().state, State::Open, "what has come of it is written back");
    assert!(store.record().since.is_some_and(|since| since == REFRESH), "as old as it is");
}

#[test]
fn while_it_is_away_it_is_looked_for_but_every_refresh() {
    let frozen = clock::freeze();
    let store = Flaky::new();
    let breaker = join(Breaker::new("looks"), &store);
    store.away(true);
    fail(&breaker, 1);
    let asked = || store.loads.load(Ordering::Relaxed) + store.updates.load(Ordering::Relaxed);
    let before = asked();
    for _ in 0..100 {
        drop(err(&breaker));
    }
    assert_eq!(asked(), before);
    frozen.advance(REFRESH);
    for _ in 0..100 {
        drop(ok(&breaker));
    }
    assert_eq!(asked(), before + 1);
}

#[test]
fn it_is_back_when_it_can_be_written_again() {
    let frozen = clock::freeze();
    let store = Flaky::new();
    let breaker = join(Breaker::new("read-only"), &store);
    let (_watching, heard) = warnings("read-only");
    fail(&breaker, 1);
    store.dumb.store(true, Ordering::Relaxed);
    for _ in 0..5 {
        drop(err(&breaker));
        frozen.advance(REFRESH);
        drop(ok(&breaker));
    }
    assert_eq!(take(&heard).len(), 1, "that it can be read does not count");
    store.dumb.store(false, Ordering::Relaxed);
    breaker.sync();
    assert_eq!(take(&heard), ["the shared store is back"]);
}

#[test]
fn what_others_have_written_meanwhile_holds() {
    let (store, here, there) = pair(|breaker| breaker.fail_max(2));
    fail(&here, 1);
    store.away(true);
    fail(&here, 1);
    assert_eq!(here.state(), State::Open);
    store.away(false);
    there.disable();
    let heard = changes(&here);
    here.sync();
    assert_eq!((here.state(), store.record().state), (State::Disabled, State::Disabled));
    assert_eq!(take(&heard), ["open -> disabled remotely"]);
}

#[test]
fn what_was_set_by_hand_meanwhile_wins() {
    let (store, here, there) = pair(|breaker| breaker);
    fail(&here, 1);
    store.away(true);
    fail(&here, 1);
    here.force_open();
    assert_eq!(here.state(), State::ForcedOpen);
    store.away(false);
    there.disable();
    here.sync();
    there.sync();
    assert_eq!(store.record().state, State::ForcedOpen);
    assert_eq!((here.state(), there.state()), (State::ForcedOpen, State::ForcedOpen));
}

#[test]
fn a_trial_that_reports_into_an_outage_decides_here() {
    let frozen = clock::freeze();
    let (store, here, there) = pair(|breaker| breaker.reset_timeout(SECOND));
    here.trip();
    frozen.advance(SECOND);
    let trial = here.acquire().expect("the trial");
    store.away(true);
    trial.success();
    assert_eq!((here.state(), store.record().state), (State::Closed, State::HalfOpen));
    store.away(false);
    here.sync();
    there.sync();
    assert_eq!((store.record().state, there.state()), (State::Closed, State::Closed));
}

#[test]
fn a_trial_during_an_outage_is_one_at_a_time_here() {
    let frozen = clock::freeze();
    let store = Flaky::new();
    let breaker = join(Breaker::new("trials").reset_timeout(SECOND), &store);
    breaker.trip();
    store.away(true);
    frozen.advance(SECOND);
    let trial = breaker.acquire().expect("the trial");
    let busy = breaker.acquire().expect_err("one at a time");
    assert_eq!(busy.reason(), Some(Reason::HalfOpenBusy));
    store.away(false);
    breaker.sync();
    assert_eq!((store.record().state, store.record().trials), (State::HalfOpen, 1));
    trial.success();
    assert_eq!((breaker.state(), store.record().state), (State::Closed, State::Closed));
}

#[test]
fn the_state_it_starts_in_holds_where_no_fallback_is_given() {
    let store = Flaky::with(record(State::Open, |_| {}));
    store.away(true);
    let breaker = join(Breaker::new("starts").starts(State::MetricsOnly), &store);
    assert_eq!(breaker.state(), State::MetricsOnly);
    store.away(false);
    breaker.sync();
    assert_eq!((breaker.state(), store.written()), (State::Open, 0));
}

#[test]
fn a_panic_of_the_store_is_an_outage() {
    struct Panics;
    impl Storage for Panics {
        fn load(&self, _: &str) -> Result<Option<Record>, StoreError> {
            panic!("this panic is part of the test")
        }
        fn update(
            &self,
            _: &str,
            _: &mut dyn FnMut(Option<&Record>) -> Option<Record>,
        ) -> Result<Option<Record>, StoreError> {
            panic!("this panic is part of the test")
        }
    }
    let breaker = Breaker::new("panics").fail_max(2);
    let (_watching, heard) = warnings("panics");
    breaker.share(Arc::new(Panics), Sharing::default());
    fail(&breaker, 2);
    assert_eq!(breaker.state(), State::Open);
    let said = take(&heard);
    assert!(said.len() == 1 && said[0].ends_with("the store panicked"), "{said:?}");
}

/// A store whose client is guarded by the very breaker that shares through it.
struct Guarded {
    memory: Memory,
    by: Mutex<Weak<Breaker>>,
}

impl Guarded {
    fn through<R>(&self, f: impl FnOnce() -> R) -> R {
        if let Some(breaker) = self.by.lock().expect("held briefly").upgrade() {
            breaker.sync();
            drop(err(&breaker));
            drop(ok(&breaker));
        }
        f()
    }
}

impl Storage for Guarded {
    fn load(&self, key: &str) -> Result<Option<Record>, StoreError> {
        self.through(|| self.memory.load(key))
    }
    fn update(
        &self,
        key: &str,
        change: &mut dyn FnMut(Option<&Record>) -> Option<Record>,
    ) -> Result<Option<Record>, StoreError> {
        self.through(|| self.memory.update(key, change))
    }
}

#[test]
fn a_store_may_use_the_breaker_that_shares_through_it() {
    within_reason(|| {
        let breaker = Arc::new(Breaker::new("guarded").fail_max(2));
        let by = Mutex::new(Arc::downgrade(&breaker));
        let store = Arc::new(Guarded { memory: Memory::new(), by });
        breaker.share(store.clone(), Sharing::new(KEY).refresh(Duration::ZERO));
        for _ in 0..2 {
            drop(err(&breaker));
        }
        breaker.sync();
        let stored = store.memory.get(KEY).map(|record| record.state);
        assert_eq!((breaker.state(), stored), (State::Open, Some(State::Open)));
    });
}

/// A store whose `load` stands still until it is let go.
struct Slow {
    memory: Memory,
    waits: AtomicBool,
    gate: Barrier,
}

impl Storage for Slow {
    fn load(&self, key: &str) -> Result<Option<Record>, StoreError> {
        if self.waits.swap(false, Ordering::Relaxed) {
            self.gate.wait();
            self.gate.wait();
        }
        self.memory.load(key)
    }
    fn update(
        &self,
        key: &str,
        change: &mut dyn FnMut(Option<&Record>) -> Option<Record>,
    ) -> Result<Option<Record>, StoreError> {
        self.memory.update(key, change)
    }
}

#[test]
fn others_go_on_while_one_looks() {
    within_reason(|| {
        let waits = AtomicBool::new(false);
        let store = Arc::new(Slow { memory: Memory::new(), waits, gate: Barrier::new(2) });
        let breaker = Arc::new(Breaker::new("slow"));
        breaker.share(store.clone(), Sharing::new(KEY).refresh(Duration::ZERO));
        store.waits.store(true, Ordering::Relaxed);
        let looking = dyno::spawn({
            let breaker = breaker.clone();
            move || ok(&breaker)
        });
        store.gate.wait();
        assert_eq!(ok(&breaker), Ok(true));
        fail(&breaker, 1);
        assert_eq!(store.memory.get(KEY).map(|record| record.failures), Some(1));
        store.gate.wait();
        assert_eq!(looking.join().expect("no panic"), Ok(true));
    });
}
