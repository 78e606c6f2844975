//! What the tests share.

use std::error::Error;
use std::time::Duration;

use dyno::clock;
use dyno::http::{Builder, Client};
use dyno::retry::Retry;
use dyno_tests::loopback::{Counts, Loopback};

pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// A client of `server` without limits of time and without pauses: all its other defaults hold.
pub(crate) fn of(server: &Loopback, name: &'static str) -> Builder {
    Client::builder(name)
        .base(&server.url("/"))
        .timeout(None)
        .connect_timeout(None)
        .retry(Retry::new(4))
        .budget(None)
}

/// The same with a single attempt.
pub(crate) fn once(server: &Loopback, name: &'static str) -> Builder {
    of(server, name).retries(0)
}

/// What comes of `asked` when `time` passes once `server` has what is counted: so it does not depend on
/// how soon that is.
pub(crate) async fn after<T>(
    server: &Loopback,
    counted: impl FnMut(&Counts) -> bool,
    time: Duration,
    asked: impl Future<Output = T>,
) -> T {
    let frozen = clock::freeze().manual();
    let passes = async {
        server.until(counted).await;
        frozen.advance(time);
    };
    tokio::join!(asked, passes).0
}

/// Whether a `T` is among the sources.
pub(crate) fn find<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
