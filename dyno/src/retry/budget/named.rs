//! Budgets by name: one budget, many functions.

use std::fmt;
use std::iter;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::Budget;

static KNOWN: Mutex<Vec<(&'static str, &'static Budget)>> = Mutex::new(Vec::new());

/// The one that is there from the beginning.
const GLOBAL: &str = "global";

impl Budget {
    /// The one of this process, for those who want one budget over everything; it is called
    /// `global`.
    #[must_use]
    pub const fn global() -> &'static Self {
        static BUDGET: Budget =
            Budget { listed: AtomicBool::new(true), ..Budget::new().name(GLOBAL) };
        &BUDGET
    }

    /// The budget of this name: the [listed](Self::list) one, else a [new](Self::new) one that all
    /// who ask for the name share from now on, for the life of the program.
    #[must_use]
    pub fn named(name: &str) -> &'static Self {
        if name == GLOBAL {
            return Self::global();
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, budget)) = known.iter().find(|(known, _)| *known == name) {
            return budget;
        }
        let name: &'static str = Box::leak(name.into());
        let budget: &'static Self = Box::leak(Box::new(Self::new().name(name)));
        budget.listed.store(true, Ordering::Relaxed);
        known.push((name, budget));
        budget
    }

    /// Lets [`named`](Self::named), and so the attributes, find it: for a name with settings of its
    /// own, at the beginning of the program.
    ///
    /// # Panics
    /// When it has no name, or another one of its name is in use already.
    pub fn list(&'static self) -> &'static Self {
        let name = self.name.expect("retry: a budget that is listed needs a `name`");
        if self.listed.swap(true, Ordering::Relaxed) {
            return self;
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = name == GLOBAL || known.iter().any(|(known, _)| *known == name);
        if !taken {
            known.push((name, self));
        }
        drop(known);
        if taken {
            self.listed.store(false, Ordering::Relaxed);
        }
        assert!(
            !taken,
            "retry: another budget is called \"{name}\" already: list it before its name is first \
             used, or give it another one"
        );
        self
    }

    /// Every budget that is known by its name, the [global](Self::global) one first.
    #[must_use]
    pub fn all() -> Vec<&'static Self> {
        let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        iter::once(Self::global()).chain(known.iter().map(|(_, budget)| *budget)).collect()
    }
}

/// The budget that all attributes with the same name share.
#[doc(hidden)]
pub struct SharedBudget {
    name: &'static str,
    budget: OnceLock<&'static Budget>,
}

impl SharedBudget {
    /// One of those that share `name`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, budget: OnceLock::new() }
    }

    /// The budget.
    #[inline]
    pub fn get(&'static self) -> &'static Budget {
        self.budget.get_or_init(|| Budget::named(self.name))
    }
}

impl fmt::Debug for SharedBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedBudget({})", self.name)
    }
}
