//! When a value is computed anew: by chance, seeded.

#![allow(
    clippy::cast_precision_loss,
    clippy::unchecked_time_subtraction,
    reason = "counts are small, and times far from the ends of their range"
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dyno::cache::{Aged, Cache, Curve, Early, Settings};
use dyno::clock::{self, Frozen};

use crate::support::{Computed, MS, SECOND, TEN};

/// What a computation takes.
const DELTA: Duration = SECOND;

/// How long before its end a value is computed anew when so many ask for it in a `DELTA`, in
/// `DELTA`s: `count` times.
fn gaps(clock: &Frozen, early: Early, per_delta: u32, count: usize) -> Vec<f64> {
    const LIVES: Duration = Duration::from_secs(1000);
    // From then on, and not before: the chance of that is one in twenty thousand.
    let from = DELTA.mul_f64(f64::from(per_delta).ln() + 10.0);
    let cache = Cache::<u64, u64>::new("gaps", Settings::new().ttl(LIVES).early(early));
    let compute = || {
        clock.advance(DELTA);
        0
    };
    cache.get_or(&1, compute);
    let step = DELTA / per_delta;
    (0..count)
        .map(|_| {
            clock.advance(LIVES - from + step * fastrand::u32(..1000) / 1000);
            let begin = clock::now();
            let mut computed = false;
            while !computed {
                cache.get_or(&1, || {
                    computed = true;
                    compute()
                });
                if !computed {
                    clock.advance(step);
                }
            }
            let at = clock::now() - begin - DELTA;
            from.as_secs_f64() - at.as_secs_f64()
        })
        .collect()
}

fn mean_and_deviation(of: &[f64]) -> (f64, f64) {
    let count = of.len() as f64;
    let mean = of.iter().sum::<f64>() / count;
    let variance = of.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance.sqrt())
}

/// The figures are those of the paper's formula, for callers at a random moment of their step.
#[test]
fn xfetch_begins_as_early_as_the_paper_says() {
    fastrand::seed(7);
    let clock = clock::freeze();
    for (per_delta, expected, count) in
        [(1, 0.797, 2000), (10, 2.880, 1000), (100, 5.182, 300), (1000, 7.485, 60)]
    {
        let gaps = gaps(&clock, Early::XFetch { beta: 1.0 }, per_delta, count);
        let (mean, deviation) = mean_and_deviation(&gaps);
        // Three standard errors.
        let error = 3.0 * deviation / (count as f64).sqrt();
        let step = 0.5 / f64::from(per_delta);
        assert!((mean - expected).abs() < error + step, "{per_delta}: {mean} ± {error}");
        if per_delta >= 10 {
            let tends_to = std::f64::consts::PI / 6.0_f64.sqrt();
            assert!((deviation - tends_to).abs() < 0.2, "{per_delta}: {deviation}");
        }
    }
}

#[test]
fn a_greater_beta_begins_earlier_and_as_much() {
    fastrand::seed(8);
    let clock = clock::freeze();
    let mean = |beta| mean_and_deviation(&gaps(&clock, Early::XFetch { beta }, 10, 800)).0;
    let (half, one) = (mean(0.5), mean(1.0));
    // β(ln rβ + γ), with r callers in the time of a computation.
    assert!((half - 0.5 * (5.0_f64.ln() + 0.577)).abs() < 0.12, "{half}");
    assert!((one - (10.0_f64.ln() + 0.577)).abs() < 0.2, "{one}");
}

/// Without anybody who sees to it that only one computes: those who draw while the first computes.
#[test]
fn the_mean_stampede_is_as_small_as_the_paper_says() {
    const PER_DELTA: u32 = 100;
    fastrand::seed(9);
    let lives = 1000 * DELTA;
    let early = Early::XFetch { beta: 1.0 };
    let drawn = |left: f64| {
        let age = lives - DELTA.mul_f64(left.max(0.0));
        early.draw(Aged::new(age, lives, DELTA))
    };
    let rounds = 2000;
    let mut all = 0;
    for _ in 0..rounds {
        let mut step = 0;
        let left = |step: u32| 15.0 - f64::from(step) / f64::from(PER_DELTA);
        while !drawn(left(step)) {
            step += 1;
        }
        all += 1 + (1..=PER_DELTA).filter(|further| drawn(left(step + further))).count();
    }
    let mean = all as f64 / f64::from(rounds);
    assert!((mean - std::f64::consts::E).abs() < 0.12, "{mean}");
}

/// How often out of 20 000 it is drawn, as a part.
fn chance(early: Early, aged: Aged) -> f64 {
    f64::from((0..20_000).map(|_| u32::from(early.draw(aged))).sum::<u32>()) / 20_000.0
}

#[test]
fn one_request_triggers_with_the_papers_probability() {
    fastrand::seed(10);
    for (left, expected) in [(0.1, 0.905), (0.5, 0.607), (1.0, 0.368)] {
        let aged = Aged::new(100 * DELTA - DELTA.mul_f64(left), 100 * DELTA, DELTA);
        let part = chance(Early::XFetch { beta: 1.0 }, aged);
        assert!((part - expected).abs() < 0.012, "{left}: {part}");
    }
}

