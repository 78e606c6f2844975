//! Percentiles, medians, least and most.

use std::panic::catch_unwind;
use std::time::Duration;

use dyno::stats::{max, median, min, percentile, percentiles};
use proptest::prelude::*;
use proptest::test_runner::Config;

fn upto(n: u32) -> Vec<u32> {
    (0..n).collect()
}

#[test]
fn dy_80_the_doctests_of_the_predecessor() {
    assert_eq!(percentile(99, &upto(100)), Some(99));
    assert_eq!(percentile(50, &upto(100)), Some(50));
    assert_eq!(percentile(0, &[3, 1, 2]), Some(1));
    assert_eq!(percentile(99.5, &upto(1000)), Some(995));
}

#[test]
fn dy_80_a_hundred_is_the_last_element() {
    assert_eq!(percentile(100, &upto(100)), Some(99));
    assert_eq!(percentile(100.0, &[7]), Some(7));
    assert_eq!(percentiles([100, 0], &[2, 9, 4]), Some([9, 2]));
}

#[test]
fn dy_80_of_nothing_there_is_none() {
    for p in [0.0, 50.0, 100.0] {
        assert_eq!(percentile(p, &[0_i64; 0]), None);
        assert_eq!(percentiles([p, p], &[0.0_f64; 0]), None);
    }
    let none: [Duration; 0] = [];
    assert_eq!((median(&none), min(&none), max(&none)), (None, None, None));
}

#[test]
fn dy_80_what_is_no_percentage_is_refused_and_named() {
    for (p, told) in [(-0.1, "-0.1"), (100.1, "100.1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        let expected = format!("stats: `p` must be from 0 to 100 percent, and it is {told}");
        let refused = |ask: &(dyn Fn() + std::panic::RefUnwindSafe)| {
            let panic = catch_unwind(ask).expect_err("refused");
            assert_eq!(panic.downcast_ref::<String>(), Some(&expected));
        };
        refused(&|| assert_eq!(percentile(p, &[1, 2, 3]), None));
        refused(&|| assert_eq!(percentiles([50.0, p], &[1, 2, 3]), None));
        // Of nothing as well, or a mistake would hide until there are data.
        refused(&|| assert_eq!(percentile(p, &[0_u8; 0]), None));
        refused(&|| assert_eq!(percentiles([p], &[0_u8; 0]), None));
    }
}

#[test]
fn dy_80_the_input_is_untouched() {
    let data = [5, 3, 9, 1];
    let before = data;
    let figures = (percentile(50, &data), percentiles([99], &data), median(&data));
    assert_eq!(figures, (Some(5), Some([9]), Some(4.0)));
    assert_eq!(data, before);
}

#[test]
fn the_middle_of_an_even_number_is_between_two() {
    let ms = Duration::from_millis;
    assert_eq!(median(&[ms(4), ms(1), ms(3), ms(100)]), Some(Duration::from_micros(3500)));
    assert_eq!(median(&[ms(4), ms(1), ms(100)]), Some(ms(4)));
    assert_eq!(median(&[i64::MAX, i64::MIN]), Some(-0.5));
    assert_eq!(median(&[f64::MAX, f64::MAX]), Some(f64::MAX));
}

#[test]
fn one_nan_makes_every_figure_one() {
    let data = [1.0, f64::NAN, 3.0];
    assert!(percentile(0, &data).is_some_and(f64::is_nan));
    assert!(percentiles([0, 100], &data).is_some_and(|found| found.iter().all(|p| p.is_nan())));
    assert!(median(&data).is_some_and(f64::is_nan));
    assert!(min(&data).is_some_and(f64::is_nan) && max(&data).is_some_and(f64::is_nan));
    assert!(min(&[1.0, -f64::NAN]).is_some_and(f64::is_nan));
    assert_eq!(max(&[1.0, f64::INFINITY]), Some(f64::INFINITY));
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_percentile_is_at_the_place_that_whole_numbers_say(
        data in prop::collection::vec(any::<i64>(), 1..200),
        p in 0_usize..=100,
    ) {
        let mut sorted = data.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * p / 100).min(sorted.len() - 1);
        let p = u32::try_from(p).unwrap();
        prop_assert_eq!(percentile(p, &data), Some(sorted[at]));
        prop_assert_eq!(percentiles([p, p], &data), Some([sorted[at]; 2]));
        prop_assert_eq!(min(&data), sorted.first().copied());
        prop_assert_eq!(max(&data), sorted.last().copied());
    }

    #[test]
    fn floats_have_the_same_order(
        data in prop::collection::vec(-1e300..1e300_f64, 1..60),
        p in 0.0..=100.0_f64,
    ) {
        let mut sorted = data.clone();
        sorted.sort_by(f64::total_cmp);
        let below = sorted.iter().take_while(|value| Some(**value) != percentile(p, &data)).count();
        prop_assert!(below < sorted.len());
        let n = f64::from(u32::try_from(sorted.len()).unwrap());
        let place = f64::from(u32::try_from(below).unwrap());
        prop_assert!(place <= n * p / 100.0 && (n * p / 100.0 < place + 1.0 || p >= 100.0));
        prop_assert_eq!(percentile(p, &data), percentiles([p], &data).map(|[one]| one));
    }

    #[test]
    fn as_many_are_below_the_median_as_above(
        data in prop::collection::vec(-1000_i32..1000, 1..60),
    ) {
        let middle = median(&data).unwrap();
        let below = data.iter().filter(|value| f64::from(**value) < middle).count();
        let above = data.iter().filter(|value| f64::from(**value) > middle).count();
        prop_assert!(below <= data.len() / 2 && above <= data.len() / 2);
        // And it is the mean of the two around it.
        let mut sorted = data.clone();
        sorted.sort_unstable();
        let (lower, upper) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        prop_assert_eq!(middle, f64::midpoint(lower.into(), upper.into()));
    }
}
