//! What all attributes with the same name share.

mod known;
#[cfg(any(feature = "breaker", feature = "limit", feature = "pool"))]
mod listed;
mod settings;

use std::fmt;

use once_cell::race::OnceRef;

#[cfg(any(feature = "breaker", feature = "limit"))]
pub(crate) use self::known::Kinds;
pub(crate) use self::known::{Joined, Known};
#[cfg(any(feature = "breaker", feature = "limit", feature = "pool"))]
pub(crate) use self::listed::Listed;
pub(crate) use self::settings::Settings;

/// Made by the first who names it; each other who does joins it.
pub trait Join: Sized + 'static {
    /// The one called `name`; `new` is what this place would make of it.
    ///
    /// # Panics
    /// When it is defined elsewhere in a way that contradicts this one.
    fn join(name: &'static str, new: Self) -> &'static Self;
}

/// One of the places that share a name.
pub struct Shared<T: 'static> {
    name: &'static str,
    define: fn() -> T,
    /// Threads that race for it all join the same one.
    one: OnceRef<'static, T>,
}

impl<T: Join> Shared<T> {
    /// One of those that share `name`; `define` makes it with what is said here.
    #[must_use]
    pub const fn new(name: &'static str, define: fn() -> T) -> Self {
        Self { name, define, one: OnceRef::new() }
    }

    /// What they share.
    ///
    /// # Panics
    /// When it is defined elsewhere in a way that contradicts this one.
    #[inline]
    pub fn get(&'static self) -> &'static T {
        self.one.get_or_init(|| T::join(self.name, (self.define)()))
    }
}

impl<T> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shared({})", self.name)
    }
}
