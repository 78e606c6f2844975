//! Annotate a function; dyno hands it its dependencies and keeps it standing when they fail.
//!
//! ```
//! use dyno::prelude::*;
//!
//! struct Db;
//! impl Db {
//!     fn price(&self, sku: &str) -> Result<u32, ShopError> {
//!         if sku.is_empty() { Err(ShopError::NoSuchSku) } else { Ok(995) }
//!     }
//! }
//! fn open_catalogue() -> Result<Db, std::io::Error> {
//!     Ok(Db)
//! }
//!
//! #[derive(Debug, thiserror::Error)]
//! enum ShopError {
//!     #[error("no such product")]
//!     NoSuchSku,
//!     #[error(transparent)]
//!     Dyno(#[from] dyno::Fault),
//! }
//!
//! #[inject(db = open_catalogue)]
//! #[retry(3, backoff = 50ms..2s, except = ShopError::NoSuchSku)]
//! #[breaker("catalogue", fail_max = 5, reset_timeout = 15s)]
//! fn price(db: &Db, sku: &str) -> Result<u32, ShopError> {
//!     db.price(sku)
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! dyno::warm_up().run()?; // everything declared anywhere, built in parallel
//! assert_eq!(price("sku-1")?, 995); // `db` is gone from the signature
//! # Ok(())
//! # }
//! ```
//!
//! # The attributes
//!
//! | attribute | what for |
//! |---|---|
//! | [`#[inject]`](macro@inject), [`#[derive(Injectable)]`](derive@Injectable) | dependencies of functions and structs |
//! | [`#[retry]`](macro@retry) | another attempt when a call fails |
//! | [`#[breaker]`](macro@breaker) | no more calls to what keeps failing |
//! | [`#[fuse]`](macro@fuse) | a switch, thrown by hand |
//! | [`#[timeout]`](macro@timeout) | no longer than that |
//! | [`#[bulkhead]`](macro@bulkhead) | no more than so many calls at a time |
//! | [`#[rate]`](macro@rate) | no more than so many calls in so long |
//! | [`#[fallback]`](macro@fallback) | what stands in |
//! | [`#[cache]`](macro@cache) | no computation twice |
//! | [`#[metrics]`](macro@metrics) | how many calls, how they ended, how long they took |
//! | [`#[timing]`](macro@timing) | where the time of a request goes |
//! | [`#[harness]`](macro@harness) | an error is reported, and passed on untouched |
//! | [`#[aspect]`](macro@aspect) | advice before, after, around |
//! | [`#[service]`](macro@service) | all policies around a call to another service, in one fixed order |
//! | [`#[dyno::test]`](macro@test) | tests with [`swap`]s and a frozen [`clock`] of their own |
//!
//! **Written order is wrapping order**: the attribute on top is the outermost. `#[retry]` above `#[breaker]` counts every
//! attempt, `#[breaker]` above `#[retry]` every call. All of dyno's attributes of one function make one expansion with the
//! body in it once; attributes of other crates above dyno's end up inside, those below outside.
//!
//! Durations are literals: `250ms`, `15s`, `5m`; ranges are `50ms..2s`; constants and expressions stand where literals may.
//! `name = "…"` names the [`point`], else it is called by its path. `crate = ::path` says where dyno is to be found when it
//! has another name or comes through a re-export.
//!
//! `#[service]` has an order of its own, whatever the order of its keys:
//!
//! ```
//! use dyno::prelude::*;
//!
//! #[service(timeout = 800ms, retry(3, backoff = 50ms..2s), breaker(fail_max = 5), fallback = Ok(1095))]
//! fn listed_price(sku: &str) -> Result<u32, Fault> {
//!     ask(sku) // a single attempt
//! }
//! # fn ask(_: &str) -> Result<u32, Fault> { Ok(995) }
//!
//! assert_eq!(listed_price("sku-1"), Ok(995));
//! ```
//!
//! # The modules
//!
//! | module | what is in it |
//! |---|---|
//! | [`inject`](mod@inject), [`registry`] | providers, warm-up, the graph; values by type and tag |
//! | [`service`](mod@service) | [`Service`](service::Service), all policies in one value; [`Call`](service::Call), what an attempt knows |
//! | [`balance`] | [`Balancer`](balance::Balancer): a target for each call |
//! | [`breaker`](mod@breaker), [`retry`](mod@retry), [`timeout`](mod@timeout), [`limit`], [`fallback`](mod@fallback) | the policies, without attributes |
//! | `cache` | [`Cache`](cache::Cache)s, and their second level |
//! | `http` | [`Client`](http::Client): calls over HTTP that go through all policies |
//! | `tower` | the policies as [layers](tower) |
//! | [`metrics`](mod@metrics), [`timing`](mod@timing), [`harness`](mod@harness), `export` | what happens, how often, and where the time goes |
//! | [`fault`], [`outcome`] | why dyno refused, and [in which numbers](Fault::explain); what counts as failure |
//! | [`point`], [`scope`], [`clock`], [`deadline`] | who is annotated; which overrides hold; time; until when |
//! | [`aspect`](mod@aspect), [`pool`], [`stats`], `socket` | advice; threads; figures; connections |
//!
//! # Features
//!
//! Every module is a feature. By default: `inject`, `registry`, `aspect`, `breaker`, `retry`, `fallback`, `timeout`,
//! `limit`, `balance`, `service`, `metrics`, `timing`, `harness`, `stats`, `pool` and `warm-up` (sites known at link time).
//! Off by default: `cache` and `cache-backend` (its second level), `http` (the client) and `https` (over TLS), `tower` (layers)
//! and `axum` (faults as answers), `tokio` (timers, async tests), `socket` (connections as dependencies),
//! `progress` (bars in a terminal), `stream` (streams under a breaker), `log` and `tracing` (what happens at a breaker, what
//! a harness reports and a recording takes down, for those crates), `tracing-layer` (their spans in a recording), `serde` (what is
//! read of metrics, timing and harnesses), `rusage` (what a span used), and the exporters of metrics: `prometheus`, `statsd`,
//! `metrics-facade`, `otel`.

