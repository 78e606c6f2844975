//! Means, variances and deviations of slices.

use std::time::Duration;

use dyno::stats::{mean, population_stdev, population_variance, stdev, variance};
use proptest::prelude::*;
use proptest::test_runner::Config;

#[track_caller]
pub(super) fn near(figure: Option<f64>, exact: f64, by: f64) {
    let figure = figure.expect("a figure");
    let off = (figure - exact).abs();
    assert!(off <= by * exact.abs().max(f64::MIN_POSITIVE), "{figure}, not {exact}");
}

/// Mean, squared deviations over n, and over n - 1: in whole numbers up to the one division.
#[allow(clippy::cast_precision_loss)]
pub(super) fn exactly(data: &[i64]) -> (f64, f64, f64) {
    let n = data.len() as i128;
    let total: i128 = data.iter().map(|value| i128::from(*value)).sum();
    let squares: i128 = data.iter().map(|value| i128::from(*value).pow(2)).sum();
    let deviations = (n * squares - total * total) as f64;
    let n = n as f64;
    (total as f64 / n, deviations / (n * n), deviations / (n * (n - 1.0)))
}

#[test]
fn of_too_few_there_is_none() {
    assert_eq!((mean(&[0_i8; 0]), population_variance(&[0_i8; 0])), (None, None));
    assert_eq!((variance(&[7]), stdev(&[7])), (None, None));
    assert_eq!(
        (mean(&[7]), population_variance(&[7]), population_stdev(&[7])),
        (Some(7.0), Some(0.0), Some(0.0))
    );
    let none: [Duration; 0] = [];
    assert_eq!((mean(&none), stdev(&none)), (None, None));
}

#[test]
fn of_durations_they_are_durations() {
    let took = [2, 4, 4, 4, 5, 5, 7, 9].map(Duration::from_secs);
    assert_eq!(mean(&took), Some(Duration::from_secs(5)));
    assert_eq!(population_stdev(&took), Some(Duration::from_secs(2)));
    let took = [5, 2, 9, 4, 4, 7, 4, 5].map(Duration::from_secs);
    assert_eq!(population_stdev(&took), Some(Duration::from_secs(2)), "in any order");
    near(variance(&took), 32.0 / 7.0, 1e-15);
    // To the nearest nanosecond, a half upwards.
    assert_eq!(mean(&[1, 2].map(Duration::from_nanos)), Some(Duration::from_nanos(2)));
    assert_eq!(mean(&[1, 1, 2].map(Duration::from_nanos)), Some(Duration::from_nanos(1)));
    assert_eq!(mean(&[Duration::MAX; 3]), Some(Duration::MAX));
    // Far from zero, and near one another.
    let year = Duration::from_secs(31_556_952);
    let late = [4, 7, 13, 16].map(|us| year * 1000 + Duration::from_micros(us));
    near(variance(&late), 30e-12, 1e-12);
}

#[test]
fn nothing_cancels_far_from_zero() {
    for far in [0.0, 1e9, 1e12, 1e15] {
        let data = [4.0, 7.0, 13.0, 16.0].map(|value| far + value);
        assert_eq!((mean(&data), variance(&data)), (Some(far + 10.0), Some(30.0)), "{far}");
    }
    // What an `f64` cannot tell apart, integers can.
    let data = [4, 7, 13, 16].map(|value| u64::MAX - 20 + value);
    assert_eq!(variance(&data), Some(30.0));
    // Why it matters: the mean of the squares less the square of the mean.
    let data = [4.0, 7.0, 13.0, 16.0].map(|value: f64| 1e9 + value);
    let naive =
        data.iter().map(|value| value * value).sum::<f64>() / 4.0 - (1e9_f64 + 10.0).powi(2);
    assert!((naive - 22.5).abs() > 10.0, "{naive}");
}

#[test]
fn additions_lose_nothing() {
    assert_eq!(mean(&[1.0, 1e100, 1.0, -1e100]), Some(0.5));
    assert_eq!(mean(&[0.1; 1000]), Some(0.1));
    assert_ne!((0..1000).map(|_| 0.1).sum::<f64>() / 1000.0, 0.1, "as a plain sum does");
    assert_eq!(mean(&[f64::MAX, f64::MAX, f64::MAX]), Some(f64::MAX));
    assert_eq!(mean(&[i64::MAX; 9]), Some(9_223_372_036_854_775_807.0));
    // The first value, which the others are measured from, is far away.
    let data = [1e17, 1.0, 2.0, 3.0];
    near(population_variance(&data), 1e34 * 3.0 / 16.0, 1e-15);
}

#[test]
fn what_is_not_a_number_goes_through() {
    let data = [1.0, f64::NAN];
    assert!(mean(&data).is_some_and(f64::is_nan));
    assert!(variance(&data).is_some_and(f64::is_nan) && stdev(&data).is_some_and(f64::is_nan));
    assert!(population_variance(&[f64::NAN, 1.0]).is_some_and(f64::is_nan));
    let data = [1.0, f64::INFINITY];
    assert_eq!(mean(&data), Some(f64::INFINITY));
    assert!(variance(&data).is_some_and(f64::is_nan));
    assert!(mean(&[f64::INFINITY, f64::NEG_INFINITY]).is_some_and(f64::is_nan));
}

#[test]
fn every_kind_of_number_is_one() {
    let all = (
        (mean(&[1_i8, 2]), mean(&[1_i16, 2]), mean(&[1_i32, 2]), mean(&[1_i64, 2])),
        (mean(&[1_u8, 2]), mean(&[1_u16, 2]), mean(&[1_u32, 2]), mean(&[1_u64, 2])),
        (mean(&[1_isize, 2]), mean(&[1_usize, 2]), mean(&[1_f32, 2.0]), mean(&[1_f64, 2.0])),
    );
    let half = Some(1.5);
    assert_eq!(all, ((half, half, half, half), (half, half, half, half), (half, half, half, half)));
    assert_eq!(variance(&[0_u8, 255]), Some(32512.5));
    assert_eq!(variance(&[i64::MIN, i64::MAX]), Some(2_f64.powi(127)));
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn slices_are_as_exact_arithmetic_has_it(
        data in prop::collection::vec(-1_000_000_i64..1_000_000, 2..100),
        far in -1_000_000_000_000_i64..1_000_000_000_000,
    ) {
        let data: Vec<i64> = data.into_iter().map(|value| value + far).collect();
        let (mu, population, sample) = exactly(&data);
        near(mean(&data), mu, 1e-15);
        near(population_variance(&data), population, 1e-13);
        near(variance(&data), sample, 1e-13);
        near(stdev(&data), sample.sqrt(), 1e-13);
        near(population_stdev(&data), population.sqrt(), 1e-13);
        // As floats, which can hold all of these.
        #[allow(clippy::cast_precision_loss)]
        let floats: Vec<f64> = data.iter().map(|value| *value as f64).collect();
        near(mean(&floats), mu, 1e-15);
        near(variance(&floats), sample, 1e-13);
        near(population_variance(&floats), population, 1e-13);
    }

    #[test]
    fn the_order_of_the_data_does_not_matter(
        data in prop::collection::vec(-1e6..1e6_f64, 2..50),
    ) {
        let mut sorted = data.clone();
        sorted.sort_by(f64::total_cmp);
        near(variance(&sorted), variance(&data).unwrap(), 1e-13);
        let (one, other) = (mean(&sorted).unwrap(), mean(&data).unwrap());
        prop_assert!((one - other).abs() <= 1e-9);
    }
}
