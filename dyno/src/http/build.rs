//! Making a client.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use ::http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Url;

use super::connect::{Bounded, Maker};
use super::error::Error;
use super::host::{Hosts, Sharing};
use super::origin::Origin;
use super::settings::Settings;
use super::{Client, Inner, Statuses, secret};
use crate::balance::Balancer;
use crate::breaker;
use crate::breaker::store::Storage;
use crate::retry::Retry;

/// A [`Client`] that is being made: made by [`Client::builder`].
#[must_use = "a builder does nothing until it is built"]
pub struct Builder {
    pub(super) name: &'static str,
    at: &'static Location<'static>,
    pub(super) settings: Settings,
    base: Option<String>,
    pub(super) balance: Option<&'static Balancer>,
    pub(super) sharing: Option<Sharing>,
    /// The settings of the breakers are not the default ones.
    pub(super) says_breaker: bool,
    proxies: Vec<reqwest::Proxy>,
    pub(super) configure: Vec<Configure>,
    /// What contradicts itself.
    wrong: Option<String>,
}

pub(super) type Configure = Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder>;

impl Builder {
    #[track_caller]
    pub(super) fn new(name: &'static str, settings: Settings) -> Self {
        Self {
            name,
            at: Location::caller(),
            settings,
            base: None,
            balance: None,
            sharing: None,
            says_breaker: false,
            proxies: Vec::new(),
            configure: Vec::new(),
            wrong: name.is_empty().then(|| "the name is empty: nobody could ask for it".into()),
        }
    }

    /// What URLs are relative to, by the rules of URLs: `http://inventory:8000/api/` and `stock` make
    /// `…/api/stock`, but `/stock` makes `http://inventory:8000/stock`.
    pub fn base(mut self, url: &str) -> Self {
        self.base = Some(url.to_owned());
        self
    }

