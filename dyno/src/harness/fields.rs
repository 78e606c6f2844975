//! What a report shows besides the error.

use std::fmt;

use super::text::bounded;

/// Those of one report are no more than this.
const MOST: usize = 32;
/// The length of the text of one.
const TEXT: usize = 256;

/// The fields of a report that is being made.
#[derive(Debug, Default)]
pub struct Fields {
    pub(super) all: Vec<(&'static str, String)>,
    pub(super) cut: bool,
}

impl Fields {
    /// Adds one in its own words.
    pub fn add(&mut self, name: &'static str, value: impl fmt::Display) -> &mut Self {
        self.put(name, &|f| value.fmt(f))
    }

    /// Adds one as a programmer sees it.
    pub fn debug(&mut self, name: &'static str, value: impl fmt::Debug) -> &mut Self {
        self.put(name, &|f| value.fmt(f))
    }

    /// Adds what `write` writes.
    #[doc(hidden)]
    pub fn put(
        &mut self,
        name: &'static str,
        write: &dyn Fn(&mut fmt::Formatter<'_>) -> fmt::Result,
    ) -> &mut Self {
        if self.all.len() == MOST {
            self.cut = true;
            return self;
        }
        let (text, cut) = bounded(TEXT, write);
        self.cut |= cut;
        self.all.push((name, text));
        self
    }
}

/// There are none.
pub fn no_fields(_: &mut Fields) {}

/// An argument that is to be shown if the call fails, as it was before the call.
///
/// `(&Keep(&argument)).keep()` with both traits in scope copies what can be copied, as that needs
/// one reference less, and borrows all else for the time of the call.
pub struct Keep<'a, T>(pub &'a T);

impl<T> fmt::Debug for Keep<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keep")
    }
}

/// It can be copied.
pub trait KeepCopied<T> {
    /// A copy.
    fn keep(&self) -> T;
}

impl<T: Copy> KeepCopied<T> for Keep<'_, T> {
    #[inline]
    fn keep(&self) -> T {
        *self.0
    }
}

/// It cannot be copied.
pub trait KeepLent<'a, T> {
    /// A reference to it.
    fn keep(&self) -> &'a T;
}

impl<'a, T> KeepLent<'a, T> for &Keep<'a, T> {
    #[inline]
    fn keep(&self) -> &'a T {
        self.0
    }
}

/// A value that has no words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shown in a report",
    label = "has neither `Display` nor `Debug`",
    note = "derive `Debug` for it, or show a part of it, such as `fields(id = order.id)`",
    note = "in a generic function only what its bounds promise counts, such as `T: Debug`"
)]
pub trait Unshown {}

/// What stands in for words in a chain of [`Tell`](crate::tell::Tell): it asks for what is not there.
pub trait TellUnshown<E: ?Sized> {
    /// Cannot be called.
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result
    where
        E: Unshown;
}

impl<E: ?Sized> TellUnshown<E> for crate::tell::Tell<'_, E> {
    fn tell(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result
    where
        E: Unshown,
    {
        Ok(())
    }
}
