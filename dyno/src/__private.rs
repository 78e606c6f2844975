//! What expansions name. Not for people: it changes without notice.

pub use core::convert::From;
pub use core::option::Option::{self, None, Some};
pub use core::result::Result::{self, Err, Ok};

pub use crate::fault::{Error, Fault};
pub use crate::outcome::{Outcome, Refuse, Verdict, Wrap};
pub use crate::point::Point;
