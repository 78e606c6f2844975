//! A new argument for every attempt.

/// Makes the argument of a further attempt: a reference is reused, a value is cloned.
///
/// `M` is inferred. Of the two implementations only the first can ever apply; with two of them the
/// compiler tells of this trait, and what to do, instead of `Clone`.
#[diagnostic::on_unimplemented(
    message = "`#[retry]` needs a new `{Self}` for every attempt, and `{Self}` is not `Clone`",
    label = "not `Clone`",
    note = "take it by reference: `&{Self}`"
)]
pub trait Again<M>: Sized {
    /// Another one.
    #[must_use]
    fn again(&self) -> Self;
}

/// The way of a `Clone` type.
#[derive(Debug)]
pub enum ByClone {}

/// The way of no type.
#[derive(Debug)]
pub enum ByNothing {}

/// Implemented by nobody.
pub trait Nothing {
    /// Never called.
    #[must_use]
    fn nothing(&self) -> Self;
}

impl<T: Clone> Again<ByClone> for T {
    #[inline]
    fn again(&self) -> T {
        self.clone()
    }
}

impl<T: Nothing> Again<ByNothing> for T {
    fn again(&self) -> T {
        self.nothing()
    }
}
