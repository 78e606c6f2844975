//! An answer over HTTP.

use std::fmt;
use std::time::Duration;

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use super::{Outcome, date};

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

/// What `Retry-After` says: seconds, or a date (RFC 9110, 10.2.3).
///
/// A date is compared with that of the answer: the sender's clock made both, and no other is asked.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let said = text(headers.get(RETRY_AFTER)?)?;
    if said.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than fits is for ever.
        return (!said.is_empty()).then(|| Duration::from_secs(said.parse().unwrap_or(u64::MAX)));
    }
    let (then, now) = (date::seconds(said)?, date::seconds(text(headers.get(DATE)?)?)?);
    Some(Duration::from_secs(u64::try_from(then.saturating_sub(now)).unwrap_or(0)))
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().map(str::trim)
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
    fn retry_after_is_seconds_or_a_date() {
        let asked = |headers: &[(&'static str, &str)]| answer(503, headers).retry_after();
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(asked(&[]), None);
        assert_eq!(asked(&[("retry-after", "120")]), seconds(120));
        assert_eq!(asked(&[("retry-after", " 0 ")]), seconds(0));
        assert_eq!(asked(&[("retry-after", "99999999999999999999999")]), seconds(u64::MAX));
        let then = ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT");
        let now = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(asked(&[then, now]), seconds(30));
        assert_eq!(asked(&[("retry-after", now.1), ("date", then.1)]), seconds(0), "it is over");
        assert_eq!(asked(&[then]), None, "from when on?");
        for nonsense in ["", "soon", "-1", "1.5", "Sun, 06 Nov 1994 08:50:07"] {
            assert_eq!(asked(&[("retry-after", nonsense), now]), None, "{nonsense:?}");
        }
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
