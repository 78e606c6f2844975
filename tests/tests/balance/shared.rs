//! Targets whose breakers other processes share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dyno::balance::{Balancer, Policy, Tried};
use dyno::breaker::store::{Memory, Record, Sharing, Storage, StoreError};
use dyno::clock::freeze;
use dyno::{Fault, Reason};

use super::support::{A, B, C, SEC, in_flight};

/// Counts how often it is asked.
#[derive(Default)]
struct Counting {
    memory: Memory,
    asked: AtomicUsize,
}

impl Storage for Counting {
    fn load(&self, key: &str) -> Result<Option<Record>, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.memory.load(key)
    }

    fn update(
        &self,
        key: &str,
        change: &mut dyn FnMut(Option<&Record>) -> Option<Record>,
    ) -> Result<Option<Record>, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.memory.update(key, change)
    }
}

fn process(policy: Policy, store: &Arc<Counting>) -> Balancer {
    let balancer = Balancer::new("shared", &[A, B, C]).policy(policy).max_ejected(1.0);
    for member in balancer.members() {
        let key = member.target().authority().to_owned();
        member.breaker().share(store.clone(), Sharing::new(key));
    }
    balancer
}

#[test]
fn a_pick_asks_the_store_so_often_at_most() {
    for policy in Policy::ALL {
        let frozen = freeze();
        let store = Arc::new(Counting::default());
        let (here, elsewhere) = (process(policy, &store), process(policy, &store));
        here.pick(&Tried::new()).expect("all are in").success();
        for member in elsewhere.members() {
            member.breaker().trip();
        }
        frozen.advance(SEC);
        let before = store.asked.load(Ordering::Relaxed);
        let fault: Fault = here.pick(&Tried::new()).expect_err("all are out");
        assert_eq!(fault.reason(), Some(Reason::BreakerOpen), "{policy}");
        let asked = store.asked.load(Ordering::Relaxed) - before;
        // Each of the three once, to hear that it is open.
        assert!((1..=7).contains(&asked), "{policy}: {asked}");
        assert_eq!((here.snapshot().out, in_flight(&here)), (3, 0), "{policy}");
        // Out is out: nobody is asked again.
        let before = store.asked.load(Ordering::Relaxed);
        here.pick(&Tried::new()).expect_err("all are out");
        assert_eq!(store.asked.load(Ordering::Relaxed), before, "{policy}");
    }
}

#[test]
fn who_loses_a_trial_to_another_process_gets_one_that_is_free() {
    for policy in Policy::ALL {
        let frozen = freeze();
        let store = Arc::new(Counting::default());
        let (here, elsewhere) = (process(policy, &store), process(policy, &store));
        for member in here.members() {
            member.breaker().trip();
        }
        frozen.advance(SEC);
        for process in [&here, &elsewhere] {
            process.pick(&Tried::new()).expect_err("all are out");
        }
        frozen.advance(60 * SEC);
        // Here nobody knows of the first one yet.
        let held = [&elsewhere, &here, &here].map(|process| process.pick(&Tried::new()));
        let urls = held.iter().map(|pick| match pick {
            Ok(pick) => pick.target().url(),
            Err(fault) => panic!("{policy}: {fault}"),
        });
        let mut three: Vec<_> = urls.collect();
        three.sort_unstable();
        assert_eq!(three, [A, B, C], "{policy}");
        let fault = here.pick(&Tried::new()).expect_err("three trials are under way");
        assert_eq!(fault.reason(), Some(Reason::HalfOpenBusy), "{policy}");
    }
}
