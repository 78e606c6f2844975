//! Why there is no answer, or no good one.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::http::{Method, StatusCode};
use reqwest::Url;

use super::Response;
use super::secret::told;
use crate::fallback::Failed;
use crate::fault::{Fault, Reason};

/// Why a request has no answer, or none that is good.
///
/// It names the client, the method and the URL, without credentials and without the values of the
/// query. Its [source](StdError::source) is what reqwest said, or the [`Fault`] where dyno turned the
/// call away or had not waited any longer.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    at: Option<At>,
    cause: Cause,
}

/// Whose request it was.
#[derive(Clone, Debug)]
pub(super) struct At {
    pub(super) client: &'static str,
    pub(super) method: Method,
    /// As it may be told.
    pub(super) url: Box<str>,
}

/// The same of a request that may have no error yet: what may be told is made when there is one.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) client: &'static str,
    pub(super) method: Method,
    pub(super) url: Arc<Url>,
}

impl Asked {
    #[cold]
    pub(super) fn at(&self) -> At {
        At { client: self.client, method: self.method.clone(), url: told(&self.url) }
    }
}

enum Cause {
    Fault(Fault),
    Reqwest(reqwest::Error),
    /// The answer that has the status.
    Answer(Response),
    Other(Box<dyn StdError + Send + Sync>),
    /// The caller's own doing: nobody was asked.
    Local(Box<dyn StdError + Send + Sync>),
    Fallback(Failed),
}

/// What kind of [`Error`] it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There was no connection: nothing has been sent.
    Connect,
    /// It took longer than it may.
    Timeout,
    /// The answer has a status that stands for a failure.
    Status(StatusCode),
    /// The body broke off, or is not what it should be.
    Body,
    /// It was sent from one place to another too often.
    Redirect,
    /// It could not be made, or the connection broke before there was an answer.
    Request,
    /// dyno did not send it: an open circuit, too many at a time, no target.
    Refused,
    /// What stood in has failed.
    Fallback,
}

impl Error {
    pub(super) fn of_reqwest(error: reqwest::Error) -> Self {
        if error.is_builder() {
            return Self::local(error.without_url());
        }
        if lacks_tls(&error) {
            let why = "TLS is not built in: dyno's feature `https` brings it";
            return Self::local(why);
        }
        let kind = if error.is_connect() {
            ErrorKind::Connect
        } else if error.is_timeout() {
            ErrorKind::Timeout
        } else if error.is_redirect() {
            ErrorKind::Redirect
        } else if error.is_body() || error.is_decode() {
            ErrorKind::Body
        } else {
            ErrorKind::Request
        };
        // The URL is told by the error around it, without what is secret.
        Self::new(kind, Cause::Reqwest(error.without_url()))
    }

    /// The same of an error that came while the body was read.
    pub(super) fn of_body(error: reqwest::Error) -> Self {
        let mut error = Self::of_reqwest(error);
        if error.0.kind == ErrorKind::Request {
            error.0.kind = ErrorKind::Body;
        }
        error
    }

    pub(super) fn status(answer: Response) -> Self {
        Self::new(ErrorKind::Status(answer.status()), Cause::Answer(answer))
    }

    pub(super) fn other(
        kind: ErrorKind,
        error: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::new(kind, Cause::Other(error.into()))
    }

    /// Of a request that could not be made.
    pub(super) fn local(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Request, Cause::Local(error.into()))
    }

    pub(super) fn is_local(&self) -> bool {
        matches!(self.0.cause, Cause::Local(_))
    }

    /// After so many redirects: something has been sent by then.
    #[must_use]
    pub(super) fn at_hop(mut self, hops: usize) -> Self {
        if hops != 0 && self.0.kind == ErrorKind::Connect {
            self.0.kind = ErrorKind::Request;
        }
        self
    }

    const fn boxed(inner: Box<Inner>) -> Self {
        Self(inner)
    }

    fn new(kind: ErrorKind, cause: Cause) -> Self {
        Self::boxed(Box::new(Inner { kind, at: None, cause }))
    }

    /// Says whose it is, unless that is known.
    #[must_use]
    pub(super) fn at(mut self, at: impl FnOnce() -> At) -> Self {
        self.0.at.get_or_insert_with(at);
        self
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// There was no connection, so nothing has been sent.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// It took longer than it may: the whole call, an attempt, or the connection.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        let by_reqwest = matches!(&self.0.cause, Cause::Reqwest(error) if error.is_timeout());
        self.0.kind == ErrorKind::Timeout || by_reqwest
    }

    /// dyno did not send it.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.0.kind == ErrorKind::Refused
    }

    /// The status of the answer that stands for a failure.
    #[must_use]
    pub fn status_code(&self) -> Option<StatusCode> {
        match self.0.kind {
            ErrorKind::Status(status) => Some(status),
            _ => None,
        }
    }

    /// The answer that stands for a failure, to be read.
    #[must_use]
    pub fn into_response(self) -> Option<Response> {
        match self.0.cause {
            Cause::Answer(answer) => Some(answer),
            _ => None,
        }
    }

    /// dyno's own word, if it is one.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match &self.0.cause {
            Cause::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    /// When another try may be worth while: the header `Retry-After` of the answer, or what the
    /// refusal says.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.0.cause {
            Cause::Fault(fault) => fault.retry_after(),
            Cause::Answer(answer) => crate::outcome::retry_after(answer.headers()),
            _ => None,
        }
    }

    /// The client's name, where it is known.
    #[must_use]
    pub fn client(&self) -> Option<&'static str> {
        self.0.at.as_ref().map(|at| at.client)
    }

    /// The method, where it is known.
    #[must_use]
    pub fn method(&self) -> Option<&Method> {
        self.0.at.as_ref().map(|at| &at.method)
    }

    /// The URL without credentials and without the values of the query, where it is known.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.0.at.as_ref().map(|at| &*at.url)
    }
}

