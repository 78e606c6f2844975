//! A client whose calls are services.
//!
//! A [`Client`] belongs to one service that is called, by one host or by many. Each call goes through
//! dyno's policies in their one order: a limit for all of it, further attempts with pauses and a
//! budget, a target where a balancer chooses, the circuit breaker of the host, a limit of requests
//! under way there, and one of connections.
//!
//! ```
//! use dyno::http::{Client, Response, StatusCode};
//!
//! # async fn demo() -> Result<(), dyno::http::Error> {
//! let inventory = Client::builder("inventory").base("http://inventory:8000/").build()?;
//!
//! let stock: Vec<u32> = inventory
//!     .get("stock")
//!     .param("sku", ["a", "b"])                                  // ?sku=a&sku=b
//!     .or(|_why| Ok(Response::new(StatusCode::OK, "[0, 0]")))    // when all attempts have failed
//!     .send()
//!     .await?
//!     .json()
//!     .await?;
//! # Ok(())
//! # }
//! ```
#![doc = include_str!("../../docs/http_module.md")]

mod base64;
mod body;
mod build;
mod call;
mod check;
mod connect;
mod error;
mod host;
mod judge;
mod of_call;
mod origin;
mod params;
mod policies;
mod redirect;
mod request;
mod response;
mod room;
mod secret;
mod settings;
mod status;
#[cfg(feature = "https")]
mod tls;
mod until;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

pub use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
#[cfg(feature = "https")]
pub use reqwest::{Certificate, Identity};
pub use reqwest::{Proxy, Url};

pub use self::body::Body;
pub use self::build::Builder;
pub use self::error::{Error, ErrorKind};
pub use self::params::{IntoParams, Param, Params};
pub use self::request::Request;
pub use self::response::{Chunks, Response};
pub use self::settings::Settings;
pub use self::status::Statuses;

use self::connect::Maker;
use self::host::{Hosts, Sharing};
use self::origin::Origin;
use crate::balance::{Balancer, Target};
use crate::breaker::Breaker;
use crate::service::{IdempotencyKey, Service};

/// The header of a key that all attempts of a call share (draft-ietf-httpapi-idempotency-key-header).
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What calls a service over HTTP. Clones are the same client.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    bound: Option<Bound>,
}

struct Inner {
    name: &'static str,
    settings: Settings,
    base: Option<Arc<Url>>,
    origin: Origin,
    balance: Option<&'static Balancer>,
    sharing: Option<Sharing>,
    reqwest: reqwest::Client,
    maker: Maker,
    guarded: Service,
    /// The same without a breaker.
    unguarded: Service,
    hosts: Hosts,
}

/// The call that requests are part of.
#[derive(Clone)]
struct Bound {
    base: Option<Arc<Url>>,
    target: Option<Arc<Target>>,
    key: IdempotencyKey,
    /// Which client of the attempt it is.
    part: u32,
    /// How many requests were made: each has a key of its own, and in the next attempt the same.
    requests: Arc<AtomicU32>,
}

impl Bound {
    /// The target, where an URL is at it and not a whole one that leads elsewhere.
    fn target_at(&self, url: &Url) -> Option<&Target> {
        let is_there = |base: &Arc<Url>| base.origin() == url.origin();
        self.target.as_deref().filter(|_| self.base.as_ref().is_some_and(is_there))
    }

    /// That of the next request.
    fn next_key(&self) -> IdempotencyKey {
        let request = self.requests.fetch_add(1, Ordering::Relaxed);
        self.key.of_part(u64::from(self.part) << 32 | u64::from(request))
    }
}

impl Client {
    /// One with the defaults: see the table [above](self#defaults).
    ///
    /// The name is that of the service that is called: errors, events and metrics go by it.
    ///
    /// # Panics
    /// When the name is empty, or TLS cannot be set up.
    #[must_use]
    #[track_caller]
    pub fn new(name: &'static str) -> Self {
        Self::made(Self::builder(name))
    }

    /// One to be told more.
    #[track_caller]
    pub fn builder(name: &'static str) -> Builder {
        Builder::new(name, Settings::new())
    }

    /// One to be told more that has no policies of its own: for a function that has them around it, such
    /// as one with `#[service]`.
    ///
    /// No limit of time but that of the connection, no further attempts, no breaker, no limit of requests
    /// under way, no metrics; a deadline in force goes along all the same.
    ///
    /// ```
    /// # use dyno::service;
    /// use std::sync::LazyLock;
    /// use dyno::http::{Client, Error};
    /// use dyno::service::Call;
    ///
    /// static PRICES: LazyLock<Client> =
    ///     LazyLock::new(|| Client::plain("prices").base("http://prices:8000/").build().expect("a client"));
    ///
    /// #[service(timeout = 250ms, retry = 3, breaker)]
    /// async fn price(sku: &str, call: &Call) -> Result<u32, Error> {
    ///     PRICES.of(call).get("price").param("sku", sku).send().await?.json().await
    /// }
    /// ```
    #[track_caller]
    pub fn plain(name: &'static str) -> Builder {
        Builder::new(name, Settings::plain())
    }

    #[track_caller]
    fn made(builder: Builder) -> Self {
        builder.build().unwrap_or_else(|error| panic!("{error}"))
    }

    /// A request with this method, be it one of the [standard](Method) or any other token.
    ///
    /// `url` may be relative to the [base](Builder::base).
    pub fn request<M>(&self, method: M, url: impl AsRef<str>) -> Request
    where
        M: TryInto<Method, Error: Into<Box<dyn StdError + Send + Sync>>>,
    {
        Request::new(self.clone(), method, url.as_ref())
    }

    /// A `GET`.
    pub fn get(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::GET, url)
    }

    /// A `POST`.
    pub fn post(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::POST, url)
    }

    /// A `PUT`.
    pub fn put(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::PUT, url)
    }

    /// A `PATCH`.
    pub fn patch(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::PATCH, url)
    }

    /// A `DELETE`.
    pub fn delete(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::DELETE, url)
    }

    /// A `HEAD`.
    pub fn head(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::HEAD, url)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.inner.name
    }

    /// What it goes by.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The circuit breaker of a host, such as `inventory:8000`; `None` where there is none, or where
    /// they are a [balancer's](Builder::balance).
    #[must_use]
    pub fn breaker(&self, authority: &str) -> Option<Arc<Breaker>> {
        if self.inner.sharing.is_some() {
            // What others have opened is open here from the first look on.
            drop(self.inner.host(authority));
        }
        self.inner.guarded.breaker_at(authority)
    }

    /// What URLs are relative to.
    fn base(&self) -> Option<Arc<Url>> {
        let bound = self.bound.as_ref().and_then(|bound| bound.base.clone());
        let base = bound.or_else(|| self.inner.base.clone());
        // A balancer names the host in any case.
        let anywhere = || Url::parse("http://balanced.invalid/").ok().map(Arc::new);
        base.or_else(|| self.inner.balance.and_then(|_| anywhere()))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("name", &self.inner.name)
            .field("settings", &self.inner.settings)
            .field("hosts", &self.inner.hosts)
            .finish_non_exhaustive()
    }
}
