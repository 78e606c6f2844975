//! What the tests share.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
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

/// Who reads all points by a clock of its own begins the windows of others anew.
static CLOCKS: RwLock<()> = RwLock::new(());

/// A frozen clock by which nobody else reads.
pub(crate) struct Clock {
    frozen: Frozen,
    _shared: RwLockReadGuard<'static, ()>,
}

impl Deref for Clock {
    type Target = Frozen;
    fn deref(&self) -> &Frozen {
        &self.frozen
    }
}

/// A frozen clock at the beginning of a part of every window: of 1 s, of 10 s.
pub(crate) fn freeze() -> Clock {
    let shared = CLOCKS.read().unwrap_or_else(PoisonError::into_inner);
    Clock { frozen: frozen(), _shared: shared }
}

/// For who reads all points: no other test has a frozen clock meanwhile.
pub(crate) fn alone() -> RwLockWriteGuard<'static, ()> {
    CLOCKS.write().unwrap_or_else(PoisonError::into_inner)
}

/// The same beside [`alone`].
pub(crate) fn frozen() -> Frozen {
    let frozen = clock::freeze();
    let minute = Duration::from_secs(60).as_nanos();
    let passed = u128::from(clock::now().as_nanos()) % minute;
    frozen.advance(Duration::from_nanos(u64::try_from(minute - passed).expect("a minute")));
    frozen
}
