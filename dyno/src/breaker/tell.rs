//! What an expansion reports of a failure whose type it knows nothing of.

/// `report!(outcome, failure)` or `report!(outcome, failure, |error| …)`, of an `Option<&E>`: a
/// [`&Report`](super::Report) that borrows what it needs to the end of the statement. What the outcome
/// says of itself holds where the closure says nothing. `failure => fault`, of an `Option<&Fault>`: dyno's
/// own word where there is none of the function.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_report {
    ($out:expr, $failure:expr $(=> $fault:expr)? $(, $retry_after:expr)? $(,)?) => {
        &$crate::__private::Report::new(&|f: &mut ::core::fmt::Formatter<'_>| {
            #[allow(unused_imports)]
            use $crate::__private::{TellDebug as _, TellDisplay as _, TellName as _};
            match $failure {
                #[allow(clippy::needless_borrow)]
                $crate::__private::Some(failure) => (&&&$crate::__private::Tell(failure)).tell(f),
                $crate::__private::None => {
                    $(if let $crate::__private::Some(fault) = $fault {
                        return ::core::fmt::Display::fmt(fault, f);
                    })?
                    $crate::__private::Ok(())
                }
            }
        })
        .retry_after(&|| {
            $crate::__private::None
                $(.or_else(|| $crate::__private::hint($failure, $retry_after)))?
                .or_else(|| $crate::__private::left_alone!($out))
        })
    };
}

/// `settle!(permit, verdict, outcome, failure)`: the end of a call; `; late` says that it is the end of
/// its own time, too. All but the end of one that goes
/// well stands aside: until then a permit that a future holds is only looked at, and nothing is written.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_settle {
    ($permit:ident, $verdict:expr, $out:ident, $failure:expr $(=> $fault:expr)? $(; $late:expr)?) => {{
        let (verdict, out) = ($crate::__private::counts!($verdict, $failure $(; $late)?), &$out);
        if $crate::__private::Permit::is_done(&$permit, verdict) {
            $crate::__private::Permit::forget($permit)
        } else {
            $crate::__private::aside(move || {
                $crate::__private::Permit::settle(
                    $permit,
                    verdict,
                    $crate::__private::report!(out, $failure $(=> $fault)?),
                )
            })
        }
    }};
    // What the user asks the error may use the function's arguments, which a retry needs again.
    (
        $permit:ident, $verdict:expr, $out:ident, $failure:expr $(=> $fault:expr)?,
        $retry_after:expr $(; $late:expr)?
    ) => {{
        $crate::__private::Permit::settle(
            $permit,
            $crate::__private::counts!($verdict, $failure $(; $late)?),
            $crate::__private::report!(&$out, $failure $(=> $fault)?, $retry_after),
        )
    }};
}

