//! dyno's own word, wherever it is among an error and its sources.

use std::error::Error;
use std::io;

use super::{Fault, Last};

/// What dyno had said.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Word<'e> {
    /// All of it.
    Fault(&'e Fault),
    /// What is left of a rejection, a time-out, or that there was nobody to call: a transparent variant
    /// forwards the source of the fault in it.
    Last(&'e Last),
}

/// The first that dyno had said among `error` and its sources.
pub(crate) fn word_in<'e>(error: &'e (dyn Error + 'static)) -> Option<Word<'e>> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(fault) = fault_in(error) {
            return Some(Word::Fault(fault));
        }
        if let Some(last) = last_in(error) {
            return Some(Word::Last(last));
        }
        next = error.source();
    }
    None
}

/// It is what a fault names as its source.
#[cfg_attr(not(feature = "harness"), allow(dead_code))]
pub(crate) fn is_last(error: &(dyn Error + 'static)) -> bool {
    last_in(error).is_some()
}

/// That of a rejection, or one of those that never change.
fn last_in<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Last> {
    let same = || error.downcast_ref::<&'static Last>().copied();
    error.downcast_ref::<Last>().or_else(same)
}

fn fault_in<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Fault> {
    // An `io::Error` passes over what it holds: its source is the source of that.
    let held = |error: &'e io::Error| {
        let held: &(dyn Error + 'static) = error.get_ref()?;
        fault_in(held)
    };
    error.downcast_ref::<Fault>().or_else(|| error.downcast_ref::<io::Error>().and_then(held))
}
