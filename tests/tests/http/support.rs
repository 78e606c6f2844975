//! What the tests share.

use std::error::Error;
use std::time::Duration;

use dyno::http::{Builder, Client};
use dyno::retry::Retry;
use dyno_tests::loopback::Loopback;

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
