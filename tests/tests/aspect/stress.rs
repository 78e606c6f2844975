//! Changes while many threads call.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use dyno::aspect::{Advice, Call, End, Pipeline};
use dyno::registry::Registry;
use dyno::{Fault, aspect};

const THREADS: usize = 4;

#[aspect("stress::whole")]
fn whole(a: u64) -> Result<u64, Fault> {
    Ok(a)
}

/// A pipeline whose arguments and result belong together.
fn pair(n: u64) -> Pipeline {
    Pipeline::new().arguments(move |a: &mut u64| *a += n).result(
        move |out: &mut Result<u64, Fault>| {
            *out = out.clone().map(|a| a - n);
        },
    )
}

#[test]
fn a_call_runs_through_the_pipeline_it_began_with() {
    let join = aspect::join("stress::whole");
    let done = AtomicBool::new(false);
    let begin = Barrier::new(THREADS + 1);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                begin.wait();
                let mut calls = 0;
                while !done.load(Ordering::Relaxed) || calls < 100 {
                    assert_eq!(whole(7), Ok(7));
                    calls += 1;
                }
            });
        }
        begin.wait();
        for n in 0..500 {
            join.set(pair(n)).expect("it fits");
            if n % 3 == 0 {
                join.unset().expect("it is not sealed");
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn no_change_is_lost() {
    #[aspect("stress::added")]
    fn added(a: u64) -> Result<u64, Fault> {
        Ok(a)
    }
    let begin = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                begin.wait();
                for round in 0..50 {
                    // The first calls meet the table while others change it.
                    let filter = aspect::join("stress::added")
                        .arguments(|a: &mut u64| *a += 1)
                        .expect("it fits");
                    let _ = added(0);
                    if round % 2 == 1 {
                        assert_eq!(filter.remove(), Ok(true));
                    }
                }
            });
        }
    });
    assert_eq!(added(0), Ok(THREADS as u64 * 25));
}

#[derive(Default)]
struct Counts {
    before: AtomicU64,
    after: AtomicU64,
}
impl Advice for Counts {
    fn before(&self, _: &Call<'_>) {
        self.before.fetch_add(1, Ordering::Relaxed);
    }
    fn after(&self, _: &Call<'_>, _: &End<'_>) {
        self.after.fetch_add(1, Ordering::Relaxed);
    }
}

#[aspect(name = "stress::advised")]
fn advised() {}

#[test]
fn advice_is_told_of_every_call_and_of_both_ends() {
    const CALLS: u64 = 2000;
    let kept = Arc::new(Counts::default());
    let bound = aspect::bind("stress::advised", kept.clone());
    let passing = Arc::new(Counts::default());
    let begin = Barrier::new(THREADS + 1);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                begin.wait();
                (0..CALLS).for_each(|_| advised());
            });
        }
        begin.wait();
        for _ in 0..200 {
            drop(aspect::bind("stress::*", passing.clone()));
        }
    });
    drop(bound);
    let count = |counts: &Counts| {
        (counts.before.load(Ordering::Relaxed), counts.after.load(Ordering::Relaxed))
    };
    assert_eq!(count(&kept), (THREADS as u64 * CALLS, THREADS as u64 * CALLS));
    let (before, after) = count(&passing);
    assert_eq!(before, after);
    advised();
    assert_eq!(count(&kept).0, THREADS as u64 * CALLS);
}

#[test]
fn tenants_come_and_go() {
    #[aspect("stress::tenants")]
    fn f(a: u64) -> Result<u64, Fault> {
        Ok(a)
    }
    let begin = Barrier::new(THREADS);
    thread::scope(|scope| {
        for number in 1..=THREADS as u64 {
            let begin = &begin;
            scope.spawn(move || {
                begin.wait();
                for _ in 0..100 {
                    let tenant = Registry::global().child();
                    assert_eq!(tenant.scope(|| f(0)), Ok(0));
                    let join = aspect::join("stress::tenants").within(&tenant);
                    join.arguments(move |a: &mut u64| *a += number).expect("it fits");
                    assert_eq!(tenant.scope(|| f(0)), Ok(number));
                }
            });
        }
    });
    assert_eq!(f(0), Ok(0));
}
