//! What the tests share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dyno::clock::{self, Frozen};
use dyno::metrics::Metrics;

pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const SEC: Duration = Duration::from_secs(1);

/// A name that nobody else has.
pub(crate) fn name(of: &str) -> &'static str {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Box::leak(format!("{of}.{number}").into())
}

pub(crate) fn metrics(of: &str) -> Metrics {
    Metrics::new(name(of))
}

/// A frozen clock at the beginning of a part of every window: of 1 s, of 10 s.
pub(crate) fn freeze() -> Frozen {
    let frozen = clock::freeze();
    let minute = Duration::from_secs(60).as_nanos();
    let passed = u128::from(clock::now().as_nanos()) % minute;
    frozen.advance(Duration::from_nanos(u64::try_from(minute - passed).expect("a minute")));
    frozen
}
