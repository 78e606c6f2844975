//! What happens, for the crate `log`.

use log::Level;

use super::TARGET;
use crate::breaker::{Breaker, Happened, Listener, State};

/// Logs what happens at a breaker, under the target `dyno::breaker`, as `name: what`.
///
/// That it opens, would open, or tells too much is a warning; other changes of its state and resets
/// are informative; failures and rejections are for debugging and all other calls for tracing.
///
/// ```
/// use dyno::breaker::{Breaker, Logging};
///
/// let db = Breaker::new("db").fail_max(1);
/// db.listen(Logging).keep();
/// let _ = db.call(|| None::<u8>); // WARN dyno::breaker: db: closed -> open: 1 failure
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Logging;

impl Listener for Logging {
    fn event(&self, breaker: &Breaker, happened: &Happened) {
        log::log!(target: TARGET, level(happened), "{}: {happened}", breaker.name());
    }
}

fn level(happened: &Happened) -> Level {
    match happened {
        Happened::StateChange { change } => match change.to {
            State::Open | State::ForcedOpen => Level::Warn,
            _ => Level::Info,
        },
        Happened::Exceeded { .. } | Happened::Lost { .. } => Level::Warn,
        Happened::Reset => Level::Info,
        Happened::Failure { .. } | Happened::Rejected { .. } => Level::Debug,
        Happened::BeforeCall | Happened::Success | Happened::Ignored => Level::Trace,
    }
}
