//! What dyno itself would not run: it is never kept, and a value that has expired may stand in.

use super::how::How;
use super::key::KeyPart;
use super::lead::Lead;
use crate::fault::Fault;

impl<K, H: How> Lead<K, H> {
    /// `out` stands for a refusal; the caller may get an older value, which is none any more.
    #[expect(clippy::needless_pass_by_value, reason = "who leads hands over by dropping the lead")]
    pub fn refused(lead: Self, out: H::Out, refused: &mut bool) -> H::Out {
        match lead.instead() {
            Some(kept) => {
                *refused = false;
                kept
            }
            None => out,
        }
    }

    /// An older value, if there is one.
    ///
    /// # Errors
    /// The refusal, where there is none.
    #[expect(clippy::needless_pass_by_value, reason = "who leads hands over by dropping the lead")]
    pub fn stale_or(lead: Self, fault: Fault) -> Result<H::Out, Fault> {
        lead.instead().ok_or(fault)
    }
}

/// A part of a key, which can be one.
#[doc(hidden)]
#[inline]
pub const fn lend<T: KeyPart + ?Sized>(part: &T) -> &T {
    part
}

/// How what a function returns is kept.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_keeps {
    ($ret:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::{KeepsFailing as _, KeepsPlain as _};
        (&$crate::__private::Keeps::<$ret>::new()).how()
    }};
}

/// A part of a key, lent, whether or not it is a reference already. `Peel` is to be in scope: in a block
/// of its own what the user computes would not live long enough.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_part {
    ($part:expr) => {
        $crate::__private::Part(&($part)).peel()
    };
}