#[test]
fn dy_28_exponential_and_linear_probabilities() {
    fastrand::seed(11);
    let ten = 10 * SECOND;
    let at = |age: u32| Aged::new(age * SECOND, ten, MS);
    let near = |part: f64, expected: f64| assert!((part - expected).abs() < 0.012, "{part}");
    near(chance(Early::Exponential { power: 2.0 }, at(5)), 0.25);
    near(chance(Early::Exponential { power: 3.0 }, at(5)), 0.125);
    near(chance(Early::Linear, at(5)), 0.5);
    near(chance(Early::Linear, at(9)), 0.9);
    for early in [Early::Linear, Early::Exponential { power: 2.0 }, Early::XFetch { beta: 1.0 }] {
        assert!((0..1000).all(|_| !early.draw(at(0))), "never when it is new: {early:?}");
        for age in [10, 11, 1000] {
            assert!((0..1000).all(|_| early.draw(at(age))), "always from its end on: {early:?}");
        }
    }
    assert!((0..1000).all(|_| !Early::None.draw(at(9))));
}

#[test]
fn dy_28_by_the_cache_itself() {
    fastrand::seed(12);
    let clock = clock::freeze();
    for (early, expected) in [
        (Early::Linear, 0.5),
        (Early::Exponential { power: 2.0 }, 0.25),
        (Early::Exponential { power: 3.0 }, 0.125),
    ] {
        let cache = Cache::<u64, u64>::new("early", TEN.early(early));
        let computed = Computed::default();
        for key in 0..4000 {
            cache.get_or(&key, || key);
        }
        clock.advance(5 * SECOND);
        for key in 0..4000 {
            cache.get_or(&key, || computed.next() as u64);
        }
        let part = computed.times() as f64 / 4000.0;
        assert!((part - expected).abs() < 0.03, "{early:?}: {part}");
        assert_eq!(cache.counts().early, computed.times() as u64);
        // From its end on every caller finds it expired.
        clock.advance(10 * SECOND);
        cache.get_or(&1, || computed.next() as u64);
        assert_eq!(cache.counts().miss, 4001);
    }
}

#[test]
fn one_that_is_computed_early_is_handed_to_the_others_meanwhile() {
    let clock = clock::freeze();
    // Every caller would.
    let settings = TEN.early(Early::Exponential { power: 1e-9 });
    let cache = crate::support::shared::<u64, u64>(settings);
    cache.get_or(&1, || 1);
    clock.advance(5 * SECOND);
    let value = cache.get_or(&1, || {
        let others = crate::support::on_threads(8, |_| cache.get_or(&1, || unreachable!()));
        assert_eq!(others, [1; 8]);
        2
    });
    assert_eq!((value, cache.counts().early, cache.counts().hit), (2, 1, 8));
}

#[test]
fn xfetch_of_what_takes_no_time_begins_at_the_end() {
    let clock = clock::freeze();
    let cache = Cache::<u64, usize>::new("instant", Settings::new().ttl(10 * SECOND));
    let computed = Computed::default();
    for _ in 0..10_000 {
        cache.get_or(&1, || computed.next());
        clock.advance(MS * 999 / 1000);
    }
    assert_eq!(computed.times(), 1);
}

/// Halves the time that is left, and computes when a computation would not end before.
struct Own {
    asked: AtomicUsize,
}

impl Curve for Own {
    fn lifetime(&self, cost: Duration) -> Duration {
        if cost.is_zero() { Duration::MAX } else { cost * 10 }
    }

    fn is_due(&self, aged: Aged) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        aged.left() <= aged.cost
    }
}

#[test]
fn a_curve_of_ones_own_says_how_long_and_when() {
    static OWN: Own = Own { asked: AtomicUsize::new(0) };
    let clock = clock::freeze();
    let cache = Cache::<u64, usize>::new("own", Settings::new().curve(&OWN));
    let computed = Computed::default();
    let call = || {
        cache.get_or(&1, || {
            clock.advance(SECOND);
            computed.next()
        })
    };
    assert_eq!(call(), 1);
    clock.advance(9 * SECOND - MS);
    assert_eq!(call(), 1);
    clock.advance(MS);
    assert_eq!((call(), cache.counts().early), (2, 1));
    assert_eq!(OWN.asked.load(Ordering::Relaxed), 2);
    // What took no time stays for ever, if the curve is asked and says so.
    cache.insert(2, 7);
    clock.advance(Duration::from_secs(1_000_000));
    assert_eq!(cache.get_or(&2, || 0), 7);
}

#[test]
#[should_panic(expected = "cache: a `curve` says itself how long values live and when they are")]
fn a_curve_and_a_time_to_live_contradict_one_another() {
    static OWN: Own = Own { asked: AtomicUsize::new(0) };
    let _ = Settings::new().curve(&OWN).ttl(SECOND);
}

#[test]
#[should_panic(expected = "cache: `beta` must be above 0 and at most 1000")]
fn a_beta_that_is_no_number_is_refused() {
    let _ = Settings::new().early(Early::XFetch { beta: f64::NAN });
}
