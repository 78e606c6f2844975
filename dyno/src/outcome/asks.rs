//! What a failure asks for, found in whatever type it has: of a retry, and of whoever counts it.
//!
//! `(&&&&&&&Failing(failure)).asks()` with the traits in scope takes the first one that applies, as
//! it needs the fewest references more. In a generic function only what its bounds promise counts.

use std::error::Error;
use std::time::Duration;
use std::{fmt, io};

use super::Outcome;
use crate::fault::{self, Fault, Reason, Word};

/// What a failure asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Nothing, or nothing that is known.
    Nothing,
    /// Not to come back sooner.
    After(Duration),
    /// dyno itself had turned the call away, for this reason where it has a name, and may let it pass
    /// after so long.
    Rejected(Option<Reason>, Option<Duration>),
    /// dyno had not waited for it any longer.
    TimedOut,
    /// Nothing: it is not to be done twice, or what it was made with cannot be had again.
    Once,
}

impl Asks {
    /// What dyno's own word asks.
    #[must_use]
    pub fn of(fault: &Fault) -> Self {
        match fault {
            Fault::Rejected { reason, retry_after, .. } => {
                Self::Rejected(Some(*reason), *retry_after)
            }
            Fault::NoTarget { .. } => Self::Rejected(None, None),
            Fault::TimedOut { .. } => Self::TimedOut,
            _ => fault.retry_after().map_or(Self::Nothing, Self::After),
        }
    }

    /// What that of a policy asks, which had let nobody be called: nor is one tried again for which
    /// there is nobody to call.
    #[cfg_attr(not(feature = "service"), allow(dead_code))]
    pub(crate) fn of_refusal(fault: &Fault) -> Self {
        match Self::of(fault) {
            Self::Nothing | Self::After(_) => Self::Rejected(None, fault.retry_after()),
            asks => asks,
        }
    }

    /// What the first [`Fault`] asks among `error` and its sources.
    #[must_use]
    pub fn of_error(error: &(dyn Error + 'static)) -> Self {
        match fault::word_in(error) {
            Some(Word::Fault(fault)) => Self::of(fault),
            Some(Word::Last(last)) if last.is_late() => Self::TimedOut,
            Some(Word::Last(last)) => Self::Rejected(last.reason(), last.retry_after()),
            None => Self::Nothing,
        }
    }

    /// There was no time left. A deadline that the retry is under itself ends it in any case; one of
    /// the attempt's own that was spent is to it what a time-out is.
    #[cfg_attr(not(feature = "retry"), allow(dead_code))]
    pub(crate) const fn is_late(self) -> bool {
        matches!(self, Self::TimedOut | Self::Rejected(Some(Reason::DeadlineSpent), _))
    }

    /// What the first [`Fault`] asks among the sources of `error`, which may borrow: of a rejection and a
    /// time-out the source says it all.
    fn of_sources(error: &dyn Error) -> Self {
        error.source().map_or(Self::Nothing, Self::of_error)
    }

    /// Why dyno itself had turned the call away, where it did and that has a name.
    #[doc(hidden)]
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Rejected(reason, _) => *reason,
            _ => None,
        }
    }

    /// It asks something.
    #[doc(hidden)]
    #[must_use]
    pub const fn is_some(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// The same, or what `other` asks where it asks nothing.
    #[doc(hidden)]
    #[must_use]
    pub fn or(self, other: impl FnOnce() -> Self) -> Self {
        if self.is_some() { self } else { other() }
    }

    /// The same, or what the outcome says by itself.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn or_of(self, outcome: &impl Outcome) -> Self {
        self.or(|| Self::Nothing.or_left_alone(outcome.retry_after()))
    }

    /// The same, or to be left alone so long.
    #[doc(hidden)]
    #[must_use]
    pub fn or_left_alone(self, after: Option<Duration>) -> Self {
        self.or(|| after.map_or(Self::Nothing, Self::After))
    }

    /// Its time limit ended it where `late`, else what `other` asks.
    #[doc(hidden)]
    #[must_use]
    pub fn late(late: bool, other: impl FnOnce() -> Self) -> Self {
        if late { Self::TimedOut } else { other() }
    }

    /// The same, not to be done sooner than the user says. A call that was turned away stays one.
    #[doc(hidden)]
    #[must_use]
    pub fn or_after(self, said: Option<Duration>) -> Self {
        match (said, self) {
            (None, asks) => asks,
            (said, Self::Rejected(reason, _)) => Self::Rejected(reason, said),
            (Some(after), _) => Self::After(after),
        }
    }
}

