//! What happens, for the crate `tracing`.

use tracing::Level;

use super::TARGET;
use crate::breaker::{Breaker, Change, Happened, Listener, State};
use crate::fault::Fault;

/// Makes an event of the crate `tracing` of all that happens at a breaker.
///
/// The target is `dyno::breaker`. Every event has a message and the fields `breaker`, its name, and
/// `kind`, the hook of [`Listener`] that it stands for; besides:
///
/// | `kind` | level | fields |
/// |---|---|---|
/// | `before_call`, `success`, `ignored` | trace | |
/// | `failure` | debug | `error` |
/// | `rejected` | debug | `reason`, `retry_after_ms` and `last_error`, where they are known |
/// | `state_change` | warn when it opens, else info | `from`, `to`, `why` |
/// | `exceeded` | warn | `why` |
/// | `reset` | info | |
/// | `lost` | warn | `events`: how many were not told |
///
/// Events are made in the span of the call that they are told by, which under load may be another
/// than the one they are about.
///
/// ```
/// use dyno::breaker::{Breaker, Tracing};
///
/// static DB: Breaker = Breaker::new("db").fail_max(1);
/// DB.listen(Tracing).keep();
/// // WARN dyno::breaker: closed -> open: 1 failure breaker="db" kind="state_change" …
/// let _ = DB.call(|| None::<u8>);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Tracing;

/// One event, at a level that is known to the compiler.
macro_rules! event {
    ($level:ident, $breaker:ident, $happened:ident, $kind:literal $(, $($fields:tt)+)?) => {
        tracing::event!(
            target: TARGET,
            Level::$level,
            breaker = $breaker.name(),
            kind = $kind,
            $($($fields)+,)?
            "{}",
            $happened
        )
    };
}

impl Listener for Tracing {
    fn event(&self, breaker: &Breaker, happened: &Happened) {
        match happened {
            Happened::BeforeCall => event!(TRACE, breaker, happened, "before_call"),
            Happened::Success => event!(TRACE, breaker, happened, "success"),
            Happened::Failure { error } => {
                event!(DEBUG, breaker, happened, "failure", error = &**error);
            }
            Happened::Ignored => event!(TRACE, breaker, happened, "ignored"),
            Happened::Rejected { fault } => rejected(breaker, happened, fault),
            Happened::StateChange { change } => state_change(breaker, happened, change),
            Happened::Exceeded { why } => {
                event!(WARN, breaker, happened, "exceeded", why = %why);
            }
            Happened::Reset => event!(INFO, breaker, happened, "reset"),
            Happened::Lost { events } => {
                event!(WARN, breaker, happened, "lost", events = *events);
            }
        }
    }
}

fn rejected(breaker: &Breaker, happened: &Happened, fault: &Fault) {
    if !tracing::enabled!(target: TARGET, Level::DEBUG) {
        return;
    }
    let reason = fault.reason().map(tracing::field::display);
    let after = fault.retry_after().map(|after| u64::try_from(after.as_millis()));
    let after = after.map(|millis| millis.unwrap_or(u64::MAX));
    let last = fault.last_error();
    event!(
        DEBUG,
        breaker,
        happened,
        "rejected",
        reason,
        retry_after_ms = after,
        last_error = last.as_deref()
    );
}

fn state_change(breaker: &Breaker, happened: &Happened, change: &Change) {
    let (from, to, why) = (change.from.as_str(), change.to.as_str(), change.why);
    match change.to {
        State::Open | State::ForcedOpen => {
            event!(WARN, breaker, happened, "state_change", from, to, %why);
        }
        _ => event!(INFO, breaker, happened, "state_change", from, to, %why),
    }
}
