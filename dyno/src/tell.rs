//! How a value whose type an expansion knows nothing of is put into words.
//!
//! `(&&&Tell(value)).tell(f)` with the three traits in scope takes the first one that applies, as
//! it needs the fewest references more: [`TellDisplay`], then [`TellDebug`], then [`TellName`]. In
//! a generic function only what its bounds promise counts.

use std::any::type_name;
use std::fmt;

/// A value that is to be written somehow.
pub struct Tell<'a, E: ?Sized>(pub &'a E);

impl<E: ?Sized> fmt::Debug for Tell<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}

/// The value has words of its own.
pub trait TellDisplay {
    /// Writes it.
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<E: fmt::Display + ?Sized> TellDisplay for &&Tell<'_, E> {
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The value can be written for a programmer.
pub trait TellDebug {
    /// Writes it.
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<E: fmt::Debug + ?Sized> TellDebug for &Tell<'_, E> {
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Nothing is known of the value but its type.
pub trait TellName {
    /// Writes the name of the type.
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<E: ?Sized> TellName for Tell<'_, E> {
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(type_name::<E>())
    }
}