/// A failure that may ask something.
pub struct Failing<'a, E: ?Sized>(pub Option<&'a E>);

impl<E: ?Sized> fmt::Debug for Failing<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Failing")
    }
}

/// One that is dyno's own word, or holds it where no source of it is.
pub trait AsksOwn {
    /// What it asks.
    fn asks(&self) -> Asks;
}

impl AsksOwn for &&&&&&Failing<'_, Fault> {
    fn asks(&self) -> Asks {
        self.0.map_or(Asks::Nothing, Asks::of)
    }
}

impl AsksOwn for &&&&&&Failing<'_, io::Error> {
    fn asks(&self) -> Asks {
        self.0.map_or(Asks::Nothing, |error| Asks::of_error(error))
    }
}

/// `dyno::Error` around an error.
pub trait AsksWrapped {
    /// What it asks.
    fn asks(&self) -> Asks;
}

impl<E: Error> AsksWrapped for &&&&&Failing<'_, fault::Error<E>> {
    fn asks(&self) -> Asks {
        match self.0 {
            Some(fault::Error::Fault(fault)) => Asks::of(fault),
            Some(fault::Error::Inner(error)) => Asks::of_sources(error),
            None => Asks::Nothing,
        }
    }
}

/// `dyno::Error` around anything else.
pub trait AsksWrapper {
    /// What it asks.
    fn asks(&self) -> Asks;
}

impl<E> AsksWrapper for &&&&Failing<'_, fault::Error<E>> {
    fn asks(&self) -> Asks {
        self.0.and_then(fault::Error::fault).map_or(Asks::Nothing, Asks::of)
    }
}

/// An error, which may borrow: nobody can tell here whether it does.
pub trait AsksError {
    /// What it asks.
    fn asks(&self) -> Asks;
}

impl<E: Error> AsksError for &&&Failing<'_, E> {
    fn asks(&self) -> Asks {
        self.0.map_or(Asks::Nothing, |error| Asks::of_sources(error))
    }
}

/// An error of any type, such as a `Box<dyn Error + Send + Sync>`.
pub trait AsksBoxed {
    /// What it asks.
    fn asks(&self) -> Asks;
}

impl<E: AsRef<dyn Error + Send + Sync>> AsksBoxed for &&Failing<'_, E> {
    fn asks(&self) -> Asks {
        self.0.map_or(Asks::Nothing, |error| Asks::of_error(error.as_ref()))
    }
}

/// One that stays on its thread, such as a `Box<dyn Error>`.
pub trait AsksLocal {
    /// What it asks.
    fn asks(&self) -> Asks;
}

impl<E: AsRef<dyn Error>> AsksLocal for &Failing<'_, E> {
    fn asks(&self) -> Asks {
        self.0.map_or(Asks::Nothing, |error| Asks::of_error(error.as_ref()))
    }
}

/// What a box holds may borrow where it only counts: there the sources say it all.
pub trait AsksBoxedLent {
    /// What it asks.
    fn asks(&self) -> Asks;
}

impl<'e, E: AsRef<dyn Error + Send + Sync + 'e>> AsksBoxedLent for &&Failing<'_, E> {
    fn asks(&self) -> Asks {
        self.0.map_or(Asks::Nothing, |error| Asks::of_sources(error.as_ref()))
    }
}

