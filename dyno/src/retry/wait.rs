//! How long to pause.

use std::time::Duration;

/// The rule for pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    None,
    Fixed(Duration),
    Backoff { start: Duration, cap: Duration },
}

impl Wait {
    /// The pause after the `failed`-th attempt, from 1.
    pub(super) fn after(self, failed: u32) -> Duration {
        match self {
            Self::None => Duration::ZERO,
            Self::Fixed(pause) => pause,
            // The jitter is drawn last, so that it is there at the cap, too.
            Self::Backoff { start, cap } => {
                Duration::from_nanos(fastrand::u64(0..=limit(start, cap, failed - 1)))
            }
        }
    }
}

/// `start` doubled `times` times, at most `cap`, in nanoseconds.
fn limit(start: Duration, cap: Duration, times: u32) -> u64 {
    let cap = u64::try_from(cap.as_nanos()).unwrap_or(u64::MAX);
    let start = u64::try_from(start.as_nanos()).unwrap_or(u64::MAX);
    if times >= start.leading_zeros() {
        return cap;
    }
    (start << times).min(cap)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn the_limit_doubles_up_to_the_cap() {
        let limits: Vec<u64> = (0..6).map(|n| limit(50 * MS, 1000 * MS, n) / 1_000_000).collect();
        assert_eq!(limits, [50, 100, 200, 400, 800, 1000]);
        assert_eq!(limit(MS, Duration::MAX, 63), u64::MAX);
        assert_eq!(limit(MS, 5 * MS, u32::MAX), 5_000_000);
    }

    #[test]
    fn the_jitter_fills_the_whole_range_also_at_the_cap() {
        fastrand::seed(7);
        let wait = Wait::Backoff { start: MS, cap: 8 * MS };
        for (failed, top) in [(1, 1), (2, 2), (4, 8), (40, 8)] {
            let drawn: Vec<Duration> = (0..1000).map(|_| wait.after(failed)).collect();
            assert!(drawn.iter().all(|pause| *pause <= top * MS));
            assert!(drawn.iter().any(|pause| *pause > top * MS * 9 / 10), "upper tenth, {failed}");
            assert!(drawn.iter().any(|pause| *pause < top * MS / 10), "lower tenth, {failed}");
        }
    }
}
