//! What expansions name. Not for people: it changes without notice.

pub use core::convert::From;
pub use core::option::Option::{self, None, Some};
pub use core::result::Result::{self, Err, Ok};

#[cfg(feature = "aspect")]
pub use crate::aspect::JoinPoint;
#[cfg(feature = "fallback")]
pub use crate::fallback::{Lift, LiftInto, LiftKeep, fell_back};
pub use crate::fault::{Error, Fault};
pub use crate::outcome::{Outcome, Refuse, Verdict, Wrap};
pub use crate::point::Point;
#[cfg(feature = "retry")]
pub use crate::retry::{Again, Attempts, Pause};
