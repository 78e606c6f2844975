//! What a status says of the service.

use std::fmt;

use ::http::StatusCode;

use crate::outcome::is_failure;

/// Which statuses of an answer are failures of the service, and which of those are worth another try.
///
/// ```
/// use dyno::http::{Client, StatusCode, Statuses};
///
/// let client = Client::builder("inventory")
///     .statuses(Statuses::failing(|status| status.is_server_error()).retrying(|status| status == 503))
///     .build()?;
/// # Ok::<(), dyno::http::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Statuses {
    fails: fn(StatusCode) -> bool,
    again: fn(StatusCode) -> bool,
}

impl Statuses {
    /// 5xx and 429 are failures, and tried again: what a client is told when it is to come later or
    /// elsewhere.
    pub const DEFAULT: Self = Self::failing(is_failure);

    /// None is: an answer is an answer, and only what comes without one opens a circuit, or is tried
    /// again. As the service clients of infuse have it.
    pub const NONE: Self = Self::failing(|_| false);

    /// Those are failures for which `fails` holds, and tried again.
    #[must_use]
    pub const fn failing(fails: fn(StatusCode) -> bool) -> Self {
        Self { fails, again: fails }
    }

    /// Of the failures only those are tried again for which `again` holds.
    #[must_use]
    pub const fn retrying(mut self, again: fn(StatusCode) -> bool) -> Self {
        self.again = again;
        self
    }

    /// The service has failed.
    pub(super) fn fails(&self, status: StatusCode) -> bool {
        (self.fails)(status)
    }

    /// Another try may go better.
    pub(super) fn asks_again(&self, status: StatusCode) -> bool {
        (self.again)(status)
    }
}

impl Default for Statuses {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Debug for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |holds: fn(StatusCode) -> bool| {
            let all = (100..600).filter_map(|status| StatusCode::from_u16(status).ok());
            let some: Vec<_> = all.filter(|status| holds(*status)).collect();
            ranges(&some)
        };
        f.debug_struct("Statuses")
            .field("failing", &format_args!("{}", named(self.fails)))
            .field("retrying", &format_args!("{}", named(self.again)))
            .finish()
    }
}

/// `429, 500..=599`
fn ranges(statuses: &[StatusCode]) -> String {
    let follows = |a: &StatusCode, b: &StatusCode| a.as_u16() + 1 == b.as_u16();
    let told = statuses.chunk_by(follows).map(|run| match run {
        [one] => one.as_u16().to_string(),
        _ => format!("{}..={}", run[0].as_u16(), run[run.len() - 1].as_u16()),
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_shown() {
        assert_eq!(
            format!("{:?}", Statuses::DEFAULT.retrying(|status| status == 503)),
            "Statuses { failing: 429, 500..=599, retrying: 503 }"
        );
        assert_eq!(format!("{:?}", Statuses::NONE), "Statuses { failing: , retrying:  }");
    }
}
