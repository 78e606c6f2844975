//! An answer over HTTP.

use std::fmt;
use std::time::Duration;

use http::{Response, StatusCode};

use super::Outcome;
use super::retry_after::retry_after;

/// A failure when its status is 5xx or 429. Its `Retry-After` says how long it is to be left alone.
impl<B> Outcome for Response<B> {
    type Failure = Self;

    #[inline]
    fn failure(&self) -> Option<&Self> {
        is_failure(self.status()).then_some(self)
    }

    #[inline]
    fn split(self) -> Result<Self, Self> {
        if is_failure(self.status()) { Err(self) } else { Ok(self) }
    }

    fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers())
    }

    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status())
    }
}

/// A failure when its status is 5xx or 429. Its `Retry-After` says how long it is to be left alone.
#[cfg(feature = "http")]
impl Outcome for reqwest::Response {
    type Failure = Self;

    fn failure(&self) -> Option<&Self> {
        is_failure(self.status()).then_some(self)
    }

    fn split(self) -> Result<Self, Self> {
        if is_failure(self.status()) { Err(self) } else { Ok(self) }
    }

    fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers())
    }

    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status())
    }
}

/// An answer of this status tells of trouble that is not the caller's.
#[inline]
pub(crate) fn is_failure(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)]) -> Response<()> {
        let mut answer = Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        answer.body(()).expect("a response")
    }

    #[test]
    fn what_the_caller_has_done_wrong_is_no_failure() {
        for (status, fails) in [
            (200, false),
            (304, false),
            (400, false),
            (404, false),
            (429, true),
            (500, true),
            (503, true),
            (599, true),
        ] {
            let answer = answer(status, &[]);
            assert_eq!(answer.failure().is_some(), fails, "{status}");
            assert_eq!(answer.split().is_err(), fails, "{status}");
        }
    }

    #[test]
    fn it_says_for_how_long_it_is_to_be_left_alone() {
        assert_eq!(answer(503, &[]).retry_after(), None);
        let asked = answer(503, &[("retry-after", " 120 ")]).retry_after();
        assert_eq!(asked, Some(Duration::from_secs(120)));
    }

    #[test]
    fn it_is_told_by_its_status() {
        struct Told(Response<()>);
        impl fmt::Display for Told {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.tell(f)
            }
        }
        assert_eq!(Told(answer(503, &[])).to_string(), "503 Service Unavailable");
    }
}
