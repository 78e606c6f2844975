//! Both errors in one, where the error type has room for them.

use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

use super::Failed;
use crate::fault::Fault;

/// Keeps what a failed fallback stood in for beside its own error, where the type can carry both.
///
/// `both!(Ret, out, why)` takes [`BothInto`] where it applies, as it needs one reference less, else
/// [`BothKeep`]. `why` is the error of the call, or the refusal.
pub struct Both<R>(PhantomData<fn() -> R>);

impl<R> Both<R> {
    /// For the return type `R`.
    #[inline]
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R> fmt::Debug for Both<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Both")
    }
}

/// The error type can carry both.
pub trait BothInto {
    /// The return type.
    type Out;
    /// Its error.
    type Failure;
    /// `out`, whose error is caused by `why`.
    fn both(&self, out: Self::Out, why: Result<Self::Failure, Fault>) -> Self::Out;
}

impl<T, E: From<Failed> + Into<Box<dyn Error + Send + Sync>>> BothInto for Both<Result<T, E>> {
    type Out = Result<T, E>;
    type Failure = E;
    #[cold]
    fn both(&self, out: Result<T, E>, why: Result<E, Fault>) -> Result<T, E> {
        out.map_err(|error| match why {
            Ok(cause) => Failed::new(error, cause).into(),
            Err(fault) => Failed::new(error, fault).into(),
        })
    }
}

/// The type can carry one error only, or none.
pub trait BothKeep {
    /// The return type.
    type Out;
    /// `out` as it is; the other error is dropped.
    fn both<W>(&self, out: Self::Out, why: W) -> Self::Out;
}

impl<R> BothKeep for &Both<R> {
    type Out = R;
    #[cold]
    fn both<W>(&self, out: R, _why: W) -> R {
        out
    }
}

/// A stand-in, with what it stands in for; see [`Both`].
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_both {
    ($ret:ty, $out:expr, $why:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{BothInto as _, BothKeep as _};
        (&$crate::__private::Both::<$ret>::new()).both($out, $why)
    }};
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io;

    use crate::fallback::Failed;
    use crate::fault::{self, Fault, Reason};

    /// The error that comes of two, as an expansion asks for it.
    macro_rules! both {
        ($failure:ty, $error:expr, $cause:expr) => {
            match crate::__private::both!(Result<u8, $failure>, Err($error), Ok::<_, Fault>($cause)) {
                Err(error) => error,
                Ok(_) => unreachable!("it had failed"),
            }
        };
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
