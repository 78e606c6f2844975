//! The last error of a dependency, kept for those who are turned away because of it.
//!
//! A rejection is made many thousand times a second and read seldom: so it carries a number, and
//! the text stays where it was put. The table keeps the latest [`KEPT`] of the program.

use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Texts beyond this many are forgotten, the oldest first.
const KEPT: u64 = 256;

/// Stands for the text of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastError(NonZeroU64);

struct Table {
    /// How many were ever put.
    count: u64,
    texts: Vec<Arc<str>>,
}

static TABLE: Mutex<Table> = Mutex::new(Table { count: 0, texts: Vec::new() });

fn lock() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg_attr(not(feature = "breaker"), allow(dead_code))]
impl LastError {
    /// Keeps `text`.
    pub(crate) fn keep(text: Arc<str>) -> Self {
        let mut table = lock();
        let at = usize::try_from(table.count % KEPT).unwrap_or(0);
        table.count += 1;
        let number = NonZeroU64::new(table.count).unwrap_or(NonZeroU64::MIN);
        let old = match table.texts.get_mut(at) {
            Some(old) => Some(std::mem::replace(old, text)),
            None => {
                table.texts.push(text);
                None
            }
        };
        drop(table);
        drop(old);
        Self(number)
    }

    /// The text, unless it is forgotten.
    pub(crate) fn text(self) -> Option<Arc<str>> {
        let table = lock();
        let number = self.0.get();
        let at = usize::try_from((number - 1) % KEPT).ok()?;
        (number + KEPT > table.count).then(|| table.texts.get(at).cloned()).flatten()
    }

    pub(crate) fn from_number(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }

    pub(crate) fn number(self) -> u64 {
        self.0.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_until_many_others_came() {
        let first = LastError::keep("no route to host".into());
        assert_eq!(first.text().as_deref(), Some("no route to host"));
        assert_eq!(LastError::from_number(first.number()), Some(first));
        for number in 0..2 * KEPT {
            let next = LastError::keep(number.to_string().into());
            assert_eq!(next.text().as_deref(), Some(number.to_string().as_str()));
        }
        assert_eq!(first.text(), None);
        assert!(lock().texts.len() as u64 <= KEPT);
        assert_eq!(LastError::from_number(0), None);
    }
}
