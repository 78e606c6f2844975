//! What the tests share.

use std::future::Future;
use std::time::Duration;

pub(crate) const MS: Duration = Duration::from_millis(1);

/// A runtime of one thread, whose own timers are switched off.
pub(crate) fn block_on<R>(future: impl Future<Output = R>) -> R {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future)
}