/// Of a refusal, and of a call that was too late.
impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let late = fault.is_timed_out() || fault.reason() == Some(Reason::DeadlineSpent);
        let kind = if late { ErrorKind::Timeout } else { ErrorKind::Refused };
        Self::new(kind, Cause::Fault(fault))
    }
}

/// Of a fallback: its source is what that stood in for.
impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        Self::new(ErrorKind::Fallback, Cause::Fallback(failed))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(At { client, method, url }) = &self.0.at {
            write!(f, "{client}: {method} {url}: ")?;
            if let Cause::Fault(fault) = &self.0.cause {
                let says = fault.to_string();
                return f.write_str(without_name(&says, client).unwrap_or(&says));
            }
        }
        self.message(f)
    }
}

impl Error {
    /// What happened, without whose request it was.
    pub(super) fn message(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0.kind, &self.0.cause) {
            (_, Cause::Fault(fault)) => fmt::Display::fmt(fault, f),
            (_, Cause::Fallback(failed)) => fmt::Display::fmt(failed, f),
            (_, Cause::Answer(answer)) => write!(f, "answered {}", answer.status()),
            (_, Cause::Other(error) | Cause::Local(error)) => fmt::Display::fmt(error, f),
            (kind, Cause::Reqwest(error)) => {
                f.write_str(match kind {
                    ErrorKind::Connect if error.is_timeout() => "no connection in time",
                    ErrorKind::Connect => "no connection",
                    ErrorKind::Timeout => "no answer in time",
                    ErrorKind::Body => "its body broke off",
                    ErrorKind::Redirect => "redirected too often",
                    _ if error.is_connect() => "no connection where it was sent on to",
                    _ => "the connection broke before there was an answer",
                })?;
                root(error).map_or(Ok(()), |root| write!(f, ": {root}"))
            }
        }
    }
}

/// What a policy of the client says, or that of one of its hosts: they are told already.
fn without_name<'s>(says: &'s str, client: &str) -> Option<&'s str> {
    let rest = says.strip_prefix(client)?;
    if rest.starts_with('[') {
        return rest.split_once("]: ").map(|(_, rest)| rest);
    }
    rest.strip_prefix(": ")
}

/// What it came from in the end, which alone says something new.
fn root<'e>(error: &'e reqwest::Error) -> Option<&'e (dyn StdError + 'static)> {
    let mut last: Option<&'e (dyn StdError + 'static)> = None;
    let mut next = error.source();
    while let Some(error) = next {
        last = Some(error);
        next = error.source();
    }
    last
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.to_string())
            .field("source", &self.source())
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.cause {
            Cause::Fault(fault) => Some(fault),
            Cause::Reqwest(error) => Some(error),
            Cause::Answer(_) => None,
            Cause::Other(error) | Cause::Local(error) => Some(&**error),
            Cause::Fallback(failed) => failed.source(),
        }
    }
}

/// Nothing in this program speaks `https`, so nobody was asked.
fn lacks_tls(error: &reqwest::Error) -> bool {
    let is_https = || error.url().is_some_and(|url| url.scheme() == "https");
    cfg!(not(feature = "https"))
        && error.is_connect()
        && is_https()
        && root(error).is_some_and(|root| root.to_string().contains("scheme is not http"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_and_found() {
        let at = At {
            client: "inventory",
            method: Method::GET,
            url: told(&"http://host/a".parse().expect("an URL")),
        };
        let fault = Fault::rejected("inventory[host:80]", Reason::BreakerOpen, None);
        let error = Error::from(fault.clone()).at(|| at.clone());
        assert_eq!(error.to_string(), "inventory: GET http://host/a: the breaker is open");
        let other =
            Error::from(Fault::rejected("prices", Reason::BreakerOpen, None)).at(|| at.clone());
        assert_eq!(other.to_string(), "inventory: GET http://host/a: prices: the breaker is open");
        assert!(error.is_refused());
        assert_eq!(error.source().and_then(|source| source.downcast_ref()), Some(&fault));
        let late = Error::from(Fault::timed_out("inventory", Duration::from_secs(1)));
        assert!(late.is_timeout() && late.client().is_none());
    }
}