    /// How long a whole call may take: all attempts, the pauses between them, and the body of the
    /// answer. Default 5 s; `None`: as long as the deadline in force allows.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.settings.timeout = self.limit("timeout", limit.into());
        self
    }

    /// How long one attempt may take, to the head of its answer. Default: no limit of its own.
    pub fn attempt_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.settings.attempt_timeout = self.limit("attempt_timeout", limit.into());
        self
    }

    /// How long it may take until there is a connection: one more that is being made. Default 1 s.
    pub fn connect_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.settings.connect_timeout = self.limit("connect_timeout", limit.into());
        self
    }

    /// So many attempts after the first one, with pauses of 50 ms to 1 s at random (exponential, full
    /// jitter). Default 3; 0: none.
    pub fn retries(mut self, retries: u32) -> Self {
        self.settings.retries = retries;
        let attempts = retries.saturating_add(1);
        self.settings.retry = Retry::new(attempts).backoff(super::settings::BACKOFF);
        self
    }

    /// How often to try, the first attempt included, and how long to pause in between.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.settings.retries = retry.most().saturating_sub(1);
        self.settings.retry = retry;
        self
    }

    /// The share of the calls that may be tried again, so that a service that is down gets no more
    /// than so much more load. Default 20 %; `None`: no limit.
    pub fn budget(mut self, share: impl Into<Option<f64>>) -> Self {
        self.settings.budget = share.into();
        self
    }

    /// Whether what took too long is tried again, a connection included. Default: it is not, as it may
    /// have been done.
    pub fn retry_on_timeout(mut self, again: bool) -> Self {
        self.settings.retry_on_timeout = again;
        self
    }

    /// The circuit breaker that each host has. Default: open after 5 failures in a row, for 10 s;
    /// `None`: there is none.
    pub fn breaker(mut self, settings: impl Into<Option<breaker::Settings>>) -> Self {
        self.settings.breaker = settings.into();
        self.says_breaker = self.settings.breaker.is_some();
        self
    }

    /// Keeps the circuits in `storage`, that of each host under what `key` makes of its authority
    /// (`inventory:8000`), so that other processes share them.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use dyno::breaker::store::Memory;
    /// use dyno::http::{Client, Statuses};
    ///
    /// // A service client as infuse has it: one circuit for each service, of which statuses say nothing.
    /// let store = Arc::new(Memory::new());
    /// let client = Client::builder("inventory")
    ///     .base("http://inventory:8000/")
    ///     .statuses(Statuses::NONE)
    ///     .share(store, |_host| "production:inventory".into())
    ///     .build()?;
    /// # Ok::<(), dyno::http::Error>(())
    /// ```
    pub fn share(
        mut self,
        storage: Arc<dyn Storage>,
        key: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        self.sharing = Some(Sharing { storage, key: Box::new(key) });
        self
    }

    /// A success that took longer counts against the circuit; its answer is had all the same. Default:
    /// however long it took.
    pub fn expected_in(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.settings.expected_in = self.limit("expected_in", limit.into());
        self
    }

    /// So many requests may be under way at a host, bodies of answers included; the next one is
    /// refused at once ([`BulkheadFull`](crate::Reason::BulkheadFull)). Default 10; `None`: no limit.
    pub fn max_open(mut self, limit: impl Into<Option<u32>>) -> Self {
        self.settings.max_open = limit.into();
        if self.settings.max_open == Some(0) {
            self.wrong("`max_open` must be at least 1: leave the limit out with `None`");
        }
        self
    }

    /// So many connections may be in use at a host; a request that finds none free waits, which counts
    /// to its time. Default 10.
    ///
    /// They are counted at the host that a request begins with, wherever redirects take it. One that is
    /// given back late, more than 100 ms after the end of an answer, may be one more for that while.
    pub fn pool_size(mut self, connections: usize) -> Self {
        self.settings.pool_size = connections;
        if connections == 0 {
            self.wrong("`pool_size` must be at least 1: without a connection nothing is sent");
        }
        self
    }

    /// So many redirects are followed; 0: a redirect is an answer. Default 10.
    ///
    /// They belong to the attempt, and to the host that it began with.
    pub fn redirects(mut self, most: usize) -> Self {
        self.settings.redirects = most;
        self
    }

    /// Whether the proxies that the environment names (`HTTP_PROXY` and the like) are used. Default:
    /// they are not.
    pub fn use_proxy(mut self, use_proxy: bool) -> Self {
        self.settings.use_proxy = use_proxy;
        self
    }

    /// A proxy to be used in any case.
    pub fn proxy(mut self, proxy: reqwest::Proxy) -> Self {
        self.proxies.push(proxy);
        self
    }

    /// Which statuses are failures of the service, and which of them are tried again. Default: 5xx and
    /// 429.
    pub fn statuses(mut self, statuses: Statuses) -> Self {
        self.settings.statuses = statuses;
        self
    }

    /// Whether an answer of 4xx or 5xx, after the last attempt, is an [`Err`]. Default: it is an answer.
    pub fn error_for_status(mut self, error: bool) -> Self {
        self.settings.error_for_status = error;
        self
    }

    /// In which header the time that is left goes along, as [`Deadline`](crate::Deadline) has it.
    /// Default [`dyno-timeout`](crate::deadline::HEADER), which dyno's own servers read; `grpc-timeout`
    /// for others, `None` for none.
    pub fn deadline_header(mut self, name: impl Into<Option<HeaderName>>) -> Self {
        self.settings.deadline_header = name.into();
        self
    }

    /// In which header a key goes along that all attempts of a call share, such as `idempotency-key`:
    /// what carries it may be tried again whatever its method is. Default: none does.
    pub fn idempotency_header(mut self, name: impl Into<Option<HeaderName>>) -> Self {
        self.settings.idempotency_header = name.into();
        self
    }

    /// A header of every request that does not say otherwise.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        let value = secret::hidden(&name, value);
        self.settings.headers.insert(name, value);
        self
    }

    /// Headers of every request that does not say otherwise.
    pub fn headers(mut self, headers: HeaderMap) -> Self {
        self.settings.headers.extend(headers);
        for (name, value) in &mut self.settings.headers {
            secret::hide(name, value);
        }
        self
    }

    /// Chooses a target for each attempt: its scheme, host and port take the place of those of the URL.
    /// The circuits are the balancer's then.
    ///
    /// A target that was [resolved](Balancer::dns) is asked by its address and told in `host` whose name
    /// is meant; so a redirect to another host is not followed there, but is the answer, and over TLS
    /// its certificate has to be for the address.
    pub fn balance(mut self, balancer: &'static Balancer) -> Self {
        self.balance = Some(balancer);
        self.settings.balanced = true;
        self
    }

    /// Whether calls are counted, under the name of the client, and attempts under that of the client
    /// and the host, such as `inventory[10.0.0.1:80]`. Default: they are.
    ///
    /// No more than 1000 names are counted apart in a program.
    pub fn metrics(mut self, count: bool) -> Self {
        self.settings.metrics = count;
        self
    }

    /// Whether calls that fail are reported, as [`harness`](mod@crate::harness) does. Default: they are
    /// not.
    pub fn harness(mut self, report: bool) -> Self {
        self.settings.harness = report;
        self
    }

    /// What else reqwest has to be told. It is told after all that is said here.
    pub fn configure(
        mut self,
        configure: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + 'static,
    ) -> Self {
        self.configure.push(Box::new(configure));
        self
    }

    /// The client.
    ///
    /// # Errors
    /// What it was told cannot be, or TLS cannot be set up.
    pub fn build(mut self) -> Result<Client, Error> {
        let wrong = self.wrong.take();
        if let Some(wrong) = wrong.or_else(|| self.contradiction().map(str::to_owned)) {
            return Err(self.error(&wrong));
        }
        let base = self.base.as_deref().map(str::parse::<Url>).transpose();
        let base = base.map_err(|error| self.error(&format!("`base` is no URL: {error}")))?;
        if base.as_ref().is_some_and(|base| !matches!(base.scheme(), "http" | "https")) {
            return Err(self.error("`base` is no URL of http or https"));
        }
        let maker = Maker::default();
        let reqwest = self.reqwest(&maker).build().map_err(Error::of_reqwest)?;
        let guarded = self.service(true);
        let unguarded = self.service(false);
        let Self { name, at, settings, balance, sharing, .. } = self;
        let hosts = Hosts::new(name, settings.pool_size, settings.max_open, at);
        let base = base.map(Arc::new);
        let inner = Inner {
            name,
            settings,
            base,
            origin: Origin::default(),
            balance,
            sharing,
            reqwest,
            maker,
            guarded,
            unguarded,
            hosts,
        };
        Ok(Client { inner: Arc::new(inner), bound: None })
    }

    fn reqwest(&mut self, maker: &Maker) -> reqwest::ClientBuilder {
        let settings = &self.settings;
        let mut builder = reqwest::Client::builder()
            // Followed here: see `redirect`.
            .redirect(reqwest::redirect::Policy::none())
            // It would try again what a peer's protocol has refused, past all limits; and where none may
            // follow, it keeps no copy of the request.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .pool_max_idle_per_host(settings.pool_size)
            .connector_layer(Bounded(maker.clone()));
        if let Some(limit) = settings.connect_timeout {
            builder = builder.connect_timeout(limit);
        }
        if !settings.use_proxy {
            builder = builder.no_proxy();
        }
        let proxied = self.proxies.drain(..).fold(builder, reqwest::ClientBuilder::proxy);
        self.configure.drain(..).fold(proxied, |builder, configure| configure(builder))
    }

    fn limit(&mut self, key: &str, limit: Option<Duration>) -> Option<Duration> {
        if limit.is_some_and(|limit| limit.is_zero()) {
            self.wrong(&format!("`{key}` must be above zero: leave the limit out with `None`"));
        }
        limit
    }

    fn wrong(&mut self, what: &str) {
        self.wrong.get_or_insert_with(|| what.to_owned());
    }

    fn error(&self, what: &str) -> Error {
        Error::local(format!("http: client \"{}\": {what}", self.name))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("name", &self.name)
            .field("base", &self.base.as_deref().map(secret::told_text))
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
