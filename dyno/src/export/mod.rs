//! The numbers of [`metrics`](mod@crate::metrics), for the systems that keep and draw them.
//!
//! An exporter reads snapshots, when it is asked to or on a thread of its own; no call that is counted
//! waits for it. All of them tell the same, under the same names.
//!
//! ```
//! # #[cfg(feature = "prometheus")] {
//! use dyno::metrics::Metrics;
//!
//! static SEARCH: Metrics = Metrics::new("shop.search");
//! SEARCH.call(|| Some(3));
//! let page = dyno::export::prometheus::text();
//! assert!(page.contains("dyno_calls_total{point=\"shop.search\",outcome=\"success\"} 1\n"));
//! # }
//! ```

#![doc = include_str!("../../docs/export_module.md")]

#[cfg(any(feature = "metrics-facade", feature = "statsd"))]
mod every;
#[cfg(feature = "metrics-facade")]
pub mod facade;
// Each of them uses a part.
#[cfg_attr(
    not(all(
        feature = "metrics-facade",
        feature = "otel",
        feature = "prometheus",
        feature = "statsd"
    )),
    allow(dead_code)
)]
mod family;
#[cfg(feature = "otel")]
pub mod otel;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(feature = "statsd")]
pub mod statsd;

#[cfg(any(feature = "metrics-facade", feature = "statsd"))]
pub use every::Every;
