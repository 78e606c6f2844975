//! The grammar that all attributes share.
//!
//! [`args`] reads a list of `value`, `key = value`, `key(group)` and `flag`, and says all that is
//! wrong with it at once. [`value`] reads durations, counts, ranges, windows and words, [`decimal`] fractions,
//! [`rate`] rates, [`share`] percentages. [`spare`] guesses what a value too many was meant for.
//! [`failures`] reads which failures a policy minds.

pub(crate) mod args;
pub(crate) mod decimal;
pub(crate) mod failures;
pub(crate) mod rate;
pub(crate) mod share;
mod spare;
pub(crate) mod value;

pub(crate) use args::{Arg, Args, Key};
pub(crate) use failures::Failures;