// Expansions name the crate by one path; inside the crate it is the crate itself.
extern crate self as dyno;

mod ambient;
#[cfg(feature = "aspect")]
pub mod aspect;
#[cfg(feature = "balance")]
pub mod balance;
#[cfg(feature = "breaker")]
pub mod breaker;
#[cfg(feature = "cache")]
pub mod cache;
pub mod clock;
pub mod deadline;
#[cfg(any(
    feature = "metrics-facade",
    feature = "otel",
    feature = "prometheus",
    feature = "statsd"
))]
pub mod export;
#[cfg(feature = "fallback")]
pub mod fallback;
pub mod fault;
#[cfg(feature = "harness")]
pub mod harness;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "inject")]
pub mod inject;
#[cfg(any(feature = "breaker", feature = "limit"))]
mod keyed;
#[cfg(any(feature = "breaker", feature = "cache", feature = "metrics"))]
mod lanes;
#[cfg(feature = "limit")]
pub mod limit;
#[cfg(feature = "metrics")]
pub mod metrics;
pub mod outcome;
pub mod point;
#[cfg(feature = "pool")]
pub mod pool;
#[cfg(any(feature = "cache", feature = "limit"))]
#[cfg_attr(not(feature = "limit"), allow(dead_code))]
mod queue;
#[cfg(feature = "registry")]
pub mod registry;
#[cfg(feature = "retry")]
pub mod retry;
pub mod scope;
#[cfg(feature = "service")]
pub mod service;
#[cfg(any(feature = "breaker", feature = "cache", feature = "limit", feature = "pool"))]
#[cfg_attr(not(any(feature = "breaker", feature = "limit")), allow(dead_code, unreachable_pub))]
mod shared;
#[cfg(feature = "socket")]
pub mod socket;
#[cfg(feature = "stats")]
pub mod stats;
#[cfg(any(
    feature = "breaker",
    feature = "cache",
    feature = "limit",
    feature = "metrics",
    feature = "retry"
))]
mod sync;
#[cfg(any(feature = "aspect", feature = "breaker", feature = "harness"))]
mod tell;
pub mod testing;
#[cfg(feature = "timeout")]
pub mod timeout;
#[cfg(feature = "timing")]
pub mod timing;
#[cfg(feature = "tower")]
pub mod tower;

pub use deadline::Deadline;
pub use fault::{Error, Fault, InjectError, Reason};
#[cfg(feature = "inject")]
pub use inject::{graph, shutdown, swap, warm_up, warm_up_sites};
pub use outcome::{Outcome, Refuse, Verdict};
#[cfg(feature = "registry")]
pub use registry::Registry;
pub use scope::{Scope, spawn};

#[cfg(feature = "inject")]
#[doc = include_str!("../docs/injectable.md")]
pub use dyno_macros::Injectable;
#[cfg(feature = "aspect")]
#[doc = include_str!("../docs/aspect.md")]
pub use dyno_macros::aspect;
#[cfg(feature = "breaker")]
#[doc = include_str!("../docs/breaker.md")]
pub use dyno_macros::breaker;
#[cfg(feature = "limit")]
#[doc = include_str!("../docs/bulkhead.md")]
pub use dyno_macros::bulkhead;
#[cfg(feature = "cache")]
#[doc = include_str!("../docs/cache.md")]
pub use dyno_macros::cache;
#[cfg(feature = "fallback")]
#[doc = include_str!("../docs/fallback.md")]
pub use dyno_macros::fallback;
#[cfg(feature = "breaker")]
#[doc = include_str!("../docs/fuse.md")]
pub use dyno_macros::fuse;
#[cfg(feature = "harness")]
#[doc = include_str!("../docs/harness.md")]
pub use dyno_macros::harness;
#[cfg(feature = "inject")]
#[doc = include_str!("../docs/inject.md")]
pub use dyno_macros::inject;
#[cfg(feature = "metrics")]
#[doc = include_str!("../docs/metrics.md")]
pub use dyno_macros::metrics;
#[cfg(feature = "limit")]
#[doc = include_str!("../docs/rate.md")]
pub use dyno_macros::rate;
#[cfg(feature = "retry")]
#[doc = include_str!("../docs/retry.md")]
pub use dyno_macros::retry;
#[cfg(feature = "service")]
#[doc = include_str!("../docs/service.md")]
pub use dyno_macros::service;
#[doc = include_str!("../docs/test.md")]
pub use dyno_macros::test;
#[cfg(feature = "timeout")]
#[doc = include_str!("../docs/timeout.md")]
pub use dyno_macros::timeout;
#[cfg(feature = "timing")]
#[doc = include_str!("../docs/timing.md")]
pub use dyno_macros::timing;

pub mod prelude;

#[doc(hidden)]
pub mod __private;
