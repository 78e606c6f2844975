//! Counts in bins, and the bars.

use std::panic::catch_unwind;
use std::time::Duration;

use dyno::stats::{Bins, Histogram};
use proptest::prelude::*;
use proptest::test_runner::Config;

fn counts(histogram: &Histogram) -> Vec<u64> {
    histogram.bins().map(|bin| bin.count).collect()
}

const RULES: [Bins; 4] = [Bins::FreedmanDiaconis, Bins::Sturges, Bins::Scott, Bins::SquareRoot];

#[test]
fn an_edge_belongs_to_the_bin_it_begins() {
    let mut histogram = Histogram::new(0.0..=1.0, 10);
    // Not one of these tenths is exact.
    (0..=10).for_each(|tenth| histogram.push(f64::from(tenth) / 10.0));
    assert_eq!(counts(&histogram), [1, 1, 1, 1, 1, 1, 1, 1, 1, 2]);
    assert_eq!(histogram.bins().len(), 10);
}

#[test]
fn what_lies_outside_is_counted() {
    let mut histogram = Histogram::new(-1.0..=1.0, 2);
    histogram.extend([-1.0, 1.0, -1.1, 1.1, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -0.0]);
    assert_eq!(counts(&histogram), [1, 2]);
    assert_eq!((histogram.below(), histogram.above(), histogram.nan()), (2, 2, 1));
    assert_eq!(histogram.count(), 8);
}

#[test]
fn bins_that_cannot_be_are_refused_and_named() {
    let refused = |make: &(dyn Fn() + std::panic::RefUnwindSafe), told: &str| {
        let panic = catch_unwind(make).expect_err("refused");
        let message = panic.downcast_ref::<String>().cloned();
        let message = message.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        assert!(message.as_deref().is_some_and(|message| message.contains(told)), "{message:?}");
    };
    refused(&|| drop(Histogram::new(0..=1, 0)), "stats: `bins` must be at least 1");
    let ranges = [1.0..=1.0, 2.0..=1.0, 0.0..=f64::INFINITY, f64::NAN..=1.0, -f64::MAX..=f64::MAX];
    for range in ranges {
        refused(&|| drop(Histogram::new(range.clone(), 3)), "stats: `range` must end above");
    }
    refused(
        &|| Histogram::new(0..=1, 3).merge(&Histogram::new(0..=1, 4)),
        "stats: histograms are merged only when their bins are the same",
    );
}

#[test]
fn the_rules_are_those_of_their_papers() {
    // The quartiles are 5000 apart, ∛10000 is 21.5443, and the deviation 2886.9.
    let data: Vec<u32> = (1..=10_000).collect();
    let bins = |rule| Histogram::by(rule, &data).bins().len();
    assert_eq!(bins(Bins::FreedmanDiaconis), 22); // 9999 / (2 · 5000 / 21.5443) = 21.5
    assert_eq!(bins(Bins::Sturges), 15); // log₂ 10000 = 13.3
    assert_eq!(bins(Bins::Scott), 22); // 9999 / (3.49 · 2886.9 / 21.5443) = 21.4
    assert_eq!(bins(Bins::SquareRoot), 100);
    assert_eq!(Histogram::of(&data), Histogram::by(Bins::FreedmanDiaconis, &data));
}

#[test]
fn data_that_leave_a_rule_no_width_have_bins_all_the_same() {
    for rule in RULES {
        let none = Histogram::by(rule, &[f64::NAN, f64::INFINITY]);
        assert_eq!((counts(&none), none.above(), none.nan()), (vec![0], 1, 1));
        assert_eq!(counts(&Histogram::by(rule, &[0_u8; 0])), [0]);
        let same = Histogram::by(rule, &[5; 7]);
        assert_eq!(counts(&same), [7]);
        assert_eq!(same.bins().next().map(|bin| bin.range), Some(2.5..7.5));
        assert_eq!(counts(&Histogram::by(rule, &[0.0, -0.0])), [2]);
        let far = Histogram::by(rule, &[-f64::MAX, 1.0, 2.0, f64::MAX]);
        assert_eq!((far.below(), far.above(), far.count()), (1, 1, 4));
    }
    // Half of them are the same: no width by the quartiles.
    let mut data = vec![1.0; 60];
    data.push(9.0);
    assert_eq!(Histogram::of(&data).bins().len(), 7);
    // One far out: by its width there would be millions.
    let mut data: Vec<f64> = (0..5000).map(f64::from).collect();
    data.push(1e12);
    assert_eq!(Histogram::of(&data).bins().len(), Bins::MOST);
    assert_eq!(Histogram::of(&[0.0, 1.0, 2.0, 3.0, 1e12]).bins().len(), 5);
}

