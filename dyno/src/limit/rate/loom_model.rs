//! Every interleaving of the word, by the model checker loom:
//! `RUSTFLAGS="--cfg loom" cargo test -p dyno --lib --release --no-default-features --features limit loom`

use std::time::Duration;

use loom::sync::Arc;
use loom::sync::atomic::AtomicU64;
use loom::sync::atomic::Ordering::Relaxed;
use loom::thread;

use super::core::{Core, Miss, Time};
use super::pace::Pace;

type Model = Core<AtomicU64>;

const MS: u64 = 1_000_000;

/// A clock that stands at so many milliseconds.
struct At(u64);

impl Time for At {
    fn now(&self) -> u64 {
        self.0 * MS
    }

    fn coarse(&self) -> u64 {
        self.now()
    }
}

/// A clock that goes on by a millisecond whenever it is looked at.
struct Going<'a>(&'a AtomicU64);

impl Time for Going<'_> {
    fn now(&self) -> u64 {
        self.0.fetch_add(1, Relaxed) * MS
    }

    fn coarse(&self) -> u64 {
        self.now()
    }
}

/// So many in 12 ms.
fn pace(calls: u32, burst: u32) -> Pace {
    Pace::of(calls, Duration::from_millis(12), burst)
}

fn of(pace: Pace) -> Arc<Model> {
    let [due, interval, tolerance, unit] =
        [0, pace.interval, pace.tolerance, pace.unit].map(AtomicU64::new);
    Arc::new(Core::new(due, interval, tolerance, unit))
}

fn spawn<R: 'static>(
    core: &Arc<Model>,
    f: impl FnOnce(&Model) -> R + 'static,
) -> thread::JoinHandle<R> {
    let core = core.clone();
    thread::spawn(move || f(&core))
}

fn takes(core: &Model, time: &impl Time, tries: usize) -> usize {
    (0..tries).filter(|_| core.take(1, time).is_ok()).count()
}

#[test]
fn model_no_more_than_a_burst_at_once() {
    loom::model(|| {
        let core = of(pace(3, 3));
        let other = spawn(&core, |core| takes(core, &At(5), 2));
        let here = takes(&core, &At(5), 2);
        assert_eq!(here + other.join().expect("joins"), 3);
        assert_eq!(core.take(1, &At(5)), Err(Miss::Early(4 * MS)));
    });
}

#[test]
fn model_whoever_reads_an_earlier_time_takes_no_more() {
    loom::model(|| {
        let core = of(pace(3, 1));
        let clock = Arc::new(AtomicU64::new(100));
        let there = clock.clone();
        let other = spawn(&core, move |core| takes(core, &Going(&there), 2));
        let here = takes(&core, &Going(&clock), 1);
        // Within 4 ms, and the clock has not gone further.
        assert_eq!(here + other.join().expect("joins"), 1);
    });
}

#[test]
fn model_who_waits_has_the_word_alone() {
    loom::model(|| {
        let core = of(pace(3, 1));
        let other = spawn(&core, |core| core.take(1, &At(5)));
        let held = core.take_held(core.hold(&At(5)));
        // Nobody comes between.
        assert_eq!(core.left(0, 5 * MS), 4 * MS);
        core.release();
        let passed = other.join().expect("joins");
        assert!(held.is_ok() != passed.is_ok(), "{held:?} {passed:?}");
    });
}

#[test]
fn model_nobody_goes_by_half_a_change() {
    loom::model(|| {
        // Six at once; afterwards one each 12 ms, in parts of another size.
        let core = of(pace(7, 6));
        let other = spawn(&core, |core| {
            let passed = core.take(1, &At(50));
            let full = core.take(6, &At(50));
            (passed, full)
        });
        core.change(pace(1, 1), core.hold(&At(50)));
        core.release();
        let (passed, full) = other.join().expect("joins");
        // A full burst and one more pass by neither pace.
        assert!(passed.is_err() || full.is_err(), "{passed:?} {full:?}");
        let early = [passed, full].into_iter().filter_map(|miss| match miss {
            Err(Miss::Early(left)) => Some(left),
            _ => None,
        });
        let most = 6 * 12 * MS;
        assert!(early.into_iter().all(|left| left <= most), "{passed:?} {full:?}");
        // The new pace holds, whatever passed before.
        let here = takes(&core, &At(50), 2);
        assert!(here <= 1);
        assert!(core.left(0, 50 * MS) <= 12 * MS);
        assert_eq!(takes(&core, &At(62), 2), 1);
    });
}

/// Though the moment is the same before and after.
#[test]
fn model_nobody_passes_by_a_pace_that_is_over() {
    loom::model(|| {
        let core = of(pace(3, 3));
        assert_eq!(core.take(1, &At(50)), Ok(()));
        let other = spawn(&core, |core| core.take(1, &At(50)));
        core.change(pace(3, 1), core.hold(&At(50)));
        core.release();
        let left = core.left(0, 50 * MS);
        let _passed = other.join().expect("joins");
        assert_eq!((left, core.left(0, 50 * MS)), (4 * MS, 4 * MS));
    });
}