/// `settled!(pick, verdict, outcome, failure)`: the end of an attempt at a target.
#[doc(hidden)]
#[macro_export]
macro_rules! __dyno_settled {
    (
        $pick:ident, $verdict:expr, $out:ident, $failure:expr $(=> $fault:expr)? $(, $ask:expr)?
        $(; $late:expr)?
    ) => {
        $crate::__private::Pick::settle(
            $pick,
            $crate::__private::counts!($verdict, $failure $(; $late)?),
            $crate::__private::report!(&$out, $failure $(=> $fault)? $(, $ask)?),
        )
    };
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::fmt;
    use std::time::Duration;

    use crate::__private::report;
    use crate::breaker::Report;
    use crate::outcome::Outcome;

    const OUT: Option<()> = None;

    fn text(report: &Report<'_>) -> String {
        report.to_string()
    }

    struct Silent;
    #[derive(Debug)]
    struct Code(u16);
    #[derive(Debug)]
    struct Worded<'a>(&'a str);
    impl fmt::Display for Worded<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{} is down", self.0)
        }
    }
    impl Error for Worded<'_> {}

    #[test]
    fn a_failure_is_told_in_the_best_words_there_are() {
        let name = String::from("db");
        assert_eq!(text(report!(&OUT, Some(&Worded(&name)))), "db is down");
        assert_eq!(text(report!(&OUT, Some(&Code(503)))), "Code(503)");
        assert_eq!(text(report!(&OUT, Some(&Silent))), std::any::type_name::<Silent>());
        assert_eq!(text(report!(&OUT, None::<&Silent>)), "");
        assert_eq!(text(report!(&OUT, None::<u8>.failure())), "there is nothing");
    }

    #[test]
    fn where_the_function_says_nothing_dyno_does() {
        let late = crate::Fault::timed_out("db", Duration::from_secs(1));
        let none = None::<&Code>;
        assert_eq!(text(report!(&OUT, none => Some(&late))), "db: no answer within 1s");
        assert_eq!(text(report!(&OUT, none => None::<&crate::Fault>, |_| None)), "");
        assert_eq!(text(report!(&OUT, Some(&Code(503)) => Some(&late))), "Code(503)");
    }

    #[test]
    fn errors_behind_a_pointer_have_their_words() {
        let worded = Worded("db");
        let boxed: Box<dyn Error + '_> = Box::new(Worded("db"));
        let lent: &dyn Error = &worded;
        assert_eq!(text(report!(&OUT, Some(&boxed))), "db is down");
        assert_eq!(text(report!(&OUT, Some(&lent))), "db is down");
        assert_eq!(text(report!(&OUT, Some(lent))), "db is down");
        assert_eq!(text(report!(&OUT, Some("as it is"))), "as it is");
    }

    fn nothing_promised<E>(failure: Option<&E>) -> String {
        text(report!(&OUT, failure))
    }
    fn debug_promised<E: fmt::Debug>(failure: Option<&E>) -> String {
        text(report!(&OUT, failure))
    }
    fn wrapped<E>(failure: Option<&crate::Error<E>>) -> String {
        text(report!(&OUT, failure))
    }

    #[test]
    fn a_generic_function_tells_what_its_bounds_promise() {
        assert_eq!(nothing_promised(Some(&Code(1))), std::any::type_name::<Code>());
        assert_eq!(debug_promised(Some(&Worded("db"))), "Worded(\"db\")");
        let inner = crate::Error::Inner(Worded("db"));
        assert!(wrapped(Some(&inner)).contains("Worded"), "{}", wrapped(Some(&inner)));
    }

    #[test]
    fn the_closure_of_retry_after_needs_no_types() {
        let failure = Some(&Code(503));
        let wait = Duration::from_secs(3);
        let ask = |report: &Report<'_>| (report.to_string(), report.open_for());
        let asked = ask(report!(&OUT, failure, |e| (e.0 == 503).then_some(wait)));
        assert_eq!(asked, ("Code(503)".to_owned(), Some(wait)));
        assert_eq!(ask(report!(&OUT, None::<&Code>, |e| (e.0 == 503).then_some(wait))).1, None);
    }

    #[test]
    fn the_outcome_says_how_long_unless_the_closure_does() {
        struct Busy(Duration);
        impl Outcome for Busy {
            type Failure = Self;
            fn failure(&self) -> Option<&Self> {
                Some(self)
            }
            fn split(self) -> Result<Self, Self> {
                Err(self)
            }
            fn retry_after(&self) -> Option<Duration> {
                Some(self.0)
            }
        }
        let (wait, more) = (Duration::from_secs(3), Duration::from_secs(4));
        let busy = Busy(wait);
        let open_for = |report: &Report<'_>| report.open_for();
        assert_eq!(open_for(report!(&busy, busy.failure())), Some(wait));
        assert_eq!(open_for(report!(&busy, busy.failure(), |_| None)), Some(wait));
        assert_eq!(open_for(report!(&busy, busy.failure(), |_| Some(more))), Some(more));
    }

    #[test]
    fn a_future_that_reports_stays_sendable() {
        async fn reporting(outcome: Result<u8, Code>) -> usize {
            std::future::ready(()).await;
            let told = text(report!(&outcome, outcome.as_ref().err()));
            std::future::ready(()).await;
            told.len()
        }
        fn sendable<T: Send>(_value: &T) {}
        sendable(&reporting(Err(Code(1))));
    }
}