#[test]
fn bars() {
    let mut histogram = Histogram::new(0..=4, 4);
    histogram.extend([0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 3, 3, -1]);
    histogram.push(f64::NAN);
    assert_eq!(
        format!("{histogram:8}"),
        "
  <    0  1
0 ..   1  8 ########
1 ..   2  1 #
2 ..   3  0
3 ..=  4  4 ####
     NaN  1
"
        .trim_start_matches('\n')
    );
    assert_eq!(format!("{histogram:0$.1}", 0).lines().nth(1), Some("0.0 .. 1.0  8"));
    // A few of very many are seen.
    let mut histogram = Histogram::new(0.0..=1.0, 2);
    histogram.extend([0.1; 1000]);
    histogram.push(0.9);
    assert_eq!(histogram.to_string().lines().last(), Some("0.50 ..=1.00     1 #"));
}

#[test]
fn bars_of_durations() {
    let ms = Duration::from_millis;
    let mut latency = Histogram::new(ms(0)..=ms(2000), 2);
    latency.extend([ms(3), ms(1000), ms(2001)]);
    assert_eq!(
        format!("{latency:2.0}"),
        "
0ns .. 1s  1 ##
 1s ..=2s  1 ##
    >  2s  1
"
        .trim_start_matches('\n')
    );
    assert_eq!(
        latency.to_string().lines().next().map(|line| &line[..17]),
        Some("0.00ns .. 1.00s  ")
    );
    let nothing = Histogram::of(&[Duration::ZERO; 3]);
    assert_eq!(format!("{nothing:1.0}"), "-500ms ..=500ms  3 #\n");
}

fn just_below(value: f64) -> f64 {
    value - (value.abs() * f64::EPSILON).max(f64::MIN_POSITIVE)
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_value_is_in_the_bin_whose_edges_are_around_it(
        data in prop::collection::vec(-10.0..10.0_f64, 0..100),
        from in -9.0..0.0_f64,
        to in 0.001..9.0_f64,
        bins in 1_usize..50,
    ) {
        let mut histogram = Histogram::new(from..=to, bins);
        histogram.extend(data.iter().copied());
        let last = bins - 1;
        let mut end = from;
        for (at, bin) in histogram.bins().enumerate() {
            prop_assert_eq!(bin.range.start, end, "no gap");
            end = bin.range.end;
            let inside = |value: &&f64| bin.range.contains(*value) || (at == last && **value == end);
            prop_assert_eq!(bin.count, data.iter().filter(inside).count() as u64);
        }
        prop_assert_eq!(end, to);
        prop_assert_eq!(histogram.below(), data.iter().filter(|value| **value < from).count() as u64);
        prop_assert_eq!(histogram.count(), data.len() as u64);
    }

    #[test]
    fn an_edge_is_in_the_bin_it_begins_however_it_is_rounded(
        from in -1e3..1e3_f64,
        width in 1e-3..1e3_f64,
        bins in 1_usize..200,
    ) {
        let empty = Histogram::new(from..=from + width, bins);
        for (at, edge) in empty.bins().map(|bin| bin.range.start).enumerate() {
            for (value, bin) in [(edge, at), (just_below(edge), at.saturating_sub(1))] {
                let mut histogram = empty.clone();
                histogram.push(value);
                let found = counts(&histogram).iter().position(|count| *count == 1);
                prop_assert_eq!(found, (value >= from).then_some(bin), "{} {}", at, value);
            }
        }
    }

    #[test]
    fn a_rule_has_room_for_all(data in prop::collection::vec(any::<i32>(), 1..300)) {
        for rule in RULES {
            let histogram = Histogram::by(rule, &data);
            prop_assert_eq!(counts(&histogram).iter().sum::<u64>(), data.len() as u64);
            prop_assert!((1..=data.len()).contains(&histogram.bins().len()));
        }
    }

    #[test]
    fn merged_is_as_counted_together(
        data in prop::collection::vec(prop_oneof![9 => -2.0..2.0_f64, 1 => Just(f64::NAN)], 0..60),
        cut in any::<prop::sample::Index>(),
    ) {
        let count = |data: &[f64]| {
            let mut histogram = Histogram::new(-1.0..=1.0, 7);
            histogram.extend(data.iter().copied());
            histogram
        };
        let (left, right) = data.split_at(cut.index(data.len() + 1));
        let mut merged = count(left);
        merged.merge(&count(right));
        prop_assert_eq!(merged, count(&data));
    }
}
