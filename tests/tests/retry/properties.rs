//! What holds for any settings.

use std::time::Duration;

use dyno::clock;
use dyno::retry::{Budget, Jitter, Retry, retry};
use proptest::prelude::*;
use proptest::test_runner::Config;

fn jitters() -> impl Strategy<Value = Jitter> {
    prop_oneof![
        Just(Jitter::Full),
        Just(Jitter::Equal),
        Just(Jitter::Decorrelated),
        Just(Jitter::None)
    ]
}

/// Any duration, long ones as often as short ones.
fn durations() -> impl Strategy<Value = Duration> {
    (0_u32..64, any::<u64>()).prop_map(|(bits, nanos)| Duration::from_nanos((nanos >> bits).max(1)))
}

fn growing() -> impl Strategy<Value = (Retry, Duration, Duration, Jitter)> {
    (1_u32..200, durations(), durations(), 1.001..1000.0, jitters()).prop_map(
        |(attempts, start, more, factor, jitter)| {
            let cap = start.saturating_add(more);
            let retry = retry(attempts).backoff(start..cap).factor(factor).jitter(jitter);
            (retry, start, cap, jitter)
        },
    )
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_pause_is_within_its_bounds((retry, start, cap, jitter) in growing()) {
        for (at, pause) in retry.schedule().enumerate() {
            let least = match jitter {
                Jitter::Full => Duration::ZERO,
                Jitter::Equal => start / 2,
                _ => start,
            };
            // Half of an odd number of nanoseconds.
            prop_assert!(pause + Duration::from_nanos(1) >= least, "{at}: {pause:?} < {least:?}");
            prop_assert!(pause <= cap, "{at}: {pause:?} > {cap:?}");
        }
    }

    #[test]
    fn there_are_never_more_attempts_than_allowed(
        attempts in 1_u32..50,
        good in 1_u32..60,
        delay in durations(),
        max in durations(),
    ) {
        let _frozen = clock::freeze();
        let (start, mut calls, mut late) = (clock::now(), 0, 0);
        let outcome = retry(attempts).delay(delay).max_elapsed(max).run(|| {
            calls += 1;
            late += u32::from(calls > 1 && start.elapsed() >= max);
            if calls >= good { Ok(calls) } else { Err(calls) }
        });
        prop_assert!(calls <= attempts && late == 0, "{calls} calls, {late} late");
        prop_assert_eq!(outcome, if calls >= good { Ok(calls) } else { Err(calls) });
    }

    #[test]
    fn a_budget_is_never_overspent(
        share in 0_u32..=10_000,
        reserve in 0_u32..50,
        capacity in 1_u32..200,
        steps in proptest::collection::vec((0_u64..3_000, 1_u32..6, 1_u32..8), 1..80),
    ) {
        let frozen = clock::freeze();
        let budget: &'static Budget = Box::leak(Box::new(
            Budget::new().share(f64::from(share) / 1e4).reserve(reserve).capacity(capacity),
        ));
        let start = clock::now();
        let (mut calls, mut further) = (0_u64, 0_u64);
        for (wait, attempts, good) in steps {
            frozen.advance(Duration::from_millis(wait));
            let mut made = 0;
            let _ = retry(attempts).budget(budget).run(|| {
                made += 1;
                if made >= good { Ok(()) } else { Err(()) }
            });
            calls += 1;
            further += u64::from(made - 1);
            let spent = budget.snapshot();
            prop_assert!(spent.tokens >= 0.0 && spent.tokens <= f64::from(capacity));
            prop_assert_eq!(spent.granted, further);
            // In parts of a token, and with the tick that is under way.
            let passed = u64::try_from(start.elapsed().as_millis()).expect("short") / 10 + 1;
            let in_all = u64::from(capacity) * 10_000
                + calls * u64::from(share)
                + passed * u64::from(reserve) * 100;
            prop_assert!(further * 10_000 <= in_all, "{further} further of {in_all} parts");
        }
    }
}
