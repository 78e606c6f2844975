//! Windows, beside a list of all that happened.

#![allow(clippy::cast_precision_loss, reason = "rates are compared with room")]

use std::time::Duration;

use dyno::metrics::{Metrics, Snapshot};
use dyno::{Reason, Verdict, clock};
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::support::name;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    Succeeds(u64),
    Fails(u64),
    Excluded,
    Rejected,
}

/// What happened, and when, in nanoseconds.
#[derive(Default)]
struct Model(Vec<(u64, Does)>);

const SEC: u64 = 1_000_000_000;

impl Model {
    /// Those of the last `parts` parts of this length.
    fn within(&self, now: u64, part: u64, parts: u64) -> impl Iterator<Item = Does> + '_ {
        let first = (now / part).saturating_sub(parts - 1);
        let within = self.0.iter().filter(move |(at, _)| at / part >= first);
        within.map(|(_, does)| *does)
    }

    fn count(&self, now: u64, of: fn(Does) -> bool) -> u64 {
        self.within(now, SEC, 10).filter(|does| of(*does)).count() as u64
    }

    /// A second, over 10 s: of the part in which they began, a share.
    fn rate(&self, now: u64) -> f64 {
        let whole = self.count(now, |_| true) as f64;
        let part = self.0.iter().filter(|(at, _)| at / SEC + 10 == now / SEC).count() as f64;
        let left = 1.0 - (now % SEC) as f64 / SEC as f64;
        (whole + part * left) / 10.0
    }

    fn step(&self, step: u64) -> (u64, u64) {
        let of = || self.0.iter().filter(move |(at, _)| at / SEC == step);
        let failed = of().filter(|(_, does)| matches!(does, Does::Fails(_))).count();
        (of().count() as u64, failed as u64)
    }

    fn check(&self, seen: &Snapshot) -> Result<(), TestCaseError> {
        let now = clock::now().as_nanos();
        let window = &seen.window;
        prop_assert_eq!(window.successes, self.count(now, |it| matches!(it, Does::Succeeds(_))));
        prop_assert_eq!(window.failures, self.count(now, |it| matches!(it, Does::Fails(_))));
        prop_assert_eq!(window.ignored, self.count(now, |it| it == Does::Excluded));
        prop_assert_eq!(window.rejected.shed, self.count(now, |it| it == Does::Rejected));
        prop_assert_eq!(seen.total.calls(), self.0.len() as u64);
        prop_assert!((seen.request_rate() - self.rate(now)).abs() < 1e-6);
        let took = |does| match does {
            Does::Succeeds(took) | Does::Fails(took) => Some(took),
            _ => None,
        };
        let mut took: Vec<_> = self.within(now, 10 * SEC, 6).filter_map(took).collect();
        took.sort_unstable();
        prop_assert_eq!(seen.latency.count(), took.len() as u64);
        prop_assert_eq!(seen.latency.sum(), Duration::from_nanos(took.iter().sum()));
        prop_assert_eq!(
            seen.latency.max(),
            Duration::from_nanos(took.last().map_or(0, |last| *last))
        );
        prop_assert_eq!(seen.history.len(), 120);
        for (back, step) in seen.history.iter().rev().enumerate() {
            let is =
                (now / SEC).checked_sub(back as u64 + 1).map_or((0, 0), |step| self.step(step));
            prop_assert_eq!((step.calls, step.failures), is, "{} s ago", back + 1);
        }
        Ok(())
    }
}

fn does() -> impl Strategy<Value = Does> {
    // Up to a thousand seconds.
    let took = (0_u32..40).prop_flat_map(|bits| 0..1_u64 << bits);
    prop_oneof![
        4 => took.clone().prop_map(Does::Succeeds),
        2 => took.prop_map(Does::Fails),
        1 => Just(Does::Excluded),
        1 => Just(Does::Rejected),
    ]
}

/// Pauses within a part, of some parts, and of more than a window.
fn pauses() -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => 0..SEC / 4,
        3 => 0..3 * SEC,
        2 => 0..30 * SEC,
        1 => 0..400 * SEC,
        1 => (1_u64..20).prop_map(|whole| whole * SEC),
    ]
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(200) })]

    #[test]
    fn windows_hold_what_a_list_holds(
        happens in proptest::collection::vec((pauses(), does(), any::<bool>()), 1..60),
        last in pauses(),
    ) {
        let (frozen, metrics) = (clock::freeze(), Metrics::new(name("model")));
        let mut model = Model::default();
        for (pause, does, looks) in happens {
            frozen.advance(Duration::from_nanos(pause));
            match does {
                Does::Succeeds(took) => metrics.record(Verdict::Success, Duration::from_nanos(took)),
                Does::Fails(took) => metrics.record(Verdict::Failure, Duration::from_nanos(took)),
                Does::Excluded => metrics.record(Verdict::Ignored, Duration::ZERO),
                Does::Rejected => metrics.reject(Some(Reason::Shed)),
            }
            model.0.push((clock::now().as_nanos(), does));
            // Whether somebody reads changes nothing.
            if looks {
                model.check(&metrics.snapshot())?;
            }
        }
        model.check(&metrics.snapshot())?;
        frozen.advance(Duration::from_nanos(last));
        model.check(&metrics.snapshot())?;
    }
}
