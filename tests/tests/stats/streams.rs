//! A stream's figures are those of a slice, and merging is concatenating.

use std::thread;
use std::time::Duration;

use dyno::stats::{Running, max, mean, min, population_variance, stdev, variance};
use proptest::prelude::*;
use proptest::test_runner::Config;

use super::spreads::{exactly, near};

fn running(data: &[f64]) -> Running {
    data.iter().copied().collect()
}

#[test]
fn of_nothing_there_is_none() {
    let none = Running::new();
    assert_eq!(none, Running::default());
    assert_eq!((none.count(), none.mean(), none.variance(), none.stdev()), (0, None, None, None));
    assert_eq!((none.population_variance(), none.population_stdev()), (None, None));
    assert_eq!((none.min(), none.max()), (None, None));
    let one = running(&[-7.0]);
    assert_eq!((one.count(), one.mean(), one.variance()), (1, Some(-7.0), None));
    assert_eq!(
        (one.population_variance(), one.min(), one.max()),
        (Some(0.0), Some(-7.0), Some(-7.0))
    );
}

#[test]
fn merging_with_nothing_changes_nothing() {
    let some = running(&[1.0, 2.0, 4.0]);
    let mut left = Running::new();
    left.merge(&some);
    assert_eq!(left, some);
    left.merge(&Running::new());
    assert_eq!(left, some);
    let mut none = Running::new();
    none.merge(&Running::new());
    assert_eq!(none, Running::new());
}

#[test]
fn it_reads_on_one_line() {
    assert_eq!(Running::new().to_string(), "n 0");
    assert_eq!(running(&[2.0, 2.0]).to_string(), "n 2, mean 2, stdev 0, min 2, max 2");
    let shown = format!("{:.2}", running(&[1.0, 2.0, 4.0]));
    assert_eq!(shown, "n 3, mean 2.33, stdev 1.53, min 1.00, max 4.00");
}

#[test]
fn durations_count_in_seconds() {
    let took: Running = [250, 750].map(Duration::from_millis).into_iter().collect();
    assert_eq!((took.mean(), took.min(), took.max()), (Some(0.5), Some(0.25), Some(0.75)));
}

#[test]
fn what_is_not_a_number_goes_through() {
    for data in [[f64::NAN, 1.0, 2.0], [1.0, f64::NAN, 2.0], [1.0, 2.0, f64::NAN]] {
        let whole = running(&data);
        let mut merged = running(&data[..1]);
        merged.merge(&running(&data[1..]));
        for figures in [whole, merged] {
            let all = [figures.mean(), figures.variance(), figures.min(), figures.max()];
            assert!(all.iter().all(|figure| figure.is_some_and(f64::is_nan)), "{figures:?}");
        }
    }
}

#[test]
fn what_is_infinite_stays_so() {
    let high = running(&[1.0, f64::INFINITY, 2.0]);
    assert_eq!((high.mean(), high.max()), (Some(f64::INFINITY), Some(f64::INFINITY)));
    assert!(high.variance().is_some_and(f64::is_nan));
    assert!(running(&[f64::INFINITY, f64::NEG_INFINITY]).mean().is_some_and(f64::is_nan));
    // A way too long for an `f64` is still gone.
    near(running(&[f64::MAX, -f64::MAX]).mean().map(|mean| mean + 1.0), 1.0, 0.0);
    let mut merged = running(&[f64::MAX]);
    merged.merge(&running(&[-f64::MAX]));
    assert_eq!(merged.mean(), Some(0.0));
}

#[test]
fn nothing_cancels_far_from_zero() {
    // A million values of variance 30 around 1e9: the naive sums of squares have lost all digits.
    let (mut whole, mut parts) = (Running::new(), [Running::new(); 4]);
    let (mut sum, mut squares) = (0.0, 0.0);
    for (n, value) in [4.0, 7.0, 13.0, 16.0].into_iter().cycle().take(1_000_000).enumerate() {
        let value: f64 = 1e9 + value;
        whole.push(value);
        parts[n * 4 / 1_000_000].push(value);
        sum += value;
        squares += value * value;
    }
    near(whole.population_variance(), 22.5, 1e-9);
    let [mut merged, second, third, fourth] = parts;
    for part in [second, third, fourth] {
        merged.merge(&part);
    }
    near(merged.population_variance(), 22.5, 1e-9);
    near(merged.mean(), 1e9 + 10.0, 1e-15);
    let naive = (squares - sum * sum / 1e6) / 1e6;
    assert!((naive - 22.5).abs() > 1.0, "{naive}");
}

#[test]
fn each_thread_may_have_its_own() {
    let parts = thread::scope(|scope| {
        let part = |from: i64| scope.spawn(move || (from..from + 1000).collect::<Running>());
        [0, 1000, 2000, 3000].map(part).map(|thread| thread.join().expect("a part"))
    });
    let mut all = Running::new();
    for part in &parts {
        all.merge(part);
    }
    let (mu, _, sample) = exactly(&(0..4000).collect::<Vec<_>>());
    assert_eq!((all.count(), all.min(), all.max()), (4000, Some(0.0), Some(3999.0)));
    near(all.mean(), mu, 1e-15);
    near(all.variance(), sample, 1e-13);
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_stream_is_as_a_slice_and_merged_as_one(
        data in prop::collection::vec(-1e6..1e6_f64, 2..200),
        far in -1e9..1e9_f64,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let data: Vec<f64> = data.into_iter().map(|value| value + far).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(data.len() + 1)).collect();
        cuts.extend([0, data.len()]);
        cuts.sort_unstable();
        let mut merged = Running::new();
        cuts.windows(2).for_each(|cut| merged.merge(&running(&data[cut[0]..cut[1]])));
        let scale = far.abs() + 1e6;
        for figures in [running(&data), merged] {
            prop_assert_eq!(figures.count(), data.len() as u64);
            prop_assert_eq!((figures.min(), figures.max()), (min(&data), max(&data)));
            prop_assert!((figures.mean().unwrap() - mean(&data).unwrap()).abs() <= 1e-14 * scale);
            near(figures.variance(), variance(&data).unwrap(), 1e-9);
            near(figures.population_variance(), population_variance(&data).unwrap(), 1e-9);
            near(figures.stdev(), stdev(&data).unwrap(), 1e-9);
        }
    }
}
