//! The last error of a dependency, and what it did, kept for those who are turned away because of it.
//!
//! A rejection is made many thousand times a second and read seldom: so it carries a number, and
//! the text stays where it was put. The table keeps the latest [`KEPT`] of the program.

use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::explain::Opened;

/// What is beyond this many is forgotten, the oldest first.
const KEPT: u64 = 256;

/// Stands for the text of an error, and for what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastError(NonZeroU64);

/// What opened a breaker.
#[derive(Clone)]
struct Kept {
    /// The words of the error, where there was one.
    text: Option<Arc<str>>,
    opened: Opened,
}

struct Table {
    /// How many were ever put.
    count: u64,
    kept: Vec<Kept>,
}

static TABLE: Mutex<Table> = Mutex::new(Table { count: 0, kept: Vec::new() });

fn lock() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg_attr(not(feature = "breaker"), allow(dead_code))]
impl LastError {
    /// Keeps what opened a breaker or switched a fuse, and the words of the error that did, which
    /// may be none.
    pub(crate) fn keep(text: &str, opened: Opened) -> Self {
        let text = (!text.is_empty()).then(|| Arc::from(text));
        let new = Kept { text, opened };
        let mut table = lock();
        let at = usize::try_from(table.count % KEPT).unwrap_or(0);
        table.count += 1;
        let number = NonZeroU64::new(table.count).unwrap_or(NonZeroU64::MIN);
        let old = match table.kept.get_mut(at) {
            Some(old) => Some(std::mem::replace(old, new)),
            None => {
                // All of its room at once: what opens later keeps nothing more.
                let room = usize::try_from(KEPT).unwrap_or(0).saturating_sub(table.kept.len());
                table.kept.reserve_exact(room);
                table.kept.push(new);
                None
            }
        };
        drop(table);
        drop(old);
        Self(number)
    }

    fn kept(self) -> Option<Kept> {
        let table = lock();
        let number = self.0.get();
        let at = usize::try_from((number - 1) % KEPT).ok()?;
        (number + KEPT > table.count).then(|| table.kept.get(at).cloned()).flatten()
    }

    /// The words of the error, unless they are forgotten or there were none.
    pub(crate) fn text(self) -> Option<Arc<str>> {
        self.kept()?.text
    }

    /// What did it, unless that is forgotten.
    pub(crate) fn opened(self) -> Option<Opened> {
        Some(self.kept()?.opened)
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
        let keep = |text: &str| LastError::keep(text, Opened::SlowTrial);
        let first = keep("no route to host");
        assert_eq!(first.text().as_deref(), Some("no route to host"));
        assert_eq!(LastError::from_number(first.number()), Some(first));
        for number in 0..2 * KEPT {
            let next = keep(&number.to_string());
            assert_eq!(next.text().as_deref(), Some(number.to_string().as_str()));
        }
        assert_eq!((first.text(), first.opened()), (None, None));
        let silent = keep("");
        assert_eq!((silent.text(), silent.opened()), (None, Some(Opened::SlowTrial)));
        assert!(lock().kept.len() as u64 <= KEPT);
        assert_eq!(LastError::from_number(0), None);
    }
}
