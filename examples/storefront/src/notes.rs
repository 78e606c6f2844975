//! What the exchange said last: something to go by while it does not answer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::money::{Currency, Rate};

/// The latest rate of each currency.
#[derive(Debug, Default)]
pub struct Notes(Mutex<HashMap<Currency, Rate>>);

impl Notes {
    /// Takes a note of a rate that has just come in.
    pub fn note(&self, rate: &Rate) {
        let old = Rate { second_best: true, ..*rate };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(rate.currency, old);
    }

    /// The latest rate of `currency`, if there ever was one.
    pub fn latest(&self, currency: Currency) -> Option<Rate> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&currency).copied()
    }
}
