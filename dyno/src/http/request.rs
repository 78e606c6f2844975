//! A request that is being made.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use ::http::header::{AUTHORIZATION, CONTENT_TYPE};
use ::http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::Url;
use serde::Serialize;

use super::call;
use super::error::{At, Error};
use super::params::{IntoParams, Param, Params};
use super::{Body, Bound, Client, Response, base64, secret};
use crate::fault;
use crate::service::IdempotencyKey;

type AnyError = Box<dyn StdError + Send + Sync>;
pub(super) type Fallback = Box<dyn FnOnce(&fault::Error<Error>) -> Result<Response, Error> + Send>;

/// A request: made by a [`Client`], [sent](Self::send) as often as that says.
///
/// What cannot be, such as an URL that is none, is told when it is sent.
#[must_use = "a request does nothing until it is sent"]
#[expect(clippy::struct_excessive_bools, reason = "each has a method of its own")]
pub struct Request {
    pub(super) client: Client,
    pub(super) method: Method,
    to: String,
    params: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Body>,
    pub(super) is_persistent: bool,
    pub(super) follows: bool,
    pub(super) timeout: Option<Duration>,
    pub(super) skips_breaker: bool,
    pub(super) is_idempotent: Option<bool>,
    pub(super) is_whole: bool,
    /// Of a request of a call.
    pub(super) key: Option<IdempotencyKey>,
    pub(super) fallback: Option<Fallback>,
    /// What could not be.
    wrong: Option<AnyError>,
}

impl Request {
    pub(super) fn new<M>(client: Client, method: M, to: &str) -> Self
    where
        M: TryInto<Method, Error: Into<AnyError>>,
    {
        let (method, wrong) = match method.try_into() {
            Ok(method) => (method, None),
            Err(error) => (Method::GET, Some(error.into())),
        };
        let follows = client.inner.settings.redirects != 0;
        let key = client.bound.as_ref().map(Bound::next_key);
        Self {
            client,
            method,
            to: to.to_owned(),
            params: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            is_persistent: true,
            follows,
            timeout: None,
            skips_breaker: false,
            is_idempotent: None,
            is_whole: false,
            key,
            fallback: None,
            wrong,
        }
    }