/// The same of one that stays on its thread.
pub trait AsksLocalLent {
    /// What it asks.
    fn asks(&self) -> Asks;
}

impl<'e, E: AsRef<dyn Error + 'e>> AsksLocalLent for &Failing<'_, E> {
    fn asks(&self) -> Asks {
        self.0.map_or(Asks::Nothing, |error| Asks::of_sources(error.as_ref()))
    }
}

/// A failure of which nothing is known.
pub trait AsksNothing {
    /// Nothing.
    fn asks(&self) -> Asks;
}

impl<E: ?Sized> AsksNothing for Failing<'_, E> {
    #[inline]
    fn asks(&self) -> Asks {
        Asks::Nothing
    }
}

/// What `ask` says of the failure: the closure's parameter takes its type from it.
#[inline]
pub fn hint<E: ?Sized>(
    failure: Option<&E>,
    ask: impl FnOnce(&E) -> Option<Duration>,
) -> Option<Duration> {
    failure.and_then(ask)
}

/// `asks!(failure)` or `asks!(failure, |error| …)`, of an `Option<&E>`.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_asks {
    ($failure:expr $(,)?) => {{
        #[allow(unused_imports)]
        use $crate::__private::{
            AsksBoxed as _, AsksError as _, AsksLocal as _, AsksNothing as _, AsksOwn as _,
            AsksWrapped as _, AsksWrapper as _,
        };
        #[allow(clippy::needless_borrow)]
        (&&&&&&&$crate::__private::Failing($failure)).asks()
    }};
    ($failure:expr, $after:expr $(,)?) => {
        $crate::__private::Asks::or_after(
            $crate::__private::asks!($failure),
            $crate::__private::hint($failure, $after),
        )
    };
}

/// `left_alone!(outcome)`, of a `&R`: for how long it asks to be, where the type can.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_left_alone {
    ($out:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{LookFailing as _, LookPlain as _};
        (&$crate::__private::Look($out)).retry_after()
    }};
}

/// `refused!(failure)`: as `asks!`, for those who count: they need to know of refusals alone, and the
/// error may borrow.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_refused {
    ($failure:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{
            AsksBoxedLent as _, AsksError as _, AsksLocalLent as _, AsksNothing as _, AsksOwn as _,
            AsksWrapped as _, AsksWrapper as _,
        };
        #[allow(clippy::needless_borrow)]
        (&&&&&&&$crate::__private::Failing($failure)).asks()
    }};
}

/// `counts!(verdict, failure)` or `counts!(verdict, failure; late)`: how the end of a call counts for
/// what was called.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_counts {
    ($verdict:expr, $failure:expr) => {
        $crate::__private::Verdict::unless_rejected($verdict, || {
            $crate::__private::refused!($failure)
        })
    };
    // What fails when its own time is over is the fault of what was called, whatever the error says.
    ($verdict:expr, $failure:expr; $late:expr) => {
        $crate::__private::Verdict::unless_rejected($verdict, || {
            $crate::__private::Asks::late($late, || $crate::__private::refused!($failure))
        })
    };
}

/// `counted!(call, verdict, failure)`: the end of a call of which metrics are kept.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_counted {
    ($call:ident, $verdict:expr, $failure:expr) => {
        $crate::__private::Counted::end_unless_rejected($call, $verdict, || {
            $crate::__private::refused!($failure)
        })
    };
}

/// What follows an attempt; what its failure asks is looked at after a failure only.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_next {
    ($attempts:ident, $verdict:expr, $out:ident, $failure:expr $(, $after:expr)? $(,)?) => {
        $crate::__private::Attempts::after(&mut $attempts, $verdict, $out, |$out| {
            $crate::__private::Asks::or_left_alone(
                $crate::__private::asks!($failure $(, $after)?),
                $crate::__private::left_alone!($out),
            )
        })
    };
}

#[cfg(test)]
mod tests;
