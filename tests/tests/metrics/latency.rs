//! Percentiles, beside exact ones.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks and times are small, and bounds have room"
)]

use std::time::Duration;

use dyno::Verdict;
use dyno::metrics::{Metrics, Snapshot};
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::support::{MS, SEC, freeze, metrics, name};

/// By the nearest rank.
fn exact(sorted: &[u64], percent: f64) -> u64 {
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted[rank.max(1) - 1]
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(200) })]

    #[test]
    fn percentiles_are_within_two_percent(
        times in proptest::collection::vec((0_u32..40, any::<u64>()), 1..400),
    ) {
        let (_frozen, metrics) = (freeze(), Metrics::new(name("percentiles")));
        // As many long ones as short ones, up to 18 minutes.
        let mut times: Vec<u64> = times.into_iter().map(|(bits, any)| any & ((2 << bits) - 1)).collect();
        for nanos in &times {
            metrics.record(Verdict::Success, Duration::from_nanos(*nanos));
        }
        times.sort_unstable();
        let seen = metrics.snapshot();
        for percent in [0.0, 1.0, 25.0, 50.0, 90.0, 95.0, 99.0, 99.5, 100.0] {
            let (is, told) = (exact(&times, percent), seen.latency.percentile(percent));
            let off = told.as_nanos().abs_diff(u128::from(is)) as f64;
            prop_assert!(off <= is as f64 / 64.0 + 1e-9, "{percent}: {told:?} for {is} ns");
        }
        prop_assert_eq!(seen.latency.percentile(100.0).as_nanos(), u128::from(*times.last().unwrap_or(&0)));
        prop_assert_eq!(seen.latency.sum(), Duration::from_nanos(times.iter().sum()));
        prop_assert_eq!(&seen.latency_total.count(), &(times.len() as u64));
        // What takes so long at most is told apart by buckets.
        for limit in [0, 31, 63, 1000, 1 << 20, 1 << 36] {
            let told = seen.latency.at_most(Duration::from_nanos(limit));
            let least = times.iter().filter(|took| **took <= limit).count() as u64;
            let most = times.iter().filter(|took| **took as f64 <= limit as f64 * 33.0 / 32.0).count() as u64;
            prop_assert!((least..=most).contains(&told), "{limit}: {least} <= {told} <= {most}");
        }
        let buckets: Vec<_> = seen.latency.buckets().collect();
        prop_assert!(buckets.windows(2).all(|two| two[0].0 < two[1].0));
        prop_assert_eq!(buckets.iter().map(|(_, held)| held).sum::<u64>(), times.len() as u64);
    }
}

#[test]
fn what_takes_longer_than_the_buckets_is_kept_as_the_longest() {
    let (_frozen, metrics) = (freeze(), metrics("long"));
    metrics.record(Verdict::Success, 7200 * SEC);
    metrics.record(Verdict::Success, MS);
    let seen = metrics.snapshot();
    assert_eq!(seen.latency.max(), 7200 * SEC);
    assert_eq!(seen.latency.percentile(100.0), 7200 * SEC);
    assert_eq!(seen.latency.mean(), 3600 * SEC + MS / 2);
}

#[test]
fn the_longest_leaves_with_its_part_of_the_window() {
    let (frozen, metrics) = (freeze(), metrics("longest"));
    metrics.record(Verdict::Success, 5 * SEC);
    frozen.advance(30 * SEC);
    metrics.record(Verdict::Failure, SEC);
    let longest = |seen: Snapshot| seen.latency.max();
    assert_eq!(longest(metrics.snapshot()), 5 * SEC);
    frozen.advance(29 * SEC);
    assert_eq!(longest(metrics.snapshot()), 5 * SEC);
    frozen.advance(SEC);
    assert_eq!(longest(metrics.snapshot()), SEC);
    frozen.advance(30 * SEC);
    let seen = metrics.snapshot();
    assert_eq!(
        (seen.latency.max(), seen.latency.count(), seen.p99()),
        (Duration::ZERO, 0, Duration::ZERO)
    );
    // So long after, its place in the ring is another's.
    frozen.advance(20 * SEC);
    metrics.record(Verdict::Success, MS);
    let seen = metrics.snapshot();
    assert_eq!((seen.latency.max(), seen.latency_total.count()), (MS, 3));
}

#[test]
fn the_longest_is_known_after_a_week_as_well() {
    let (frozen, metrics) = (freeze(), metrics("week"));
    // Parts of 10 s, of which 65,536 have numbers of their own.
    let part = u32::try_from(dyno::clock::now().as_nanos() / 10_000_000_000).expect("a short life");
    frozen.advance((65_528 - part) * 10 * SEC);
    metrics.record(Verdict::Success, 5 * SEC);
    frozen.advance(80 * SEC);
    metrics.record(Verdict::Success, MS);
    assert_eq!(metrics.snapshot().latency.max(), MS);
}

#[test]
#[should_panic(expected = "a percentile is between 0 and 100, and this is 101")]
fn a_percentile_above_100_is_refused() {
    let _ = metrics("refused").snapshot().latency.percentile(101.0);
}
