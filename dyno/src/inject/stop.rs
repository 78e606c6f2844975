//! What `stop = close_db` does with a value when dyno is shut down.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// How stopping ended.
pub type StopResult = Result<(), Box<dyn Error + Send + Sync>>;

/// A stop hook's future.
pub type Stopping<'a> = Pin<Box<dyn Future<Output = StopResult> + Send + 'a>>;

pub(super) enum Stop<T: ?Sized> {
    Now(fn(&T) -> StopResult),
    Later(for<'a> fn(&'a T) -> Stopping<'a>),
}

impl<T: ?Sized> Clone for Stop<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Stop<T> {}

impl<T: ?Sized> fmt::Debug for Stop<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}

/// What a stop hook may return: nothing, or a `Result`.
#[diagnostic::on_unimplemented(
    message = "a stop hook cannot return `{Self}`",
    label = "neither `()` nor a `Result<(), E>`",
    note = "the error must convert into `Box<dyn Error + Send + Sync>`"
)]
pub trait Stopped {
    #[doc(hidden)]
    fn stopped(self) -> StopResult;
}

impl Stopped for () {
    fn stopped(self) -> StopResult {
        Ok(())
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> Stopped for Result<(), E> {
    fn stopped(self) -> StopResult {
        self.map_err(Into::into)
    }
}

/// What a stop hook returned, as one type.
pub fn stopped(outcome: impl Stopped) -> StopResult {
    outcome.stopped()
}
