//! The jitters against what the theory says of them, with a seed.

use std::time::Duration;

use dyno::retry::{Jitter, Retry, retry};

const DRAWS: u32 = 40_000;
const SECOND: Duration = Duration::from_secs(1);

/// Mean, variance, least and most of the pauses before the attempt `failed + 1`, in seconds.
fn drawn(retry: Retry, failed: usize) -> (f64, f64, f64, f64) {
    fastrand::seed(1_936_028_018);
    let draws: Vec<f64> = (0..DRAWS)
        .map(|_| retry.schedule().nth(failed - 1).expect("there are more attempts"))
        .map(|pause| pause.as_secs_f64())
        .collect();
    let mean = draws.iter().sum::<f64>() / f64::from(DRAWS);
    let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / f64::from(DRAWS);
    let least = draws.iter().copied().fold(f64::INFINITY, f64::min);
    (mean, variance, least, draws.iter().copied().fold(0.0, f64::max))
}

/// Like those drawn evenly between `from` and `to`: mean and variance by five standard errors.
#[track_caller]
fn is_even((mean, variance, least, most): (f64, f64, f64, f64), from: f64, to: f64) {
    let width = to - from;
    let n = f64::from(DRAWS);
    let (expected, spread) = (f64::midpoint(from, to), width.powi(2) / 12.0);
    assert!((mean - expected).abs() < 5.0 * (spread / n).sqrt(), "mean {mean}, not {expected}");
    // The fourth moment of an even spread gives its variance an error of w² / 12 · √(0.8 / n).
    let error = spread * (0.8 / n).sqrt();
    assert!((variance - spread).abs() < 5.0 * error, "variance {variance}, not {spread}");
    assert!(from <= least && least < from + width / 1000.0, "least {least}");
    assert!(most <= to && most > to - width / 1000.0, "most {most}");
}

fn backoff(jitter: Jitter) -> Retry {
    retry(9).backoff(SECOND..SECOND * 5).jitter(jitter)
}

#[test]
fn full_jitter_is_even_from_zero_to_the_limit() {
    for (failed, limit) in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 5.0), (8, 5.0)] {
        is_even(drawn(backoff(Jitter::Full), failed), 0.0, limit);
    }
}

#[test]
fn equal_jitter_is_even_from_half_of_the_limit() {
    for (failed, limit) in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 5.0), (8, 5.0)] {
        is_even(drawn(backoff(Jitter::Equal), failed), limit / 2.0, limit);
    }
}

#[test]
fn decorrelated_jitter_is_even_up_to_three_times_the_previous() {
    // The first is drawn from 1 to 3. Of the second, from 1 to 3 · X, the mean is (1 + 3 · 2) / 2.
    is_even(drawn(backoff(Jitter::Decorrelated), 1), 1.0, 3.0);
    let far = retry(9).backoff(SECOND..SECOND * 1000).jitter(Jitter::Decorrelated);
    let (mean, _, least, most) = drawn(far, 2);
    assert!((mean - 3.5).abs() < 0.05, "{mean}");
    assert!(least >= 1.0 && most > 8.0 && most <= 9.0, "{least} {most}");
    // At the cap it is as even as ever: no more fall on the cap itself than on any other moment.
    let (_, _, least, most) = drawn(backoff(Jitter::Decorrelated), 8);
    assert!((1.0..1.01).contains(&least) && most <= 5.0 && most > 4.99, "{least} {most}");
    fastrand::seed(7);
    let at_cap = retry(2000).backoff(SECOND..SECOND * 5).jitter(Jitter::Decorrelated).schedule();
    assert!(at_cap.filter(|pause| *pause == SECOND * 5).count() <= 1);
}

#[test]
fn another_factor_grows_otherwise() {
    let limits: Vec<Duration> = retry(5)
        .backoff(SECOND..SECOND * 100)
        .factor(1.5)
        .jitter(Jitter::None)
        .schedule()
        .collect();
    assert_eq!(limits, [1.0, 1.5, 2.25, 3.375].map(Duration::from_secs_f64));
    let decorrelated = backoff(Jitter::Decorrelated).factor(2.0);
    is_even(drawn(decorrelated, 1), 1.0, 2.0);
}

#[test]
fn the_same_seed_draws_the_same_pauses() {
    let draw = || {
        fastrand::seed(42);
        backoff(Jitter::Full).schedule().collect::<Vec<_>>()
    };
    assert_eq!(draw(), draw());
}