    /// One header more, beside those of the same name.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName, Error: Into<AnyError>>,
        V: TryInto<HeaderValue, Error: Into<AnyError>>,
    {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => {
                let value = secret::hidden(&name, value);
                self.headers.append(name, value);
            }
            (Err(error), _) => self.wrong = Some(error.into()),
            (_, Err(error)) => self.wrong = Some(error.into()),
        }
        self
    }

    /// More headers; each takes the place of those of the same name.
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        let mut last = None;
        for (name, value) in headers {
            // Further values of a name come without it.
            match (name, &last) {
                (Some(name), _) => {
                    self.headers.insert(&name, value);
                    last = Some(name);
                }
                (None, Some(name)) => {
                    self.headers.append(name, value);
                }
                (None, None) => {}
            }
        }
        for (name, value) in &mut self.headers {
            secret::hide(name, value);
        }
        self
    }

    /// One parameter more, after those that are in the query already; of a list, one for each value.
    #[allow(clippy::needless_pass_by_value)]
    pub fn param(mut self, name: &str, value: impl Param) -> Self {
        value.append_to(name, &mut Params::new(&mut self.params));
        self
    }

    /// More parameters: a map or a list of pairs, whose values are one or several.
    #[allow(clippy::needless_pass_by_value)]
    pub fn params(mut self, params: impl IntoParams) -> Self {
        params.append_to(&mut Params::new(&mut self.params));
        self
    }

    /// What is sent along.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// `value` is sent along as JSON.
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => self.body = Some(bytes.into()),
            Err(error) => self.wrong = Some(error.into()),
        }
        let json = HeaderValue::from_static("application/json");
        self.headers.entry(CONTENT_TYPE).or_insert(json);
        self
    }

    /// A name and a password (RFC 7617), which are told nowhere.
    pub fn basic_auth(mut self, user: &str, password: &str) -> Self {
        if let Some(value) = base64::basic(user.as_bytes(), password.as_bytes()) {
            self.headers.insert(AUTHORIZATION, value);
        }
        self
    }

    /// A token (RFC 6750), which is told nowhere.
    pub fn bearer_auth(mut self, token: &str) -> Self {
        self.authorization(format!("Bearer {token}"));
        self
    }

    fn authorization(&mut self, value: String) {
        match HeaderValue::try_from(value) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.insert(AUTHORIZATION, value);
            }
            Err(error) => self.wrong = Some(error.into()),
        }
    }

    /// Whether the connection is kept for other requests. Default: it is.
    pub fn persistent(mut self, persistent: bool) -> Self {
        self.is_persistent = persistent;
        self
    }

    /// Whether redirects are followed, or the answer is the redirect itself. Default: as the client
    /// [says](super::Builder::redirects). Where that follows none and this is to, 10 at most.
    pub fn redirects(mut self, follow: bool) -> Self {
        self.follows = follow;
        self
    }

    /// All of it, pauses between attempts and the body of the answer included, takes no longer than
    /// that: else it is given up, and its connection closed. In place of the client's
    /// [limit](super::Builder::timeout).
    pub fn timeout(mut self, limit: Duration) -> Self {
        if limit.is_zero() {
            self.wrong = Some("`timeout` must be above zero: no answer comes in no time".into());
        } else {
            self.timeout = Some(limit);
        }
        self
    }

    /// The whole body of the answer is read within the attempt: one that breaks off is a failure of
    /// the service then, and tried again.
    pub fn whole(mut self) -> Self {
        self.is_whole = true;
        self
    }

    /// It may be done twice, whatever its method is, so it is tried again.
    pub fn idempotent(mut self) -> Self {
        self.is_idempotent = Some(true);
        self
    }

    /// It may not be done twice, whatever its method is: it is tried again only where nothing was sent.
    pub fn not_idempotent(mut self) -> Self {
        self.is_idempotent = Some(false);
        self
    }

    /// Goes past the circuit breaker: it is neither turned away by it nor counted.
    ///
    /// A [balancer](super::Builder::balance) still chooses, and prefers the targets that are in.
    pub fn skip_breaker(mut self) -> Self {
        self.skips_breaker = true;
        self
    }

    /// What stands in when there is no answer, or one whose status is a failure. It is told why; where
    /// it fails, its error has that among its sources.
    pub fn or(
        mut self,
        fallback: impl FnOnce(&fault::Error<Error>) -> Result<Response, Error> + Send + 'static,
    ) -> Self {
        self.fallback = Some(Box::new(fallback));
        self
    }

    /// Where it goes, as far as that is known before it is sent: a balancer has its word yet.
    ///
    /// # Errors
    /// It is no URL, or relative with nothing to be relative to.
    pub fn url(&self) -> Result<Url, Error> {
        self.resolved().map_err(|error| {
            let at = || At {
                client: self.client.name(),
                method: self.method.clone(),
                url: "(no URL)".into(),
            };
            Error::local(error).at(at)
        })
    }

    fn resolved(&self) -> Result<Url, AnyError> {
        let base = self.client.base();
        let url = match &base {
            Some(base) => base.join(&self.to),
            None => self.client.inner.origin.parse(&self.to),
        };
        let told = || secret::told_text(&self.to);
        let mut url: Url = url.map_err(|error| self.no_url(error))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(format!("{:?} is no URL of http or https", told()).into());
        }
        if !self.params.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.params);
        }
        Ok(url)
    }

    /// Why it is none, and of one that is relative to nothing, what is missing.
    fn no_url(&self, why: impl fmt::Display) -> String {
        let is_relative =
            Url::parse("http://base.invalid/").is_ok_and(|base| base.join(&self.to).is_ok());
        let remedy = match (is_relative, &self.client.bound) {
            (false, _) => "",
            (true, Some(_)) => {
                "; the service has no `balance`, so its calls have no target: give the whole URL, or bind a client that has a base by `Client::of`"
            }
            (true, None) => "; give the whole URL, or a `base` to the client",
        };
        format!("{:?} is no URL: {why}{remedy}", secret::told_text(&self.to))
    }

    /// What could not be, if anything.
    pub(super) fn take_wrong(&mut self) -> Option<AnyError> {
        self.wrong.take()
    }

    /// Sends it; the answer's body is still to be read.
    ///
    /// An answer with a status of failure is an answer, as in reqwest, when it is still that after the
    /// last attempt; see [`error_for_status`](super::Builder::error_for_status). Of a client that is
    /// [bound to a call](Client::of) it is an error, for the policies around it are to hear of it.
    ///
    /// # Errors
    /// There is no answer: see [`ErrorKind`](super::ErrorKind).
    pub fn send(self) -> impl Future<Output = Result<Response, Error>> + Send + 'static {
        call::send(self)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = f.debug_struct("Request");
        told.field("client", &self.client.name()).field("method", &self.method);
        if let Ok(url) = self.resolved() {
            told.field("url", &secret::told(&url));
        }
        told.field("headers", &self.headers).field("body", &self.body).finish_non_exhaustive()
    }
}
