//! Which rule refused, and with which numbers.
//!
//! A [`Fault`] carries what its rule went by at the moment it refused, in a few words;
//! [`Fault::explain`] makes fields and a sentence of it. What it says stays true when the breaker has
//! long been closed again.
//!
//! ```
//! use std::time::Duration;
//! use dyno::breaker::Breaker;
//! use dyno::fault::explain::{Circuit, Opened, Rule};
//!
//! static DB: Breaker = Breaker::new("db").fail_max(2).reset_timeout(Duration::from_secs(15));
//!
//! let frozen = dyno::clock::freeze();
//! for _ in 0..2 {
//!     let _: Result<(), String> = DB.call(|| Err("no route to host".into()));
//! }
//! frozen.advance(Duration::from_millis(6_800));
//! let fault = DB.acquire().expect_err("it is open");
//! DB.reset();
//!
//! let explanation = fault.explain();
//! let Rule::Breaker { circuit: Circuit::Open { why: Some(why), .. }, .. } = explanation.rule() else {
//!     panic!("{explanation}");
//! };
//! assert!(matches!(why, Opened::Failures { in_a_row: 2, limit: Some(2), .. }));
//! assert_eq!(
//!     explanation.to_string(),
//!     "db: the breaker is open for 8.2s more: 2 failures in a row, the limit is 2",
//! );
//! ```

mod rule;
mod show;

use std::fmt;

pub use rule::{Circuit, Opened, Rule};

use super::{Facts, Fault};
use crate::point::Name;

/// Which rule refused, and with which numbers; or, of a whole point, each of its rules and how it
/// stands.
///
/// Made by [`Fault::explain`]. Its [`Display`](fmt::Display) is one line for each rule.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// Who refused: the point, or the policy's name.
    pub point: Name,
    /// The one that refused; of a whole point, each of them, the outermost first. Never empty.
    pub rules: Vec<Rule>,
}

impl Explanation {
    /// Of one rule.
    pub(crate) fn of(point: Name, rule: Rule) -> Self {
        Self { point, rules: vec![rule] }
    }

    /// The rule that refused; of a whole point the outermost.
    ///
    /// # Panics
    /// When somebody has taken all of them out.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        self.rules.first().expect("explain: an explanation has at least one rule")
    }
}

impl Fault {
    /// Which rule refused, and with the numbers it went by when it did.
    ///
    /// For people and their logs: it allocates. What a breaker was opened by is kept beside the
    /// [last error](Self::last_error), for as long; afterwards, and of a fault of your own making,
    /// an explanation says less.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        let of = |point: &Name, rule| Explanation::of(point.clone(), rule);
        match self {
            Self::Rejected { point, reason, retry_after, last } => {
                let unknown = Facts::Plain(*reason);
                of(point, last.facts().unwrap_or(unknown).rule(*retry_after))
            }
            Self::TimedOut { point, after, elapsed, .. } => {
                of(point, Rule::TimeOut { limit: *after, elapsed: Some(*elapsed) })
            }
            Self::Inject(error) => {
                let point = error.function().or(error.provider()).unwrap_or("inject");
                let point = Name::from(point.to_owned());
                Explanation::of(point, Rule::Inject { error: error.clone() })
            }
            Self::Aspect(error) => of(error.join(), Rule::Aspect { error: error.clone() }),
            Self::NoTarget { point, message, .. } => {
                of(point, Rule::Target { message: message.clone() })
            }
            Self::Store { point, message } => of(point, Rule::Store { message: message.clone() }),
        }
    }
}

/// Such as `db: the bulkhead is full: 10 of 10 in flight`, a line for each rule.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, rule) in self.rules.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            match rule {
                // They say themselves of whom they speak.
                Rule::Inject { .. } | Rule::Aspect { .. } => write!(f, "{rule}")?,
                _ => write!(f, "{}: {rule}", self.point)?,
            }
        }
        Ok(())
    }
}
