//! Both errors in one, where the error type has room for them.

use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

use super::Failed;

/// Keeps the primary error beside that of its fallback, where `E` can carry both.
///
/// `(&Both::<E>::new()).both(error, cause)` with both traits in scope takes [`BothInto`] where it
/// applies, as it needs one reference less, else [`BothKeep`].
pub struct Both<E>(PhantomData<fn() -> E>);

impl<E> Both<E> {
    /// For the error type `E`.
    #[inline]
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E> fmt::Debug for Both<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Both")
    }
}

/// The error type can carry both.
pub trait BothInto {
    /// The error type.
    type Failure;
    /// The error of the fallback, caused by `cause`.
    fn both(&self, error: Self::Failure, cause: Self::Failure) -> Self::Failure;
}

impl<E: From<Failed> + Into<Box<dyn Error + Send + Sync>>> BothInto for Both<E> {
    type Failure = E;
    #[cold]
    fn both(&self, error: E, cause: E) -> E {
        Failed::new(error, cause).into()
    }
}

/// The error type can carry one error only.
pub trait BothKeep {
    /// The error type.
    type Failure;
    /// The error of the fallback; the other is dropped.
    fn both(&self, error: Self::Failure, cause: Self::Failure) -> Self::Failure;
}

impl<E> BothKeep for &Both<E> {
    type Failure = E;
    #[cold]
    fn both(&self, error: E, _cause: E) -> E {
        error
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io;

    use crate::fallback::Failed;
    use crate::fault::{self, Fault, Reason};

    /// As an expansion writes it.
    macro_rules! both {
        ($failure:ty, $error:expr, $cause:expr) => {{
            #[allow(unused_imports)]
            use crate::__private::{Both, BothInto as _, BothKeep as _};
            #[allow(clippy::needless_borrow)]
            (&Both::<$failure>::new()).both($error, $cause)
        }};
    }

    #[derive(Clone, Debug, PartialEq, thiserror::Error)]
    enum Roomy {
        #[error("no answer")]
        NoAnswer,
        #[error("not cached")]
        NotCached,
        #[error(transparent)]
        Both(#[from] Failed),
    }

    #[derive(Debug, PartialEq)]
    enum Plain {
        NoAnswer,
        NotCached,
    }

    type Any = Box<dyn Error + Send + Sync>;
    type Wrapped = fault::Error<Roomy>;

    const TOLD: &str = "not cached (standing in for: no answer)";

    fn generic<E>(error: E, cause: E) -> E {
        both!(E, error, cause)
    }

    #[test]
    fn a_type_with_room_keeps_the_primary_error_as_the_source() {
        let both: Roomy = both!(Roomy, Roomy::NotCached, Roomy::NoAnswer);
        let source = both.source().and_then(|source| source.downcast_ref());
        assert_eq!(source, Some(&Roomy::NoAnswer));
        assert!(matches!(&both, Roomy::Both(failed)
            if failed.error().downcast_ref() == Some(&Roomy::NotCached)));
    }

    #[test]
    fn the_types_of_every_day_have_room() {
        let text = both!(String, "not cached".to_owned(), "no answer".to_owned());
        assert_eq!(text, TOLD);
        let (error, cause) = (io::Error::other("not cached"), io::Error::other("no answer"));
        assert_eq!(both!(io::Error, error, cause).to_string(), TOLD);
        let any: Any = both!(Any, "not cached".into(), Roomy::NoAnswer.into());
        assert_eq!(any.to_string(), TOLD);
        assert!(any.source().is_some_and(|source| source.downcast_ref() == Some(&Roomy::NoAnswer)));
    }

    #[test]
    fn so_has_what_wrap_makes_of_a_type_with_room() {
        let refused = Fault::rejected("db", Reason::BreakerOpen, None);
        let (error, cause) = (Wrapped::Inner(Roomy::NotCached), Wrapped::Fault(refused.clone()));
        let wrapped: Wrapped = both!(Wrapped, error, cause);
        assert_eq!(wrapped.to_string(), "not cached (standing in for: db: the breaker is open)");
        assert!(matches!(&wrapped, Wrapped::Inner(Roomy::Both(failed))
            if failed.cause().downcast_ref() == Some(&Wrapped::Fault(refused))));
    }

    #[test]
    fn a_type_without_room_keeps_the_fallbacks_error() {
        assert_eq!(both!(Plain, Plain::NotCached, Plain::NoAnswer), Plain::NotCached);
        assert_eq!(generic(Roomy::NotCached, Roomy::NoAnswer), Roomy::NotCached);
    }
}
