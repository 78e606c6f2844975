//! When a closed breaker opens.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::settings::Settings;
use super::why::Why;
use super::window::Seen;

/// A rule of your own for opening a breaker, beside the ones that are built in.
///
/// It is asked after every call that failed or was slow, on the thread of that call and outside of
/// every lock; two calls may ask it at the same time. A panic of it goes to the caller, once its call
/// has been counted.
///
/// ```
/// use dyno::breaker::{Breaker, Rule, Seen, State};
///
/// struct ThreeOfAny;
/// impl Rule for ThreeOfAny {
///     fn name(&self) -> &'static str { "three failures among the last ten calls" }
///     fn opens(&self, seen: &Seen) -> bool { seen.failures >= 3 }
/// }
/// static DB: Breaker = Breaker::new("db").window_calls(10).rule(&ThreeOfAny);
///
/// for good in [false, true, false, true, false] {
///     let _ = DB.call(|| good.then_some(()));
/// }
/// assert_eq!(DB.state(), State::Open);
/// ```
pub trait Rule: Any + Send + Sync {
    /// What it looks for, in a few words: the reason that listeners and reports give.
    fn name(&self) -> &'static str;

    /// `true` when the breaker should open, after what it has seen.
    fn opens(&self, seen: &Seen) -> bool;
}

/// The reason to open after a failed or slow call, if there is one.
///
/// A panic of the user's rule stays in `panicked`: the call counts first, else no other rule would
/// ever see it.
pub(super) fn judge(
    settings: &Settings,
    seen: impl Fn() -> Seen,
    in_a_row: u32,
    panicked: &Panicked,
) -> Option<Why> {
    if let Some(max) = settings.max_failures() {
        if in_a_row >= max {
            // It may have been asked before, when another call was quicker.
            panicked.0.set(None);
            return Some(Why::Failures { in_a_row });
        }
    }
    judge_by_rule(settings, seen, in_a_row, panicked)
}

/// The same, by the user's own rule alone.
pub(super) fn judge_by_rule(
    settings: &Settings,
    seen: impl Fn() -> Seen,
    in_a_row: u32,
    panicked: &Panicked,
) -> Option<Why> {
    panicked.0.set(None);
    let rule = settings.rule?;
    let seen = Seen { in_a_row, ..seen() };
    let asked = AssertUnwindSafe(|| rule.opens(&seen).then(|| Why::Rule { name: rule.name() }));
    catch_unwind(asked).unwrap_or_else(|panic| {
        panicked.0.set(Some(panic));
        None
    })
}

/// The panic of a rule, until its call has been counted.
#[derive(Default)]
pub(super) struct Panicked(Cell<Option<Box<dyn Any + Send>>>);

impl Panicked {
    /// Goes on with it, if there is one.
    pub(super) fn go_on(self) {
        if let Some(panic) = self.0.into_inner() {
            resume_unwind(panic);
        }
    }
}
