//! In the place of dyno's own rows of a policy that is not there yet: none. To have them, a policy's
//! `mod.rs` says `mod guarded;` (or `mod budgeted;`) where it now says `use crate::pending as guarded;`.
//! This file goes with the last of them.

use benches::Bars;

use crate::group::{Group, Results};

pub(crate) fn enter<S>(_: &mut Group, _: S) {}

pub(crate) fn judge<S>(_: &mut Bars, _: &Results, _: S) {
    // Theirs, until then.
    let _ = (Results::median, Results::median_in, Results::over_in);
}
