//! Which rule refused, with which numbers: those of the moment at which it did.

// Shares are told as they were said; statics stand beside the test they are of.
#![allow(clippy::float_cmp, clippy::items_after_statements)]

#[path = "explain/breaking.rs"]
mod breaking;
#[path = "explain/limiting.rs"]
mod limiting;
#[path = "explain/standing.rs"]
mod standing;
#[path = "explain/timing.rs"]
mod timing;
#[path = "explain/wanting.rs"]
mod wanting;

use std::time::Duration;

use dyno::Fault;
use dyno::breaker::Breaker;
use dyno::fault::explain::Rule;

pub(crate) const MS: Duration = Duration::from_millis(1);
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// The rule, of a fault that has just one.
pub(crate) fn rule(fault: &Fault) -> Rule {
    let explanation = fault.explain();
    assert_eq!(explanation.rules.len(), 1);
    explanation.rule().clone()
}

pub(crate) fn text(fault: &Fault) -> String {
    fault.explain().to_string()
}

/// What `breaker` says to a call that it turns away.
pub(crate) fn turned_away(breaker: &Breaker) -> Fault {
    breaker.acquire().expect_err("it is not closed")
}

/// Calls that fail, with these words.
pub(crate) fn fail(breaker: &Breaker, times: u32, words: &'static str) {
    for _ in 0..times {
        let permit = breaker.acquire().expect("it passes");
        permit.settle(dyno::Verdict::Failure, &dyno::breaker::Report::new(&|f| f.write_str(words)));
    }
}
