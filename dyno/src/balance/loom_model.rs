//! Every interleaving of a target's words, by the model checker loom:
//! `RUSTFLAGS="--cfg loom" cargo test -p dyno --lib --release --no-default-features --features balance loom`

use std::time::Duration;

use loom::sync::Arc;
use loom::sync::atomic::Ordering::{Relaxed, SeqCst};
use loom::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use loom::thread;

use super::health::Standing;
use super::load::{Decay, Load};
use crate::outcome::Verdict;

const MS: u64 = 1_000_000;

fn decay() -> Decay {
    Decay::over(Duration::from_secs(10))
}

fn latency(load: &Load<AtomicU64>, now: u64) -> u64 {
    load.latency(now, decay()).map_or(0, |latency| u64::try_from(latency.as_nanos()).unwrap_or(0))
}

#[test]
fn model_the_longest_of_two_calls_is_never_lost() {
    loom::model(|| {
        let load = Arc::new(Load::<AtomicU64>::new());
        let other = load.clone();
        let there =
            thread::spawn(move || other.observe(8 * MS, Verdict::Success, 20 * MS, decay()));
        load.observe(3 * MS, Verdict::Success, 20 * MS, decay());
        there.join().expect("joins");
        // A thousandth is lost by rounding, at most.
        let seen = latency(&load, 20 * MS);
        assert!(seen.abs_diff(8 * MS) < MS / 100, "{seen}");
    });
}

#[test]
fn model_of_failures_at_a_time_each_counts() {
    loom::model(|| {
        let load = Arc::new(Load::<AtomicU64>::new());
        let other = load.clone();
        let there = thread::spawn(move || other.observe(MS, Verdict::Failure, 20 * MS, decay()));
        load.observe(MS, Verdict::Failure, 20 * MS, decay());
        there.join().expect("joins");
        let seen = load.failing(20 * MS, decay());
        let both = 1.0 - (7.0_f64 / 8.0).powi(2);
        assert!((seen - both).abs() < 1e-6, "{seen}");
    });
}

/// A breaker that lets calls pass or does not, and what a balancer has told of it.
struct Target {
    passes: AtomicBool,
    standing: Standing<AtomicU64>,
    outs: AtomicUsize,
    backs: AtomicUsize,
}

impl Target {
    fn review(&self, now: u64) {
        let (mut out, mut back) = (0, 0);
        self.standing.follow(
            || self.passes.load(SeqCst),
            || now,
            |returned| match returned {
                None => out += 1,
                Some(_) => back += 1,
            },
        );
        self.outs.fetch_add(out, Relaxed);
        self.backs.fetch_add(back, Relaxed);
    }
}

#[test]
fn model_a_target_is_told_to_leave_and_to_come_back_by_turns() {
    loom::model(|| {
        let target = Arc::new(Target {
            passes: AtomicBool::new(true),
            standing: Standing::new(),
            outs: AtomicUsize::new(0),
            backs: AtomicUsize::new(0),
        });
        let other = target.clone();
        let there = thread::spawn(move || {
            other.passes.store(false, SeqCst);
            other.review(5);
        });
        target.passes.store(true, SeqCst);
        target.review(7);
        there.join().expect("joins");
        // The next call looks as well.
        target.review(9);
        let is_in = target.standing.is_in();
        assert_eq!(is_in, target.passes.load(SeqCst));
        let (outs, backs) = (target.outs.load(Relaxed), target.backs.load(Relaxed));
        assert_eq!(outs, backs + usize::from(!is_in));
    });
}
