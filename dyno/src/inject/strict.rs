//! Strictness: what a fallback would cover is an error.

use std::fmt;
use std::sync::Arc;

use crate::scope::{self, Pushed};

/// Marks a scope as strict.
struct Mark;

/// Makes this thread, or the test that it leads, strict until the guard is dropped: a dependency
/// that fails is an error even where a fallback would stand in, and a thread that misses a
/// [`swap`](crate::swap) panics.
#[must_use = "strictness ends when the guard is dropped"]
pub fn strict() -> Strict {
    let mark = Arc::new(Mark);
    Strict(if scope::leads_test() { scope::push(mark) } else { scope::push_here(mark) })
}

/// Ends strictness when dropped.
pub struct Strict(#[expect(dead_code, reason = "held for its drop")] Pushed);

impl fmt::Debug for Strict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Strict")
    }
}

pub(super) fn is_strict() -> bool {
    scope::find(|_: &Arc<Mark>| Some(())).is_some()
}
