//! Why a call failed, told only when somebody asks.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// Why a call failed, as [`Permit`](super::Permit) takes it.
///
/// It borrows two closures and runs neither of them unless the answer is wanted: the text when the
/// failure opens the breaker or a listener hears of it, the time when the failure opens the
/// breaker. So a call that goes well, or fails unheard, formats nothing. Its [`Display`](fmt::Display)
/// is the text.
///
/// ```
/// use dyno::breaker::Report;
///
/// let error = std::io::Error::other("no route to host");
/// let tell = |f: &mut std::fmt::Formatter<'_>| write!(f, "{error}");
/// assert_eq!(Report::new(&tell).to_string(), "no route to host");
/// ```
#[derive(Clone, Copy)]
pub struct Report<'a> {
    tell: &'a dyn Fn(&mut fmt::Formatter<'_>) -> fmt::Result,
    retry_after: Option<&'a dyn Fn() -> Option<Duration>>,
}

impl<'a> Report<'a> {
    /// A report that `tell` writes.
    #[inline]
    #[must_use]
    pub const fn new(tell: &'a dyn Fn(&mut fmt::Formatter<'_>) -> fmt::Result) -> Self {
        Self { tell, retry_after: None }
    }

    /// How long the breaker stays open when this failure opens it, such as a `Retry-After` that the
    /// dependency has sent. `None`: as long as its own settings say.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dyno::breaker::Report;
    ///
    /// let report = Report::new(&|f| f.write_str("too many requests"));
    /// assert_eq!(report.open_for(), None);
    /// let report = report.retry_after(&|| Some(Duration::from_secs(30)));
    /// assert_eq!(report.open_for(), Some(Duration::from_secs(30)));
    /// ```
    #[inline]
    #[must_use]
    pub const fn retry_after(mut self, ask: &'a dyn Fn() -> Option<Duration>) -> Self {
        self.retry_after = Some(ask);
        self
    }

    /// How long the failure asks the breaker to stay open, if it says so. Runs the closure.
    #[must_use]
    pub fn open_for(&self) -> Option<Duration> {
        self.retry_after.and_then(|ask| ask())
    }
}

/// As the breaker asks: the user's words and closures may panic, and when they are asked the call has
/// ended and what it changed is still to be told. As with a listener, that panic ends there.
impl Report<'_> {
    pub(super) fn text(&self) -> String {
        catch_unwind(AssertUnwindSafe(|| self.to_string())).unwrap_or_default()
    }

    pub(super) fn asked(&self) -> Option<Duration> {
        catch_unwind(AssertUnwindSafe(|| self.open_for())).unwrap_or(None)
    }
}

impl Report<'static> {
    /// Of a failure that nothing is known about: its text is empty.
    pub const NOTHING: Self = Self::new(&|_| Ok(()));
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.tell)(f)
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Report({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_it_is_told_to_and_no_more() {
        let told = std::cell::Cell::new(0);
        let tell = |f: &mut fmt::Formatter<'_>| {
            told.set(told.get() + 1);
            f.write_str("down")
        };
        let report = Report::new(&tell);
        assert_eq!(told.get(), 0);
        assert_eq!(
            (report.to_string(), format!("{report:?}")),
            ("down".into(), "Report(down)".into())
        );
        assert_eq!((told.get(), report.open_for()), (2, None));
        assert_eq!(Report::NOTHING.to_string(), "");
    }

    #[test]
    fn words_that_panic_are_none() {
        let report = Report::new(&|_| panic!("the error's own trouble"));
        let report = report.retry_after(&|| panic!("and another"));
        assert_eq!((report.text(), report.asked()), (String::new(), None));
    }

    #[test]
    fn the_time_is_asked_for_when_it_is_wanted() {
        let asked = std::cell::Cell::new(0);
        let ask = || {
            asked.set(asked.get() + 1);
            Some(Duration::from_secs(7))
        };
        let report = Report::NOTHING;
        let report = report.retry_after(&ask);
        assert_eq!(asked.get(), 0);
        assert_eq!((report.open_for(), asked.get()), (Some(Duration::from_secs(7)), 1));
    }
}
