//! What a fallback stands in for: failures and refusals, or refusals alone.

use std::fmt;
use std::marker::PhantomData;

use super::Lift;
use crate::fault::Fault;
use crate::outcome::Outcome;
use crate::point::Point;

/// How a call of return type `R` ends, in the eyes of a fallback that takes refusals.
///
/// `(&Ends::<R>::new()).why(end)` with both traits in scope takes [`EndsFailing`] where `R` is an
/// [`Outcome`], as it needs one reference less, else [`EndsPlain`]: a value that cannot stand for a
/// failure is none.
pub struct Ends<R>(PhantomData<fn() -> R>);

impl<R> Ends<R> {
    /// For the return type `R`.
    #[inline]
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R> fmt::Debug for Ends<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ends")
    }
}

/// The type tells when it stands for a failure.
pub trait EndsFailing {
    /// The return type.
    type Out;
    /// Its error.
    type Failure;

    /// The value of a call that went well, else its error.
    ///
    /// # Errors
    /// The call has failed.
    fn split(&self, out: Self::Out) -> Result<Self::Out, Self::Failure>;

    /// The value of a call that went well, else why something is to stand in.
    ///
    /// # Errors
    /// The call has failed, or was refused.
    #[inline]
    fn why(
        &self,
        end: Result<Self::Out, Fault>,
    ) -> Result<Self::Out, Result<Self::Failure, Fault>> {
        match end {
            Ok(out) => self.split(out).map_err(Ok),
            Err(fault) => Err(Err(fault)),
        }
    }

    /// What turns a refusal into the error.
    #[inline]
    fn lifts(&self) -> Lift<Self::Failure> {
        Lift::new()
    }

    /// What stood in, told of when it has failed as well.
    fn stood_in(&self, point: &'static Point, out: Self::Out) -> Self::Out;
}

impl<R: Outcome> EndsFailing for Ends<R> {
    type Out = R;
    type Failure = R::Failure;
    #[inline]
    fn split(&self, out: R) -> Result<R, R::Failure> {
        out.split()
    }
    #[cold]
    fn stood_in(&self, point: &'static Point, out: R) -> R {
        super::stood_in(point, out)
    }
}

/// The type has no failures: what is there to stand in for is a refusal.
pub trait EndsPlain {
    /// The return type.
    type Out;

    /// The value of the call.
    ///
    /// # Errors
    /// None.
    #[inline]
    fn split(&self, out: Self::Out) -> Result<Self::Out, Fault> {
        Ok(out)
    }

    /// The value of a call that was made.
    ///
    /// # Errors
    /// The call was refused.
    #[inline]
    fn why(&self, end: Result<Self::Out, Fault>) -> Result<Self::Out, Result<Fault, Fault>> {
        end.map_err(Err)
    }

    /// What leaves a refusal as it is.
    #[inline]
    fn lifts(&self) -> Lift<Fault> {
        Lift::new()
    }

    /// What stood in.
    #[inline]
    fn stood_in(&self, _point: &'static Point, out: Self::Out) -> Self::Out {
        out
    }
}

impl<R> EndsPlain for &Ends<R> {
    type Out = R;
}

#[cfg(test)]
mod tests {
    use crate::fault::{Fault, Reason};

    /// As an expansion writes it.
    macro_rules! why {
        ($ret:ty, $end:expr) => {{
            #[allow(unused_imports)]
            use crate::__private::{Ends, EndsFailing as _, EndsPlain as _};
            #[allow(clippy::needless_borrow)]
            (&Ends::<$ret>::new()).why($end)
        }};
    }

    #[test]
    fn a_type_with_failures_ends_in_them_and_another_in_refusals_alone() {
        let fault = || Fault::rejected("db", Reason::BulkheadFull, None);
        assert_eq!(why!(Result<u8, u8>, Ok(Ok(1))), Ok(Ok(1)));
        assert_eq!(why!(Result<u8, u8>, Ok(Err(2))), Err(Ok(2)));
        assert_eq!(why!(Result<u8, u8>, Err(fault())), Err(Err(fault())));
        assert_eq!(why!(u8, Ok(1)), Ok(1));
        assert_eq!(why!(u8, Err(fault())), Err(Err(fault())));
    }
}
